// Turns templates and links into restraint terms over atom rows, conformer by conformer.
import type { Dictionary, LinkAtom } from "../chemistry/monomer.ts";
import type { Model } from "../model/model.ts";
import type { FoundLink } from "./found-link.ts";
import type { ResidueAtoms } from "./residue-atoms.ts";
import { chiralVolumeSigma, linkChirality, type ResidueTemplate } from "./residue-templates.ts";
import { puckerOfTorsion, type SugarPucker } from "./sugar-pucker.ts";
import { pushPlane, type TermLists } from "./term-lists.ts";
import type { BackboneUnit } from "./topology.ts";

type Altlocs = readonly string[];

/** Rows of named atoms for one conformer; undefined when one is missing or the term was made for an earlier conformer. */
type Resolver = (...names: readonly string[]) => number[] | undefined;

function createResolver(atoms: ResidueAtoms, conformer: number, altloc: Altlocs): Resolver {
  const map = atoms.maps[conformer]!;
  const letter = atoms.conformers[conformer]!;
  return (...names) => {
    const rows: number[] = [];
    let own = conformer === 0;
    for (const name of names) {
      const row = map.get(name);
      if (row === undefined) return undefined;
      if (altloc[row] === letter) own = true;
      rows.push(row);
    }
    return own ? rows : undefined;
  };
}

/** Adds every term of the template whose atoms are present, for each conformer; nucleotides get the torsions of their pucker. */
export function addResidueTerms(
  lists: TermLists,
  template: ResidueTemplate,
  atoms: ResidueAtoms,
  altloc: Altlocs,
  pucker: SugarPucker | undefined,
): void {
  const { monomer, chiral } = template;
  for (let conformer = 0; conformer < atoms.conformers.length; conformer++) {
    const resolve = createResolver(atoms, conformer, altloc);
    for (const bond of monomer.bonds) {
      const rows = bond.sigma > 0 ? resolve(bond.atom1, bond.atom2) : undefined;
      if (rows) lists.bonds.push(...rows, bond.distance, bond.sigma, -1);
    }
    for (const angle of monomer.angles) {
      const rows = angle.sigma > 0 ? resolve(angle.atom1, angle.atom2, angle.atom3) : undefined;
      if (rows) lists.angles.push(...rows, angle.angle, angle.sigma, -1);
    }
    for (const torsion of monomer.torsions) {
      const wanted = puckerOfTorsion(torsion.id);
      if (pucker !== undefined && wanted !== undefined && wanted !== pucker) continue;
      const rows = torsion.sigma > 0 ? resolve(torsion.atom1, torsion.atom2, torsion.atom3, torsion.atom4) : undefined;
      if (!rows) continue;
      lists.dihedrals.push(...rows, torsion.angle, torsion.sigma, torsion.period, -1);
      lists.dihedralIds.push(torsion.id);
    }
    for (const term of chiral) {
      const rows = resolve(term.centre, ...term.atoms);
      if (rows) lists.chiralities.push(...rows, term.idealVolume, chiralVolumeSigma, term.both ? 1 : 0);
    }
    for (const plane of monomer.planes)
      addPlane(lists, plane.id, plane.atoms, plane.sigmas, resolve, atoms.maps[conformer]!);
  }
}

/** A plane of at least four present atoms. */
function addPlane<Name extends string>(
  lists: TermLists,
  id: string,
  names: readonly Name[],
  sigmas: readonly number[],
  resolve: Resolver,
  present: { has(name: string): boolean },
): void {
  const kept = names.map((_, index) => index).filter((index) => present.has(names[index]!));
  if (kept.length < 4) return;
  const rows = resolve(...kept.map((index) => names[index]!));
  if (rows) {
    pushPlane(
      lists,
      id,
      rows,
      kept.map((index) => sigmas[index]!),
    );
  }
}

