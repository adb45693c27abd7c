// Threads that share one call of a compiled kernel: its range is cut into fixed blocks, which whoever is free takes next.

/** A started worker; the page or process may end without waiting for it. */
export interface SpawnedWorker {
  terminate(): void;
}

/** Starts a worker that runs `code`, in which `data` holds the second argument. */
export type SpawnWorker = (code: string, data: unknown) => SpawnedWorker;

export type KernelFunction = (...values: number[]) => number;

/** One call of a kernel whose last parameters are begin, end and the address of scratch. */
export interface RangeCall {
  readonly kernel: string;
  /** Everything before begin, end and scratch. */
  readonly values: readonly number[];
  readonly begin: number;
  readonly end: number;
  /** Blocks start at begin plus multiples of this; the kernel's results must not depend on how they are shared out. */
  readonly grain: number;
  /** Bytes each thread works in besides its arguments. */
  readonly scratchBytes?: number;
}

/** Places in the control block, 32-bit numbers. */
const place = { gate: 0, generation: 1, next: 2, stop: 3, failed: 4, kernel: 5, valueCount: 6, joined: 7 } as const;
const openBit = 1 << 30;
const headerBytes = 64;
/** Begin, end, grain, scratch address and bytes stand before the values. */
const rangeNumbers = 5;
const mostValues = 40;
const defaultLongestBlock = 120_000;

interface WorkerData {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly control: SharedArrayBuffer;
  readonly index: number;
  readonly place: typeof place;
  readonly openBit: number;
  readonly headerBytes: number;
  readonly rangeNumbers: number;
}

/** Body of a worker. It travels as text, so that it must not refer to anything outside of itself. */
function serve(data: WorkerData): void {
  const { module, memory, control, index, place: at, openBit: open, headerBytes: header, rangeNumbers: fixed } = data;
  const state = new Int32Array(control, 0, header / 4);
  const numbers = new Float64Array(control, header);
  const { exports } = new WebAssembly.Instance(module, {
    env: {
      memory,
      abort() {
        throw new Error("A compiled kernel stopped");
      },
    },
  });
  const kernels = Object.values(exports) as ((...values: number[]) => number)[];
  const join = (): boolean => {
    for (;;) {
      const gate = Atomics.load(state, at.gate);
      if ((gate & open) === 0) return false;
      if (Atomics.compareExchange(state, at.gate, gate, gate + 1) === gate) return true;
    }
  };
  const work = (): void => {
    const [begin, end, grain, scratch, bytes] = numbers as unknown as [number, number, number, number, number];
    const values = Array.from(numbers.subarray(fixed, fixed + state[at.valueCount]!));
    const kernel = kernels[state[at.kernel]!]!;
    for (;;) {
      const first = begin + grain * Atomics.add(state, at.next, 1);
      if (first >= end) return;
      kernel(...values, first, Math.min(end, first + grain), scratch + index * bytes);
    }
  };
  let seen = 0;
  for (;;) {
    // Calls follow each other closely: looking a little longer is cheaper than sleeping and waking.
    for (let look = 0; look < 4000 && Atomics.load(state, at.generation) === seen; look++);
    Atomics.wait(state, at.generation, seen);
    seen = Atomics.load(state, at.generation);
    if (Atomics.load(state, at.stop) === 1) return;
    if (!join()) continue;
    Atomics.add(state, at.joined, 1);
    try {
      work();
    } catch {
      Atomics.store(state, at.failed, 1);
    }
    Atomics.sub(state, at.gate, 1);
    Atomics.notify(state, at.gate);
  }
}

/** Shares out calls among the caller and the workers; without workers it calls straight through. */
export interface ThreadPool {
  /** Threads that may take part, the caller among them. */
  readonly threads: number;
  /** How often a worker has taken part in a call. */
  readonly joined: number;
  /** Set while the cores of the others have something else to do: the caller does all, with the same result. */
  isAlone: boolean;
  run(call: RangeCall): void;
  /** Ends the workers; calls go on in one thread. */
  close(): void;
}

export interface PoolInput {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** The caller's own instance of the module. */
  readonly exports: WebAssembly.Exports;
  /** Scratch for all threads, at least this many bytes, with whatever it held. */
  reserveScratch(bytes: number): number;
  readonly threads: number;
  readonly spawn: SpawnWorker | null;
  /** A thread that finishes no block for this long is taken for lost, milliseconds; two minutes unless given. */
  readonly longestBlock?: number;
}

