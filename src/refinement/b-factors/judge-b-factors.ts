// Whether B factors that were refined against one half map describe the other half map better, and which grouping does best.
import type { RunContext } from "../../base/run-context.ts";
import type { ModelMapParameters } from "../scattering-atoms.ts";
import type { BGrouping } from "./b-groups.ts";
import { type BFactorOptions, type BFactorResult, type BSubject, refineBFactors } from "./refine-b-factors.ts";
import { meanCorrelation, type ShellTarget, sumDeviance } from "./shell-scale.ts";

export interface BJudgement {
  /** Minus twice the log-likelihood of the map that was held out. */
  readonly before: number;
  readonly after: number;
  /** Mean correlation of its terms with those of the model; null where no shell has any. */
  readonly correlationBefore: number | null;
  readonly correlationAfter: number | null;
  readonly isBetter: boolean;
}

/** Less than this is rounding: one half of the map says nothing of the noise in the other. */
const leastGain = 2;

/** Compares two sets of B factors on a map that neither was refined against. Leaves the target's shells at `after`. */
export function judgeBFactors(heldOut: ShellTarget, before: ModelMapParameters, after: ModelMapParameters): BJudgement {
  const first = heldOut.updateShells(before);
  const second = heldOut.updateShells(after);
  const devianceBefore = sumDeviance(heldOut, first);
  const devianceAfter = sumDeviance(heldOut, second);
  return {
    before: devianceBefore,
    after: devianceAfter,
    correlationBefore: meanCorrelation(first),
    correlationAfter: meanCorrelation(second),
    isBetter: devianceBefore - devianceAfter > leastGain,
  };
}

export interface BTrial {
  readonly grouping: BGrouping;
  readonly variance: number;
  readonly judgement: BJudgement;
}

export interface BChoice {
  readonly trials: readonly BTrial[];
  /** The trial that describes the other half map best; null where none does better than the B at the start. */
  readonly best: BTrial | null;
  /** The B factors of the half map by the best trial. */
  readonly result: BFactorResult | null;
}

/** Refines against one half map with each grouping and takes the one that the other half map likes best. */
export async function chooseBGrouping(
  halves: { readonly work: ShellTarget; readonly free: ShellTarget },
  subject: BSubject,
  start: ModelMapParameters,
  options: Omit<BFactorOptions, "grouping"> & { readonly groupings?: readonly BGrouping[] },
  context: RunContext,
): Promise<BChoice> {
  const trials: BTrial[] = [];
  let best: BTrial | null = null;
  let result: BFactorResult | null = null;
  for (const grouping of options.groupings ?? (["individual", "main-side", "residue", "overall"] as const)) {
    const found = await refineBFactors(halves.work, subject, start, { ...options, grouping }, context);
    const judgement = judgeBFactors(halves.free, start, { ...start, bFactor: found.bFactor });
    const trial = { grouping, variance: found.variance, judgement };
    trials.push(trial);
    if (!judgement.isBetter || (best !== null && best.judgement.after <= judgement.after)) continue;
    best = trial;
    result = found;
  }
  return { trials, best, result };
}
