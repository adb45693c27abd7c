// Coordination of metals: which atoms bind one, and the geometry of zinc sites.

import { addDiagnostic } from "../base/diagnostics.ts";
import type { RunContext } from "../base/run-context.ts";
import { elementSymbol, isMetalElement } from "../chemistry/elements.ts";
import { type Target, type ZincSite, zincSites } from "../chemistry/metal-distances.ts";
import { distanceBetween } from "../math/internal-coordinates.ts";
import { atomLabel, type Model } from "../model/model.ts";
import { atomsNear } from "./atom-grid.ts";
import type { FoundAngle, FoundLink } from "./found-link.ts";
import { metalDonorOf, metalLink } from "./generic-link.ts";
import { matchLink } from "./match-link.ts";
import { canMeet, type NearLinkInput } from "./near-links.ts";

/** A donor binds up to this much over the ideal length, its residue's second donor less, Angstrom. */
const longestExcess = 0.6;
const longestSecondExcess = 0.4;
/** Farthest donor of any metal, Angstrom. */
export const metalReach = 3.5;
/** Stated bonds longer than this over the ideal are no bonds, Angstrom. */
const longestStatedExcess = 1;

/** Donors a metal takes: alkali and earth alkali ions and lanthanoids up to nine, others six. */
function donorLimit(symbol: string): number {
  return /^(Na|K|Rb|Cs|Ca|Sr|Ba|La|Ce|Pr|Nd|Sm|Eu|Gd|Tb|Dy|Ho|Er|Tm|Yb|Lu|Y|Pb)$/.test(symbol) ? 9 : 6;
}

interface Candidate {
  readonly atom: number;
  readonly excess: number;
}

/** Bonds of every metal atom to the nitrogen, oxygen and sulphur atoms around it that can bind it; `stated` pairs first. */
export function findMetalLinks(
  input: NearLinkInput,
  stated: readonly (readonly [number, number])[],
  context: RunContext,
): FoundLink[] {
  const { model } = input;
  const statedDonors = new Map<number, number[]>();
  for (const [a, b] of stated) {
    const [metal, donor] = isMetalElement(model.atoms.element[a]!) ? [a, b] : [b, a];
    statedDonors.set(metal, [...(statedDonors.get(metal) ?? []), donor]);
  }
  const links: FoundLink[] = [];
  model.atoms.element.forEach((element, metal) => {
    if (!isMetalElement(element)) return;
    const known = (statedDonors.get(metal) ?? []).filter((donor) => isSane(input, metal, donor, context));
    const donors = new Set([...known, ...nearDonors(input, metal, known)]);
    links.push(...linksOfMetal(input, metal, [...donors]));
  });
  return links;
}

function excessOf({ model, monomerOf }: NearLinkInput, metal: number, donor: number): number | undefined {
  const names = metalDonorOf(model, monomerOf, [metal, donor]);
  if (names === undefined || !canBind(names)) return undefined;
  return distanceBetween(model.atoms.xyz, metal, donor) - metalLink(model, names, [metal, donor]).distance!;
}

/** Lone pairs: no amide or guanidinium nitrogen, none of tryptophan. */
function canBind({ element, residue, atom, isPeptide }: NonNullable<ReturnType<typeof metalDonorOf>>): boolean {
  if (element === "O" || element === "S" || element === "SE") return true;
  if (element !== "N") return false;
  return !isPeptide || (residue === "HIS" && atom !== "N") || (residue === "LYS" && atom === "NZ");
}

function isSane(input: NearLinkInput, metal: number, donor: number, context: RunContext): boolean {
  const { model, monomerOf } = input;
  const names = metalDonorOf(model, monomerOf, [metal, donor])!;
  const ideal = metalLink(model, names, [metal, donor]).distance!;
  const distance = distanceBetween(model.atoms.xyz, metal, donor);
  if (distance - ideal <= longestStatedExcess) return true;
  const message = "Bonds of metals stated by the file are much too long and are not made";
  const place = `${atomLabel(model, metal)} to ${atomLabel(model, donor)}, ${distance.toFixed(2)} Angstrom`;
  addDiagnostic(context.diagnostics, "warning", "LINK_METAL_LONG", message, place);
  return false;
}

