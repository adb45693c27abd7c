// Averages of FSC shells and the largest weight that a map which was held out allows.
import type { TargetShell } from "../model-map-target.ts";

/** Correlations of one shell with the half map that was refined against and with the one that was held out. */
export interface FreeShell {
  /** Angstrom, of the middle of the shell. */
  readonly d: number;
  readonly terms: number;
  readonly work: number;
  readonly free: number;
}

/** Averages over shells, each with the number of its terms as weight. */
export interface FscPair {
  readonly work: number;
  readonly free: number;
  /** work - free. */
  readonly gap: number;
}

/** Terms of lower resolution are left out, Angstrom: there the solvent and the mask weigh more than the model. */
export const lowestResolution = 10;

/** Shells within the range from two sets over the same terms. */
export function pairShells(work: readonly TargetShell[], free: readonly TargetShell[]): FreeShell[] {
  return work.flatMap(({ d, terms, correlation }, at) =>
    terms > 0 && d <= lowestResolution ? [{ d, terms, work: correlation, free: free[at]!.correlation }] : [],
  );
}

/** Null without shells. */
export function averageShells(shells: readonly FreeShell[]): FscPair | null {
  let [terms, work, free] = [0, 0, 0];
  for (const shell of shells) {
    terms += shell.terms;
    work += shell.terms * shell.work;
    free += shell.terms * shell.free;
  }
  return terms === 0 ? null : { work: work / terms, free: free / terms, gap: (work - free) / terms };
}

/**
 * Mean difference of free FSC, `second` less `first`, and its standard error: shells are taken for independent samples of it,
 * so that what differs from shell to shell counts as doubt.
 */
export function compareFree(
  first: readonly FreeShell[],
  second: readonly FreeShell[],
): { readonly difference: number; readonly error: number } {
  let terms = 0;
  let sum = 0;
  first.forEach((shell, at) => {
    terms += shell.terms;
    sum += shell.terms * (second[at]!.free - shell.free);
  });
  const difference = terms > 0 ? sum / terms : 0;
  let squares = 0;
  first.forEach((shell, at) => {
    squares += (shell.terms * (second[at]!.free - shell.free - difference)) ** 2;
  });
  const count = first.length;
  return { difference, error: count > 1 ? Math.sqrt((squares * count) / (count - 1)) / terms : 0 };
}

export interface JudgedWeight {
  readonly weight: number;
  readonly shells: readonly FreeShell[];
}

/**
 * Row of the largest of ascending weights up to which every step was worth it: free FSC has not fallen below the best so far by
 * more than the standard error of their difference, and the gap has not grown by more than free FSC has, or than that error. A
 * gap that grows faster says that most of what the larger weight fits is not in the map that was held out.
 */
export function chooseWeight(trials: readonly JudgedWeight[]): number {
  const averages = trials.map(({ shells }) => averageShells(shells)!);
  let [best, chosen] = [0, 0];
  for (let at = 1; at < trials.length; at++) {
    const { difference, error } = compareFree(trials[best]!.shells, trials[at]!.shells);
    const gain = averages[at]!.free - averages[chosen]!.free;
    const growth = averages[at]!.gap - averages[chosen]!.gap;
    if (difference < -error || growth > Math.max(gain, error)) break;
    chosen = at;
    if (difference > 0) best = at;
  }
  return chosen;
}
