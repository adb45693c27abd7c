// What computations share: the memory, the kernels that run in it, threads, and plans of transforms made once.
import { createCompiledKernels, startCompiledModule } from "./compiled.ts";
import { createFftPlan, type FftPlan } from "./fft-plan.ts";
import { createReferenceKernels, type KernelKind, type Kernels } from "./kernels.ts";
import { KernelMemory } from "./memory.ts";

export interface ComputeEngine {
  readonly memory: KernelMemory;
  readonly kernels: Kernels;
  /** Threads that may share the work. */
  readonly threads: number;
  /** How often a worker has taken part in a call. */
  readonly joined: number;
  /** Set while the cores of the other threads have something else to do: the caller does all, with the same result. */
  isAlone: boolean;
  /** Plan of transforms of this length; kept for the life of the engine. */
  planFor(length: number): FftPlan;
  /** Ends the threads; the engine goes on in one. */
  close(): void;
}

export interface EngineOptions {
  /** `reference` runs the plain twins instead of the compiled kernels. */
  readonly kind?: KernelKind;
  /** Threads to compute with, the caller's included; results do not depend on it. Default 1. */
  readonly threads?: number;
}

/** An engine with its own memory. Where no worker can be started it computes in the caller's thread alone. */
export function createEngine({ kind = "simd", threads = 1 }: EngineOptions = {}): ComputeEngine {
  const memory = new KernelMemory();
  const compiled = kind === "simd" ? startCompiledModule(memory, threads) : null;
  const kernels = compiled ? createCompiledKernels(memory, compiled) : createReferenceKernels();
  const plans = new Map<number, FftPlan>();
  return {
    memory,
    kernels,
    get threads() {
      return compiled?.pool.threads ?? 1;
    },
    get joined() {
      return compiled?.pool.joined ?? 0;
    },
    get isAlone() {
      return compiled?.pool.isAlone ?? true;
    },
    set isAlone(value) {
      if (compiled) compiled.pool.isAlone = value;
    },
    planFor(length) {
      let plan = plans.get(length);
      if (!plan) {
        plan = createFftPlan(memory, length);
        plans.set(length, plan);
      }
      return plan;
    },
    close() {
      compiled?.pool.close();
    },
  };
}
