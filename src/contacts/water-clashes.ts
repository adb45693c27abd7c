// Waters that clash, and what they may be instead.
import type { RunContext } from "../base/run-context.ts";
import { elementIndex } from "../chemistry/elements.ts";
import { atomLabel, type Model } from "../model/model.ts";
import type { Topology } from "../topology/topology.ts";
import { type ClashOptions, findTouchingPairs } from "./clashes.ts";
import type { ContactScene } from "./contact-scene.ts";
import { contactFlag } from "./contact-types.ts";
import { createContactScene } from "./create-contact-scene.ts";

export interface WaterClash {
  /** Atom rows. */
  readonly water: number;
  readonly partner: number;
  /** Labels of the atoms. */
  readonly first: string;
  readonly second: string;
  /** Deepest overlap of a dot, Angstrom, positive. */
  readonly overlap: number;
  /** Square Angstrom. */
  readonly waterB: number;
  readonly partnerB: number;
  /**
   * What the partner is: polar, so that the water may be an ion; not polar, so that there may be an atom or a conformer that is not
   * modelled; a water; or one of them is an alternate.
   */
  readonly category: "polar" | "non-polar" | "water" | "alternate";
  /** The ion that the partner would take: a cation near oxygen and sulphur, an anion near hydrogen and nitrogen. */
  readonly ion: "cation" | "anion" | null;
  /** Overlap below 0.5, to 0.9, above 0.9 Angstrom. */
  readonly severity: "slight" | "bad" | "severe";
}

export interface WaterReport {
  /** Oxygen atoms of water. */
  readonly waters: number;
  /** Of them those that clash. */
  readonly clashing: number;
  /** By water, the deepest overlap first. */
  readonly clashes: readonly WaterClash[];
}

const [nitrogen, oxygen, sulphur] = ["N", "O", "S"].map(elementIndex) as [number, number, number];

/**
 * Bad overlaps of waters with everything, other waters included (UnDowser: Prisant, Williams, Chen, Richardson & Richardson 2020,
 * Protein Sci. 29, 315). Hydrogen bonds do not excuse them.
 */
export function findWaterClashes(
  model: Model,
  topology: Topology,
  options: ClashOptions,
  context: RunContext,
): WaterReport {
  const scene = createContactScene(model, topology);
  const isWater = (atom: number): boolean => (scene.flags[atom]! & contactFlag.water) !== 0;
  const pairs = findTouchingPairs(scene, isWater, { ...options, betweenWaters: true }, context);
  const clashes = pairs
    .filter(({ overlap }) => overlap > 0)
    .map(({ first, second, overlap }) => {
      const [water, partner] = isWater(first) ? [first, second] : [second, first];
      return describeClash(scene, model, water, partner, overlap);
    })
    .toSorted((a, b) => a.water - b.water || b.overlap - a.overlap || a.partner - b.partner);
  let waters = 0;
  for (let atom = 0; atom < scene.atomCount; atom++) {
    if (isWater(atom) && model.atoms.element[atom] === oxygen) waters++;
  }
  const residues = new Set<number>();
  for (const { water, partner } of clashes) {
    for (const atom of [water, partner]) if (isWater(atom)) residues.add(model.atoms.residue[atom]!);
  }
  return { waters, clashing: residues.size, clashes };
}

function describeClash(scene: ContactScene, model: Model, water: number, partner: number, overlap: number): WaterClash {
  const { atoms } = model;
  const category = categoryOf(scene, model, water, partner);
  const isNearAnionSite = atoms.element[partner] === oxygen || atoms.element[partner] === sulphur;
  return {
    water,
    partner,
    first: atomLabel(model, water),
    second: atomLabel(model, partner),
    overlap,
    waterB: atoms.bFactor[water]!,
    partnerB: atoms.bFactor[partner]!,
    category,
    ion: category !== "polar" ? null : isNearAnionSite ? "cation" : "anion",
    severity: overlap < 0.5 ? "slight" : overlap <= 0.9 ? "bad" : "severe",
  };
}

function categoryOf({ flags }: ContactScene, { atoms }: Model, water: number, partner: number): WaterClash["category"] {
  if (atoms.altloc[water] !== "" || atoms.altloc[partner] !== "") return "alternate";
  const flag = flags[partner]!;
  if ((flag & contactFlag.water) !== 0) return "water";
  const element = atoms.element[partner]!;
  const isChargedNitrogen = element === nitrogen && (flag & contactFlag.positive) !== 0;
  const isPolarHydrogen = (flag & contactFlag.hydrogen) !== 0 && (flag & contactFlag.donor) !== 0;
  return element === oxygen || element === sulphur || isPolarHydrogen || isChargedNitrogen ? "polar" : "non-polar";
}
