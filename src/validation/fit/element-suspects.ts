// Atoms whose density says another element: higher or lower than all others of their kind.
import { elementIndex, elementSymbol } from "../../chemistry/elements.ts";
import { type ResidueClass, residueClass } from "../../chemistry/residue-classes.ts";
import { atomLabel, type Model } from "../../model/model.ts";
import { type AtomGrid, atomsNear, createAtomGrid } from "../../topology/atom-grid.ts";
import { type AtomHeights, medianOf } from "./atom-heights.ts";

export interface ElementSuspect {
  readonly atom: string;
  readonly element: string;
  /** Map value at the atom. */
  readonly value: number;
  /** Value that element, B and surroundings let expect, times what is usual for atoms of this kind. */
  readonly usual: number;
  /** Height above the solvent over the usual one. */
  readonly ratio: number;
  /** Distance from the kind's median in its robust standard deviations. */
  readonly z: number;
  /** What the atom was compared with, and how many there are of it. */
  readonly kind: string;
  readonly compared: number;
  /** What stands there has more electrons (or a lower B), or fewer (a higher B, a lower occupancy, nothing at all). */
  readonly hint: "heavier" | "lighter or absent";
}

export interface ElementReport {
  /** Atoms that could be compared. */
  readonly tested: number;
  /** Those exempt from being called too low: carboxylates and phosphates, which electrons show weakly. */
  readonly exempt: number;
  /** The most striking first. */
  readonly suspects: readonly ElementSuspect[];
}

/** Least number of atoms of a kind to be compared with. */
const fewestOfKind = 20;
/** Least robust standard deviation of a ratio: what a good map leaves. */
const leastSpread = 0.1;
const heavier = { z: 5, ratio: 1.5 };
const lighter = { z: -5, ratio: 0.6 };
const bondReach = 1.9;
const carbon = elementIndex("C");
const oxygen = elementIndex("O");
const phosphorus = elementIndex("P");
const mainChainNames = new Set(["N", "CA", "C", "O", "CB"]);

/** Compares each atom's ratio of heights with the median of its kind. */
export function findElementSuspects(model: Model, { value, expected, ratio }: AtomHeights): ElementReport {
  const { count, xyz } = model.atoms;
  const grid = createAtomGrid(xyz, bondReach);
  const kinds = new Map<string, number[]>();
  const kindsOf: (readonly string[])[] = [];
  const isExempt = new Uint8Array(count);
  let tested = 0;
  let exempt = 0;
  for (let atom = 0; atom < count; atom++) {
    if (Number.isNaN(ratio[atom]!)) continue;
    tested++;
    const anion = anionOf(model, grid, atom);
    if (anion !== null) isExempt[atom] = 1;
    exempt += isExempt[atom]!;
    const own = kindNames(model, atom, anion);
    kindsOf[atom] = own;
    for (const kind of own) {
      const rows = kinds.get(kind);
      if (rows) rows.push(atom);
      else kinds.set(kind, [atom]);
    }
  }
  const usual = new Map([...kinds].map(([kind, rows]) => [kind, usualRatio(rows.map((atom) => ratio[atom]!))]));
  const suspects: ElementSuspect[] = [];
  for (let atom = 0; atom < count; atom++) {
    const kind = kindsOf[atom]?.find((name) => kinds.get(name)!.length >= fewestOfKind);
    if (kind === undefined) continue;
    const { median, spread } = usual.get(kind)!;
    const z = (ratio[atom]! - median) / spread;
    const isHigh = z >= heavier.z && ratio[atom]! >= heavier.ratio * Math.max(1, median);
    const isLow = z <= lighter.z && ratio[atom]! <= lighter.ratio * Math.min(1, median) && isExempt[atom] === 0;
    if (!isHigh && !(isLow && !isNeighbourLow(model, grid, atom, ratio))) continue;
    const height = (value[atom]! - expected[atom]!) / (ratio[atom]! - 1);
    suspects.push({
      atom: atomLabel(model, atom),
      element: elementSymbol(model.atoms.element[atom]!),
      value: value[atom]!,
      usual: expected[atom]! + (median - 1) * height,
      ratio: ratio[atom]! / median,
      z,
      kind,
      compared: kinds.get(kind)!.length,
      hint: isHigh ? "heavier" : "lighter or absent",
    });
  }
  return { tested, exempt, suspects: suspects.toSorted((one, other) => Math.abs(other.z) - Math.abs(one.z)) };
}

function usualRatio(ratios: readonly number[]): { readonly median: number; readonly spread: number } {
  const median = medianOf(ratios);
  const deviation = medianOf(ratios.map((ratio) => Math.abs(ratio - median)));
  return { median, spread: Math.max(leastSpread, 1.4826 * deviation) };
}

/** Kinds of an atom from the narrowest to the widest. */
function kindNames(model: Model, atom: number, anion: string | null): readonly string[] {
  const { atoms, residues } = model;
  const kind = residueClass(residues.name[atoms.residue[atom]!]!);
  const name = atoms.name[atom]!;
  const element = elementSymbol(atoms.element[atom]!);
  if (anion !== null) return [`${anion} ${element}`, anion];
  const part = partOf(kind, name);
  return [part === "main chain" ? `${part} ${name}` : `${part} ${element}`, part, "all atoms"];
}

function partOf(kind: ResidueClass, name: string): string {
  if (kind === "protein") return mainChainNames.has(name) ? "main chain" : "side chain";
  if (kind === "nucleotide") return name.endsWith("'") || name.endsWith("*") ? "sugar" : "base";
  return kind === "water" || kind === "carbohydrate" ? kind : "ligand";
}

/** "carboxylate" for its oxygens, "phosphate" for phosphorus and its oxygens, null for all else. */
function anionOf({ atoms }: Model, grid: AtomGrid, atom: number): string | null {
  const element = atoms.element[atom]!;
  if (element === phosphorus) return "phosphate";
  if (element !== oxygen) return null;
  for (const { atom: partner } of atomsNear(grid, atom, bondReach)) {
    if (atoms.element[partner] === phosphorus) return "phosphate";
    if (atoms.element[partner] !== carbon || !isSameConformer(atoms.altloc, atom, partner)) continue;
    const oxygens = atomsNear(grid, partner, 1.5).filter(
      ({ atom: other }) => atoms.element[other] === oxygen && isSameConformer(atoms.altloc, atom, other),
    );
    if (oxygens.length >= 2) return "carboxylate";
  }
  return null;
}

function isSameConformer(altloc: readonly string[], one: number, other: number): boolean {
  return altloc[one] === "" || altloc[other] === "" || altloc[one] === altloc[other];
}

/** Whether a bonded atom is low too: then the side chain is disordered, and no element is wrong. */
function isNeighbourLow({ atoms }: Model, grid: AtomGrid, atom: number, ratio: Float64Array): boolean {
  return atomsNear(grid, atom, bondReach).some(
    ({ atom: other }) => ratio[other]! < lighter.ratio && isSameConformer(atoms.altloc, atom, other),
  );
}