function nearDonors(input: NearLinkInput, metal: number, known: readonly number[]): number[] {
  const { model, grid } = input;
  const { residue } = model.atoms;
  const candidates: Candidate[] = [];
  for (const { atom } of atomsNear(grid(), metal, metalReach)) {
    if (known.includes(atom) || !canMeet(model, metal, atom)) continue;
    const excess = excessOf(input, metal, atom);
    if (excess !== undefined && excess <= longestExcess) candidates.push({ atom, excess });
  }
  const perResidue = new Map<number, number>();
  for (const atom of known) perResidue.set(residue[atom]!, (perResidue.get(residue[atom]!) ?? 0) + 1);
  const limit = donorLimit(elementSymbol(model.atoms.element[metal]!)) - ownDonors(input, metal);
  const taken: number[] = [];
  for (const { atom, excess } of candidates.toSorted((a, b) => a.excess - b.excess || a.atom - b.atom)) {
    const before = perResidue.get(residue[atom]!) ?? 0;
    if (before > 1 || (before === 1 && excess > longestSecondExcess)) continue;
    if (known.length + taken.length >= limit) break;
    perResidue.set(residue[atom]!, before + 1);
    taken.push(atom);
  }
  return taken;
}

/** Donors in the metal's own residue, as the four nitrogens of heme. */
function ownDonors({ model, monomerOf }: NearLinkInput, metal: number): number {
  const name = model.atoms.name[metal]!;
  const bonds = monomerOf(model.atoms.residue[metal]!)?.bonds ?? [];
  return bonds.filter(({ atom1, atom2 }) => atom1 === name || atom2 === name).length;
}

function linksOfMetal(input: NearLinkInput, metal: number, donors: readonly number[]): FoundLink[] {
  const { model, dictionary, monomerOf } = input;
  const site = zincSiteOf(model, metal, donors);
  const angles = site === undefined ? [] : zincAngles(model, metal, donors, site);
  return donors.map((donor, index) => {
    const pair = [metal, donor] as const;
    const plain = metalLink(model, metalDonorOf(model, monomerOf, pair)!, pair);
    const target = site === undefined ? undefined : zincTarget(model, donor, site);
    const [distance, sigma] = target ?? [plain.distance!, plain.sigma!];
    const known = matchLink(model, dictionary, monomerOf, pair);
    // A dictionary's link of two residues stands for one pair of conformers only.
    const isPlainPair = model.atoms.altloc[metal] === "" && model.atoms.altloc[donor] === "";
    const link = known !== undefined && isPlainPair ? known : plain;
    return { ...link, distance, sigma, ...(index === 0 && angles.length > 0 ? { angles } : {}) };
  });
}

function isSulphur(model: Model, atom: number): boolean {
  return model.residues.name[model.atoms.residue[atom]!] === "CYS" && model.atoms.name[atom] === "SG";
}

/** Zinc bound by four side chains of cysteine and histidine and nothing else. */
function zincSiteOf(model: Model, metal: number, donors: readonly number[]): ZincSite | undefined {
  const { element, name, residue } = model.atoms;
  if (elementSymbol(element[metal]!) !== "Zn" || donors.length !== 4) return undefined;
  const sulphurs = donors.filter((donor) => isSulphur(model, donor)).length;
  const nitrogens = donors.filter(
    (donor) => model.residues.name[residue[donor]!] === "HIS" && /^N(D1|E2)$/.test(name[donor]!),
  ).length;
  return sulphurs + nitrogens === 4 ? zincSites[sulphurs] : undefined;
}

function zincTarget(model: Model, donor: number, site: ZincSite): Target | undefined {
  return isSulphur(model, donor) ? site.sulphur : site.nitrogen;
}

function zincAngles(model: Model, metal: number, donors: readonly number[], site: ZincSite): FoundAngle[] {
  const angles: FoundAngle[] = [];
  donors.forEach((i, index) => {
    for (const k of donors.slice(index + 1)) {
      if (isSulphur(model, i) !== isSulphur(model, k)) continue;
      const target = isSulphur(model, i) ? site.sulphurAngle : site.nitrogenAngle;
      if (target) angles.push({ atoms: [i, metal, k], ideal: target[0], sigma: target[1] });
    }
  });
  return angles;
}