/** Adds the terms of a link; phi and psi are left free. */
export function addLinkTerms(
  lists: TermLists,
  dictionary: Dictionary,
  found: FoundLink,
  row: number,
  templates: readonly (ResidueTemplate | undefined)[],
  residueAtoms: readonly ResidueAtoms[],
  altloc: Altlocs,
): void {
  for (const { atoms, ideal, sigma } of found.angles ?? []) lists.angles.push(...atoms, ideal, sigma, row);
  if (found.atoms !== undefined) {
    if (found.distance !== undefined) lists.bonds.push(...found.atoms, found.distance, found.sigma!, row);
    return;
  }
  const link = dictionary.links.get(found.id);
  const first = templates[found.first];
  const second = templates[found.second];
  if (!link || !first || !second) return;
  const joined = joinConformers(residueAtoms[found.first]!, residueAtoms[found.second]!, found.conformers);
  const chirality = link.chiralities.length > 0 ? linkChirality(link, [first, second]) : [];
  for (let conformer = 0; conformer < joined.conformers.length; conformer++) {
    const map = joined.maps[conformer]!;
    const resolveNames = createResolver(joined, conformer, altloc);
    const resolve = (atoms: readonly LinkAtom[]): number[] | undefined => resolveNames(...atoms.map(linkAtomName));
    for (const { atoms, distance, sigma } of link.bonds) {
      const rows = resolve(atoms);
      if (rows) lists.bonds.push(...rows, found.distance ?? distance, found.sigma ?? sigma, row);
    }
    for (const { atoms, angle, sigma } of link.angles) {
      const rows = resolve(atoms);
      if (rows) lists.angles.push(...rows, angle, sigma, row);
    }
    for (const { id, atoms, angle, sigma, period } of link.torsions) {
      const rows = id === "phi" || id === "psi" || sigma <= 0 ? undefined : resolve(atoms);
      if (!rows) continue;
      lists.dihedrals.push(...rows, angle, sigma, period, row);
      lists.dihedralIds.push(id);
    }
    for (const { atoms, idealVolume, both } of chirality) {
      const rows = resolve(atoms);
      if (!rows) continue;
      const { hand } = found;
      const volume = hand === undefined ? idealVolume : Math.abs(idealVolume) * (hand === "negative" ? -1 : 1);
      lists.chiralities.push(...rows, volume, chiralVolumeSigma, both && hand === undefined ? 1 : 0);
    }
    for (const { id, atoms, sigmas } of link.planes) {
      addPlane(lists, id, atoms.map(linkAtomName), sigmas, resolveNames, map);
    }
  }
}

function linkAtomName(atom: LinkAtom): string {
  return `${atom.component}:${atom.id}`;
}

/** Atoms of both residues by "1:name" and "2:name", for every conformer either of them has, or those that are asked for. */
function joinConformers(first: ResidueAtoms, second: ResidueAtoms, wanted?: readonly string[]): ResidueAtoms {
  const letters = [...new Set(wanted ?? [...first.conformers, ...second.conformers])]
    .filter((letter) => letter !== "")
    .toSorted();
  const conformers = letters.length === 0 ? [""] : letters;
  const maps = conformers.map((letter) => {
    const map = new Map<string, number>();
    [first, second].forEach((atoms, index) => {
      const own = atoms.conformers.indexOf(letter);
      // A residue without this conformer takes part with its only or first one.
      const source = atoms.maps[Math.max(0, own)]!;
      for (const [name, row] of source) map.set(`${index + 1}:${name}`, row);
    });
    return map;
  });
  return { residue: first.residue, conformers, maps };
}

/** Backbone atoms of peptide residues linked on both sides, for each conformer. */
export function listBackbone(
  model: Model,
  links: readonly FoundLink[],
  residueAtoms: readonly ResidueAtoms[],
): BackboneUnit[] {
  const peptideLinks = links.filter((link) => /^(P|NM)?(TRANS|CIS)$/.test(link.id));
  const nextOf = new Map(peptideLinks.map((link) => [link.first, link.second] as const));
  const units: BackboneUnit[] = [];
  for (const { first, second } of peptideLinks) {
    const third = nextOf.get(second);
    if (third === undefined) continue;
    const before = residueAtoms[first]!;
    const own = residueAtoms[second]!;
    const after = residueAtoms[third]!;
    const letters = new Set([...before.conformers, ...own.conformers, ...after.conformers]);
    if (letters.size > 1) letters.delete("");
    const seen = new Set<string>();
    for (const letter of letters) {
      const pick = (atoms: ResidueAtoms, name: string): number =>
        atoms.maps[Math.max(0, atoms.conformers.indexOf(letter))]!.get(name) ?? -1;
      const unit: BackboneUnit = {
        residue: second,
        cPrevious: pick(before, "C"),
        n: pick(own, "N"),
        ca: pick(own, "CA"),
        cb: pick(own, "CB"),
        c: pick(own, "C"),
        o: pick(own, "O"),
        nNext: pick(after, "N"),
        cd: pick(own, "CD"),
        caPrevious: pick(before, "CA"),
        residueName: model.residues.name[second]!,
        nextResidueName: model.residues.name[third]!,
      };
      const key = [unit.cPrevious, unit.n, unit.ca, unit.cb, unit.c, unit.o, unit.nNext].join();
      if (seen.has(key)) continue;
      seen.add(key);
      units.push(unit);
    }
  }
  return units.toSorted((a, b) => a.residue - b.residue);
}
