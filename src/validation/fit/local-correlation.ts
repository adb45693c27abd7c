// Correlations over spheres around atoms: parts of the model, chains, residues and their conformers, single atoms.
import { isHydrogenElement } from "../../chemistry/elements.ts";
import { residueClass } from "../../chemistry/residue-classes.ts";
import { type DensityMap, mapFrame } from "../../density/map.ts";
import { correlationOf } from "../../density/statistics.ts";
import type { ComputeEngine } from "../../kernels/engine.ts";
import { sumsPerGroup } from "../../kernels/reference/spheres.ts";
import { atomLabel, type Model } from "../../model/model.ts";

/** An author's chain. Null where it has no such atoms. */
export interface ChainFit {
  readonly chain: string;
  readonly cc: number | null;
  /** Amino acids and nucleotides. */
  readonly ccPolymer: number | null;
  /** Ligands, ions and waters. */
  readonly ccOther: number | null;
  readonly atoms: number;
}

/** Atoms without alternate location, and those of one. */
export interface ConformerFit {
  readonly altloc: string;
  readonly cc: number | null;
  readonly atoms: number;
}

export interface ResidueFit {
  readonly chain: string;
  readonly number: number;
  readonly insertionCode: string;
  readonly name: string;
  /** All conformers together. */
  readonly cc: number | null;
  /** N, CA, C, O and CB of protein. */
  readonly ccMainChain: number | null;
  /** All else of protein. */
  readonly ccSideChain: number | null;
  /** Where there are two or more, each by itself. */
  readonly conformers?: readonly ConformerFit[];
  readonly atoms: number;
  readonly meanB: number;
  readonly meanOccupancy: number;
}

export interface AtomFit {
  /** Chain, residue and atom, as in messages. */
  readonly atom: string;
  readonly cc: number | null;
}

/** Parts of the whole model. Null where it has no such atoms. */
export interface PartFit {
  /** N, CA, C, O and CB of protein. */
  readonly ccMainChain: number | null;
  /** All else of protein, without hydrogens. */
  readonly ccSideChain: number | null;
  /** Every atom that is not main chain: hydrogens, nucleotides, ligands, ions and waters too; the cc_side_chain of cctbx. */
  readonly ccNotMainChain: number | null;
}

/** Radius of the sphere of an atom's own correlation, Angstrom. */
const atomRadius = 2;

/** What local correlations compare: both maps on one grid. */
export interface MapPair {
  readonly map: DensityMap;
  /** On the grid of the map. */
  readonly modelMap: Float32Array;
}

/** Correlation over the union of spheres (radius in Angstrom) around each group of atoms; each voxel counts once. */
export function correlateGroups(
  { kernels }: Pick<ComputeEngine, "kernels">,
  { map, modelMap }: MapPair,
  xyz: Float64Array,
  groups: readonly (readonly number[])[],
  radius: number,
): (number | null)[] {
  const start = new Int32Array(groups.length + 1);
  groups.forEach((atoms, group) => {
    start[group + 1] = start[group]! + atoms.length;
  });
  const atoms = new Int32Array(start[groups.length]!);
  groups.forEach((group, row) => atoms.set(group, start[row]!));
  const sums = kernels.sumSpheres(map.values, modelMap, mapFrame(map), xyz, { start, atoms }, radius);
  return groups.map((_atoms, group) => {
    const [count, x, y, xx, yy, xy] = sums.subarray(sumsPerGroup * group) as unknown as Sextuple;
    return correlationOf({ count, x, y, xx, yy, xy });
  });
}

type Sextuple = [number, number, number, number, number, number];

/** Correlation of each atom within 2 Angstrom, in the order of the model; null for hydrogens and where it is not defined. */
export function correlateAtoms(engine: ComputeEngine, model: Model, maps: MapPair): (number | null)[] {
  const { xyz, count, element } = model.atoms;
  const groups = Array.from({ length: count }, (_value, atom) => (isHydrogenElement(element[atom]!) ? [] : [atom]));
  return correlateGroups(engine, maps, xyz, groups, atomRadius);
}

/** Correlations of the atoms that are not hydrogen, by name. */
export function listAtomFits(engine: ComputeEngine, model: Model, maps: MapPair): AtomFit[] {
  const list: AtomFit[] = [];
  correlateAtoms(engine, model, maps).forEach((cc, atom) => {
    if (!isHydrogenElement(model.atoms.element[atom]!)) list.push({ atom: atomLabel(model, atom), cc });
  });
  return list;
}

const mainChainNames = new Set(["N", "CA", "C", "O", "CB"]);

/** Correlations of the model's parts, with spheres of a radius in Angstrom. */
export function correlateParts(engine: ComputeEngine, model: Model, maps: MapPair, radius: number): PartFit {
  const { atoms, residues } = model;
  const main: number[] = [];
  const side: number[] = [];
  const notMain: number[] = [];
  for (let atom = 0; atom < atoms.count; atom++) {
    const isProtein = residueClass(residues.name[atoms.residue[atom]!]!) === "protein";
    if (isProtein && mainChainNames.has(atoms.name[atom]!)) {
      main.push(atom);
      continue;
    }
    notMain.push(atom);
    if (isProtein && !isHydrogenElement(atoms.element[atom]!)) side.push(atom);
  }
  const [ccMainChain, ccSideChain, ccNotMainChain] = correlateGroups(
    engine,
    maps,
    atoms.xyz,
    [main, side, notMain],
    radius,
  );
  return { ccMainChain: ccMainChain!, ccSideChain: ccSideChain!, ccNotMainChain: ccNotMainChain! };
}

