// Atoms that do not belong where they are: outside of the map, waters and ions on no density, other elements than the map says.
import { elementIndex, isHydrogenElement, isMetalElement } from "../../chemistry/elements.ts";
import { isWaterName } from "../../chemistry/residue-classes.ts";
import { atomLabel, type Model } from "../../model/model.ts";
import { type AtomHeights, measureHeights } from "./atom-heights.ts";
import { type ElementReport, findElementSuspects } from "./element-suspects.ts";
import type { FitMaps } from "./fit-maps.ts";

export interface OutsideReport {
  readonly count: number;
  /** Chains that have such atoms. */
  readonly perChain: readonly { readonly chain: string; readonly count: number }[];
  /** The first of them by name. */
  readonly atoms: readonly string[];
}

export interface SoloAtom {
  readonly atom: string;
  /** Map value at the atom. */
  readonly value: number;
  /** Value that its element, B and surroundings let expect; null far from any polymer. */
  readonly expected: number | null;
}

export interface NoDensityReport {
  /** Below the contour that was given, or without one below 30 % of the expected height above the solvent. */
  readonly rule: "contour" | "expected height";
  /** Waters and ions inside of the map to which the rule could be applied. */
  readonly tested: number;
  readonly count: number;
  /** Those without density, the lowest first. */
  readonly atoms: readonly SoloAtom[];
}

export interface Placement {
  readonly outside: OutsideReport;
  readonly noDensity: NoDensityReport;
  readonly elements: ElementReport;
}

export interface PlacementOptions {
  /** Map value of the contour, where there is a recommended one. */
  readonly contour?: number;
  /** Most names in a list of atoms outside; default 100. */
  readonly maximumCount?: number;
}

/** Part of the expected height that counts as density where no contour is given. */
const leastRatio = 0.3;
const halogens = new Set(["F", "Cl", "Br", "I"].map(elementIndex));

/** Checks the atoms of a model against the map; see docs/methods/placement.md. */
export function checkPlacement(model: Model, maps: FitMaps, options: PlacementOptions = {}): Placement {
  const heights = measureHeights(model, maps);
  return {
    outside: listOutside(model, heights.value, options.maximumCount ?? 100),
    noDensity: listWithoutDensity(model, heights, options.contour),
    elements: findElementSuspects(model, heights),
  };
}

/** `value`: NaN outside of the map; hydrogens are left out. */
function listOutside(model: Model, value: Float64Array, maximumCount: number): OutsideReport {
  const { atoms, residues, chains } = model;
  const counts = new Map<string, number>();
  const names: string[] = [];
  let count = 0;
  for (let atom = 0; atom < atoms.count; atom++) {
    if (isHydrogenElement(atoms.element[atom]!) || !Number.isNaN(value[atom]!)) continue;
    const chain = chains.id[residues.chain[atoms.residue[atom]!]!]!;
    counts.set(chain, (counts.get(chain) ?? 0) + 1);
    count++;
    if (names.length < maximumCount) names.push(atomLabel(model, atom));
  }
  return { count, perChain: [...counts].map(([chain, own]) => ({ chain, count: own })), atoms: names };
}

function listWithoutDensity(
  model: Model,
  { value, expected, ratio }: AtomHeights,
  contour: number | undefined,
): NoDensityReport {
  const { atoms, residues } = model;
  const tested: number[] = [];
  for (let atom = 0; atom < atoms.count; atom++) {
    const measure = contour === undefined ? ratio[atom]! : value[atom]!;
    if (Number.isNaN(measure) || !(atoms.occupancy[atom]! > 0)) continue;
    if (isWaterName(residues.name[atoms.residue[atom]!]!) || isIon(model, atom)) tested.push(atom);
  }
  const low = tested.filter((atom) => (contour === undefined ? ratio[atom]! < leastRatio : value[atom]! < contour));
  return {
    rule: contour === undefined ? "expected height" : "contour",
    tested: tested.length,
    count: low.length,
    atoms: low
      .toSorted((one, other) => value[one]! - value[other]! || one - other)
      .map((atom) => ({
        atom: atomLabel(model, atom),
        value: value[atom]!,
        expected: Number.isNaN(expected[atom]!) ? null : expected[atom]!,
      })),
  };
}

/** A residue of one atom that is a metal or a halogen. */
function isIon({ atoms, residues }: Model, atom: number): boolean {
  const residue = atoms.residue[atom]!;
  if (residues.atomOffset[residue + 1]! - residues.atomOffset[residue]! !== 1) return false;
  return isMetalElement(atoms.element[atom]!) || halogens.has(atoms.element[atom]!);
}
