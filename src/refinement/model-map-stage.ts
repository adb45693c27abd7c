// The parts of stage two: the model map's target for a problem, and its B factors.
import { InputError } from "../base/errors.ts";
import type { RunContext } from "../base/run-context.ts";
import { makeOccupancyGroups } from "./b-factors/occupancy-groups.ts";
import { type BFactorResult, refineBFactors, stiffVariance } from "./b-factors/refine-b-factors.ts";
import { type OccupancyResult, refineOccupancies } from "./b-factors/refine-occupancies.ts";
import { ModelMapTarget } from "./model-map-target.ts";
import type { RefinementProblem } from "./problem.ts";
import type { ModelMapParameters } from "./scattering-atoms.ts";

/** The model map's target around these coordinates; the caller disposes of it. Throws InputError OBLIQUE_MAP. */
export function createModelMap(
  { engine, map, model, options }: RefinementProblem,
  xyz: Float64Array,
  bFactor: Float64Array,
): ModelMapTarget {
  const { element, occupancy } = model.atoms;
  const start = { xyz, bFactor, occupancy };
  const settings = { resolution: options.resolution, table: options.scattering };
  const target = ModelMapTarget.create(engine, map, element, start, settings);
  if (target !== null) return target;
  throw new InputError({
    code: "OBLIQUE_MAP",
    message: "The axes of the map are not at right angles, which the model map needs",
    hint: "Refine with --model-map off, or resample the map",
  });
}

/** One B per atom; `isApplied`: refined ones, which are better than those before. */
export type FittedB = Pick<BFactorResult, "bFactor" | "isApplied">;

/**
 * B factors refined from those given, or these where B factors stay. In turn with coordinates (all but `final`) neighbours are held
 * alike more tightly than the map asks for: where atoms are wrong, B would grow until nothing pulled them right. What is refined already
 * needs one round.
 */
export async function fitBFactors(
  { model, topology, movable, options, kernels }: RefinementProblem,
  target: ModelMapTarget,
  start: ModelMapParameters,
  when: "first" | "between" | "final",
  context: RunContext,
): Promise<FittedB> {
  const { bFactors = "auto", resolution } = options;
  if (bFactors === "keep") return { bFactor: start.bFactor, isApplied: false };
  const grouping = bFactors === "auto" ? {} : { grouping: bFactors };
  const stiffness = when === "final" ? {} : { variance: stiffVariance, rounds: when === "first" ? 2 : 1 };
  const settings = { resolution, movable, kernels, ...grouping, ...stiffness };
  return await refineBFactors(target, { model, topology }, start, settings, context);
}

/**
 * Occupancies of alternates and ligands that may move, where they are asked for; else null. B factors of alternates have made up for
 * wrong occupancies: all states of a group begin with their mean, which `bFactor` of the result holds.
 */
export async function fitOccupancies(
  { model, topology, movable, options }: RefinementProblem,
  target: ModelMapTarget,
  start: ModelMapParameters,
  context: RunContext,
): Promise<(OccupancyResult & { readonly bFactor: Float64Array }) | null> {
  if (options.occupancies !== "refine") return null;
  const bFactor = start.bFactor.slice();
  for (const { states } of makeOccupancyGroups(model, topology, { movable })) {
    const atoms = states.flatMap((state) => state.atoms);
    const mean = atoms.reduce((sum, atom) => sum + bFactor[atom]!, 0) / atoms.length;
    for (const atom of atoms) bFactor[atom] = mean;
  }
  const result = await refineOccupancies(target, { model, topology }, { ...start, bFactor }, { movable }, context);
  return { ...result, bFactor };
}