export function createThreadPool(input: PoolInput): ThreadPool {
  const kernels = input.exports as unknown as Record<string, KernelFunction>;
  const team = input.threads > 1 && input.spawn !== null ? createTeam(input, input.spawn) : null;
  return {
    isAlone: false,
    get threads() {
      return 1 + (team?.size ?? 0);
    },
    get joined() {
      return team?.joined() ?? 0;
    },
    run(call) {
      const { kernel, values, begin, end, grain, scratchBytes = 0 } = call;
      if (begin >= end) return;
      if (team === null || team.size === 0 || this.isAlone || end - begin <= grain) {
        kernels[kernel]!(...values, begin, end, scratchBytes > 0 ? input.reserveScratch(scratchBytes) : 0);
      } else team.run(call);
    },
    close() {
      team?.close();
    },
  };
}

interface Team {
  readonly size: number;
  joined(): number;
  run(call: RangeCall): void;
  close(): void;
}

/** Null where threads cannot be had: a page that is not isolated has no shared buffers, or may not send them. */
function createTeam(input: PoolInput, spawn: SpawnWorker): Team | null {
  if (typeof SharedArrayBuffer === "undefined") return null;
  const { module, memory, exports, threads, reserveScratch, longestBlock = defaultLongestBlock } = input;
  const control = new SharedArrayBuffer(headerBytes + 8 * (rangeNumbers + mostValues));
  const state = new Int32Array(control, 0, headerBytes / 4);
  const numbers = new Float64Array(control, headerBytes);
  const rows = new Map(Object.keys(exports).map((name, row) => [name, row]));
  const kernels = exports as unknown as Record<string, KernelFunction>;
  let workers: SpawnedWorker[] = [];
  try {
    for (let index = 1; index < threads; index++) {
      const data: WorkerData = { module, memory, control, index, place, openBit, headerBytes, rangeNumbers };
      workers.push(spawn(`(${serve.toString()})(data);`, data));
    }
  } catch {
    for (const worker of workers) worker.terminate();
    return null;
  }
  const publish = ({ kernel, values, begin, end, grain, scratchBytes = 0 }: RangeCall): number => {
    const bytes = Math.ceil(scratchBytes / 64) * 64;
    const scratch = bytes > 0 ? reserveScratch(bytes * threads) : 0;
    numbers.set([begin, end, grain, scratch, bytes, ...values]);
    state[place.kernel] = rows.get(kernel)!;
    state[place.valueCount] = values.length;
    Atomics.store(state, place.next, 0);
    Atomics.store(state, place.gate, openBit);
    Atomics.add(state, place.generation, 1);
    // The caller takes a block too; who finds none need not wake.
    Atomics.notify(state, place.generation, Math.ceil((end - begin) / grain) - 1);
    return scratch;
  };
  const close = (): void => {
    Atomics.store(state, place.stop, 1);
    Atomics.add(state, place.generation, 1);
    Atomics.notify(state, place.generation);
    for (const worker of workers) worker.terminate();
    workers = [];
  };
  return {
    get size() {
      return workers.length;
    },
    joined: () => Atomics.load(state, place.joined),
    run(call) {
      const scratch = publish(call);
      const { begin, end, grain, values } = call;
      const kernel = kernels[call.kernel]!;
      try {
        for (;;) {
          const first = begin + grain * Atomics.add(state, place.next, 1);
          if (first >= end) break;
          kernel(...values, first, Math.min(end, first + grain), scratch);
        }
      } finally {
        Atomics.and(state, place.gate, ~openBit);
        waitForAll(state, longestBlock, close);
      }
      if (Atomics.exchange(state, place.failed, 0) === 1) throw new Error("A compiled kernel stopped in a worker");
    },
    close,
  };
}

/** Returns when every worker that joined the call has left it; gives the team up and throws where one never does. */
function waitForAll(state: Int32Array, longestBlock: number, giveUp: () => void): void {
  for (let look = 0; look < 20_000; look++) if (Atomics.load(state, place.gate) === 0) return;
  let progress = Atomics.load(state, place.gate);
  let since = performance.now();
  for (let gate = progress; gate !== 0; gate = Atomics.load(state, place.gate)) {
    pause(state, gate);
    if (gate !== progress) {
      progress = gate;
      since = performance.now();
    } else if (performance.now() - since > longestBlock) {
      giveUp();
      throw new Error("A compute thread stopped answering");
    }
  }
}

/** Sleeps until the gate changes; the main thread of a page may not sleep and looks again at once. */
function pause(state: Int32Array, gate: number): void {
  try {
    Atomics.wait(state, place.gate, gate, 1000);
  } catch {
    // Nothing to do but look again.
  }
}
