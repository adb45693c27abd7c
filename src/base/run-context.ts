// What a computation gets from its surroundings: cancel signal, progress, random numbers, diagnostics.
import { createDiagnostics, type Diagnostics } from "./diagnostics.ts";
import { CancelledError } from "./errors.ts";
import { createRng, type Rng } from "./rng.ts";

export interface Progress {
  /** Name of the phase, for a person: "reading", "weight search", "cycle 2 of 5". */
  readonly phase: string;
  /** Done fraction of the whole job, 0 to 1, when known. */
  readonly fraction?: number;
  /** Named numbers worth showing, e.g. { cc: 0.81, rmsdBonds: 0.004 }. */
  readonly values?: Readonly<Record<string, number>>;
}

export interface RunContext {
  readonly signal: AbortSignal;
  readonly report: (progress: Progress) => void;
  readonly rng: Rng;
  readonly diagnostics: Diagnostics;
  /** Bytes that a run may take in all; infinite unless it is set. */
  readonly memoryLimit: number;
}

export function createRunContext(options: Partial<RunContext> = {}): RunContext {
  return {
    signal: options.signal ?? new AbortController().signal,
    report: options.report ?? (() => {}),
    rng: options.rng ?? createRng(0),
    diagnostics: options.diagnostics ?? createDiagnostics(),
    memoryLimit: options.memoryLimit ?? Number.POSITIVE_INFINITY,
  };
}

/** Throws CancelledError when the context's signal has fired. */
export function throwIfCancelled(context: RunContext): void {
  if (context.signal.aborted) throw new CancelledError();
}

/** Lets waiting events (a cancel, a timer, the browser's page) run before the computation goes on. */
export function yieldToEvents(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}

/** Reports a phase, lets waiting events run, and throws CancelledError when the context's signal has fired. */
export async function beginPhase(progress: Progress, context: RunContext): Promise<void> {
  context.report(progress);
  await yieldToEvents();
  throwIfCancelled(context);
}

/** The context with diagnostics that nobody reads: for what has been said once. */
export function silenced(context: RunContext): RunContext {
  return { ...context, diagnostics: createDiagnostics() };
}