/** Correlations of chains, with spheres of a radius in Angstrom. */
export function correlateChains(engine: ComputeEngine, model: Model, maps: MapPair, radius: number): ChainFit[] {
  const { atoms, residues, chains } = model;
  const groups: number[][] = [];
  for (let chain = 0; chain < chains.count; chain++) {
    const all: number[] = [];
    const polymer: number[] = [];
    const other: number[] = [];
    for (let entry = chains.residueOffset[chain]!; entry < chains.residueOffset[chain + 1]!; entry++) {
      const residue = chains.residueIndex[entry]!;
      const kind = residueClass(residues.name[residue]!);
      const part = kind === "protein" || kind === "nucleotide" ? polymer : other;
      for (const atom of residueAtoms(model, residue)) {
        all.push(atom);
        part.push(atom);
      }
    }
    groups.push(all, polymer, other);
  }
  const correlations = correlateGroups(engine, maps, atoms.xyz, groups, radius);
  return Array.from({ length: chains.count }, (_value, chain) => ({
    chain: chains.id[chain]!,
    cc: correlations[3 * chain]!,
    ccPolymer: correlations[3 * chain + 1]!,
    ccOther: correlations[3 * chain + 2]!,
    atoms: groups[3 * chain]!.length,
  }));
}

/** Correlations of residues in the order of chains, with spheres of a radius in Angstrom. */
export function correlateResidues(engine: ComputeEngine, model: Model, maps: MapPair, radius: number): ResidueFit[] {
  const { atoms, chains } = model;
  const parts: ResidueParts[] = [];
  for (let chain = 0; chain < chains.count; chain++) {
    for (let entry = chains.residueOffset[chain]!; entry < chains.residueOffset[chain + 1]!; entry++) {
      parts.push(partsOf(model, chains.residueIndex[entry]!));
    }
  }
  const groups = parts.flatMap(({ atoms: all, mainChain, sideChain, conformers }) => [
    all,
    mainChain,
    sideChain,
    ...conformers.map((conformer) => conformer.atoms),
  ]);
  const correlations = correlateGroups(engine, maps, atoms.xyz, groups, radius);
  let at = 0;
  return parts.map((part) => {
    const next = at + 3 + part.conformers.length;
    const own = correlations.slice(at, next);
    at = next;
    return describeResidue(model, part, own);
  });
}

interface ResidueParts {
  readonly residue: number;
  readonly atoms: readonly number[];
  /** N, CA, C, O and CB, and all else, of protein. */
  readonly mainChain: readonly number[];
  readonly sideChain: readonly number[];
  /** Empty where there are fewer than two. */
  readonly conformers: readonly { readonly altloc: string; readonly atoms: readonly number[] }[];
}

function residueAtoms({ residues }: Model, residue: number): Int32Array {
  return residues.atomIndex.subarray(residues.atomOffset[residue]!, residues.atomOffset[residue + 1]!);
}

function partsOf(model: Model, residue: number): ResidueParts {
  const { atoms, residues } = model;
  const rows = [...residueAtoms(model, residue)];
  const letters = [...new Set(rows.map((atom) => atoms.altloc[atom]!))].filter((letter) => letter !== "");
  const conformers =
    letters.length < 2
      ? []
      : letters.map((altloc) => ({
          altloc,
          atoms: rows.filter((atom) => atoms.altloc[atom] === "" || atoms.altloc[atom] === altloc),
        }));
  if (residueClass(residues.name[residue]!) !== "protein") {
    return { residue, atoms: rows, mainChain: [], sideChain: [], conformers };
  }
  const heavy = rows.filter((atom) => !isHydrogenElement(atoms.element[atom]!));
  const isMain = (atom: number): boolean => mainChainNames.has(atoms.name[atom]!);
  return {
    residue,
    atoms: rows,
    mainChain: heavy.filter(isMain),
    sideChain: heavy.filter((atom) => !isMain(atom)),
    conformers,
  };
}

/** `correlations`: of all atoms, main chain, side chain, then of each conformer. */
function describeResidue(
  { atoms, residues, chains }: Model,
  { residue, atoms: rows, conformers }: ResidueParts,
  correlations: readonly (number | null)[],
): ResidueFit {
  const mean = (column: Float64Array): number => rows.reduce((sum, atom) => sum + column[atom]!, 0) / rows.length;
  return {
    chain: chains.id[residues.chain[residue]!]!,
    number: residues.sequenceNumber[residue]!,
    insertionCode: residues.insertionCode[residue]!,
    name: residues.name[residue]!,
    cc: correlations[0]!,
    ccMainChain: correlations[1]!,
    ccSideChain: correlations[2]!,
    ...(conformers.length === 0
      ? {}
      : {
          conformers: conformers.map(({ altloc, atoms: own }, index) => ({
            altloc,
            cc: correlations[3 + index]!,
            atoms: own.length,
          })),
        }),
    atoms: rows.length,
    meanB: mean(atoms.bFactor),
    meanOccupancy: mean(atoms.occupancy),
  };
}
