// Amides of Asn and Gln and rings of His turned over where hydrogen bonds and bumps ask for it, never by density.
import type { RunContext } from "../../base/run-context.ts";
import { amideMovers, createFlipInput, histidineMovers } from "../../hydrogens/movers.ts";
import { type MoverReport, optimizeHydrogens } from "../../hydrogens/optimize-hydrogens.ts";
import { type Model, withCoordinates } from "../../model/model.ts";
import type { Topology } from "../../topology/topology.ts";

export interface AmideFlips {
  readonly xyz: Float64Array;
  /** Groups that were turned over, with their scores. */
  readonly flips: readonly MoverReport[];
}

/**
 * Turns over amides and imidazoles that score better so among the dots of all atoms around them, jointly where they touch; a flip
 * must gain what docs/methods/hydrogen-placement.md says. A model without hydrogens stays as it is, for they decide.
 */
export function flipAmides(
  { model, topology, xyz }: { readonly model: Model; readonly topology: Topology; readonly xyz: Float64Array },
  options: { readonly movable?: Uint8Array },
  context: RunContext,
): AmideFlips {
  if (!topology.isHydrogen.includes(1)) return { xyz: xyz.slice(), flips: [] };
  const present = withCoordinates(model, xyz);
  const input = createFlipInput(present, topology);
  const isNew = new Uint8Array(model.atoms.count);
  const movers = Array.from({ length: model.residues.count }, (_value, residue) => [
    ...amideMovers(input, residue),
    ...histidineMovers(input, residue, isNew, true),
  ])
    .flat()
    .filter(({ atoms }) => options.movable === undefined || atoms.every((row) => options.movable![row] === 1));
  const result = optimizeHydrogens(present, topology, () => movers, context);
  return { xyz: result.xyz, flips: result.movers.filter(({ isFlipped }) => isFlipped) };
}
