// What computations share: the memory, the kernels that run in it, and plans of transforms made once.
import { createFftPlan, type FftPlan } from "./fft-plan.ts";
import { createKernels, type KernelKind, type Kernels } from "./kernels.ts";
import { KernelMemory } from "./memory.ts";

export interface ComputeEngine {
  readonly memory: KernelMemory;
  readonly kernels: Kernels;
  /** Plan of transforms of this length; kept for the life of the engine. */
  planFor(length: number): FftPlan;
}

/** An engine with its own memory; `reference` runs the plain twins instead of the compiled kernels. */
export function createEngine(kind: KernelKind = "simd"): ComputeEngine {
  const memory = new KernelMemory();
  const kernels = createKernels(memory, kind);
  const plans = new Map<number, FftPlan>();
  return {
    memory,
    kernels,
    planFor(length) {
      let plan = plans.get(length);
      if (!plan) {
        plan = createFftPlan(memory, length);
        plans.set(length, plan);
      }
      return plan;
    },
  };
}
