// One minimisation run that can be watched and stopped.
import { type RunContext, throwIfCancelled, yieldToEvents } from "../base/run-context.ts";
import type { ComputeEngine } from "../kernels/engine.ts";
import { iterateLbfgs, type VectorSpace } from "../math/lbfgs.ts";
import type { RefinementTarget } from "./target.ts";

/** Steps whose root mean square change stays below this have converged, Angstrom. */
const stepTolerance = 4e-4;
/** Correction pairs kept; fewer of vectors longer than `largeVector`, which would fill the kernels' memory. */
const manyPairs = 8;
const fewPairs = 4;
const largeVector = 1_500_000;
/** Events get a turn at least this often, milliseconds. */
const longestSilence = 100;

/** The minimiser's vectors live in the kernels' memory. */
function vectorSpace({ kernels, memory }: ComputeEngine): VectorSpace {
  return { kernels, create: (length) => memory.rawFloat64(length), free: (vectors) => memory.free(...vectors) };
}

/** Minimises the target in place for at most `iterations` steps; returns the steps made. Throws CancelledError with the target at its last accepted step. */
export async function minimizeTarget(
  engine: ComputeEngine,
  target: RefinementTarget,
  iterations: number,
  context: RunContext,
  onStep?: (iteration: number, value: number) => void,
): Promise<number> {
  const x = target.packFree();
  const run = iterateLbfgs(target.objective, x, {
    space: vectorSpace(engine),
    maximumIterations: iterations,
    memory: x.length > largeVector ? fewPairs : manyPairs,
    maximumStep: 1,
    stepTolerance,
    preconditioner: target.makePreconditioner(),
  });
  let lastPause = performance.now();
  let made = 0;
  try {
    for (const value of run) {
      made++;
      onStep?.(made, value);
      if (performance.now() - lastPause < longestSilence) continue;
      await yieldToEvents();
      lastPause = performance.now();
      throwIfCancelled(context);
    }
  } finally {
    target.unpackFree(x);
  }
  return made;
}
