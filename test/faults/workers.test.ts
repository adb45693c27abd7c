// Workers that never start, end early, stop answering or meet a trap: results stay right, and nobody waits for ever.
import { Worker } from "node:worker_threads";
import { afterEach, describe, expect, test } from "vitest";
import { createThreadPool, type SpawnWorker, type ThreadPool } from "../../src/kernels/threads.ts";

/**
 * square(to, base, mode, begin, end, scratch): numbers begin..end, squared, at `to`. Whoever has another scratch than `base` is a
 * worker, and stops with a trap in mode 1 and never in mode 2. The caller is made slow, so that workers find something to do.
 */
const moduleBytes = Buffer.from(
  "AGFzbQEAAAABCwFgBn9/f39/fwF8AhABA2VudgZtZW1vcnkCAxAQAwIBAAcKAQZzcXVhcmUAAAqUAQGRAQIBfAF/IAEgBUciByACQQFGcQRAAAsDQCACQQJGIAdxBEAgBSAFKAIAQQFqNgIADAELCyAHRQRAQQAhAQNAIAFBoJwBSARAIAUgASAFKAIAajYCACABQQFqIQEMAQsLCwNAIAMgBEgEQCADQQN0IABqIAO3IgYgBqI5AwAgA0EBaiEDDAELC0QAAAAAAAAAAAs=",
  "base64",
);
const length = 64;
const to = 4096;
const base = 1024;
const expected = Array.from({ length }, (_, at) => at * at);

interface Bench {
  readonly pool: ThreadPool;
  readonly workers: readonly Worker[];
  /** The squares, made anew. */
  compute(mode?: number): number[];
}

/** A pool whose workers run `sabotage` before, or around, their own code. */
function createBench(
  sabotage: (code: string) => string,
  options: Partial<Parameters<typeof createThreadPool>[0]> = {},
): Bench {
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 16, shared: true });
  const module = new WebAssembly.Module(moduleBytes);
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const workers: Worker[] = [];
  const spawn: SpawnWorker = (code, data) => {
    const source = `const data = require("node:worker_threads").workerData;\n${sabotage(code)}`;
    const worker = new Worker(source, { eval: true, workerData: data, resourceLimits: { maxOldGenerationSizeMb: 24 } });
    worker.on("error", () => {});
    worker.unref();
    workers.push(worker);
    return { terminate: () => void worker.terminate() };
  };
  const pool = createThreadPool({ module, memory, exports, reserveScratch: () => base, threads: 3, spawn, ...options });
  pools.push(pool);
  const values = new Float64Array(memory.buffer, to, length);
  return {
    pool,
    workers,
    compute(mode = 0) {
      values.fill(-1);
      pool.run({ kernel: "square", values: [to, base, mode], begin: 0, end: length, grain: 1, scratchBytes: 64 });
      return Array.from(values);
    },
  };
}

const pools: ThreadPool[] = [];
afterEach(() => {
  for (const pool of pools.splice(0)) pool.close();
});

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/** Computes until a worker has taken part, or so often; every result must be right. */
async function computeOften(bench: Bench, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    expect(bench.compute()).toEqual(expected);
    await pause(1);
  }
}

async function waitUntilJoined(bench: Bench): Promise<void> {
  for (let round = 0; round < 2000 && bench.pool.joined === 0; round++) await computeOften(bench, 1);
  expect(bench.pool.joined).toBeGreaterThan(0);
}

/** Runs the code until the worker has waited for work so many times. */
const after = (waits: number, action: string) => (code: string) =>
  `let waits = 0; const wait = Atomics.wait;
  Atomics.wait = (...values) => { if (++waits > ${waits}) { ${action} } return wait(...values); };\n${code}`;

describe("results are right with workers that", () => {
  test.each([
    ["are sound", (code: string) => code],
    ["throw before their work", (code: string) => `throw new Error("early");\n${code}`],
    ["do nothing and end", () => ""],
    ["cannot be parsed", () => "}"],
    ["exit with code 0", (code: string) => `process.exit(0);\n${code}`],
    ["exit with code 3", (code: string) => `process.exit(3);\n${code}`],
    ["never come to their work", () => "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);"],
    ["loop for ever before their work", () => "for (;;);"],
    ["come late", (code: string) => `Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);\n${code}`],
    [
      "use up their heap",
      (code: string) => `const all = []; for (;;) all.push(new Array(100000).fill(all.length));\n${code}`,
    ],
    ["throw after some calls", after(3, 'throw new Error("late");')],
    ["exit after some calls", after(3, "process.exit(3);")],
    ["fall asleep after some calls", after(3, "wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);")],
    ["have no memory to share", (code: string) => `data.memory = undefined;\n${code}`],
    ["get another module", (code: string) => `data.module = undefined;\n${code}`],
    ["lose the message that wakes them", (code: string) => `Atomics.wait = () => "ok";\n${code}`],
  ])("%s", async (_name, sabotage) => {
    const bench = createBench(sabotage);
    await computeOften(bench, 40);
  });

  test("cannot be started at all", () => {
    const bench = createBench((code) => code, {
      spawn: () => {
        throw new Error("no workers here");
      },
    });
    expect([bench.compute(), bench.pool.threads]).toEqual([expected, 1]);
  });

  test("start but for the last", () => {
    let started = 0;
    const bench = createBench((code) => code, {
      spawn: () => {
        if (++started === 2) throw new Error("no more");
        return { terminate() {} };
      },
    });
    expect([bench.compute(), bench.pool.threads]).toEqual([expected, 1]);
  });

  test("are killed while they wait", async () => {
    const bench = createBench((code) => code);
    await waitUntilJoined(bench);
    await Promise.all(bench.workers.map((worker) => worker.terminate()));
    await computeOften(bench, 10);
  });
});

test("a hundred workers that end within a thousand calls leave every result right", async () => {
  const ended: number[] = [];
  for (let round = 0; ended.length < 100; round++) {
    const bench = createBench(after(1 + (round % 5), "process.exit(3);"));
    for (const worker of bench.workers) worker.on("exit", (code) => ended.push(code));
    await computeOften(bench, 20);
    bench.pool.close();
    await pause(5);
    expect(round).toBeLessThan(200);
  }
});

test("a trap in a worker is an error of the call, and the next call is right", async () => {
  const bench = createBench((code) => code);
  await waitUntilJoined(bench);
  let trapped = 0;
  for (let round = 0; round < 500 && trapped === 0; round++) {
    try {
      bench.compute(1);
    } catch (error) {
      expect(String(error)).toMatch(/stopped in a worker/);
      trapped++;
    }
    await pause(1);
  }
  expect(trapped).toBe(1);
  await computeOften(bench, 10);
});

test("a worker that never finishes its block ends the call after the limit, and later calls do without workers", async () => {
  const bench = createBench((code) => code, { longestBlock: 300 });
  await waitUntilJoined(bench);
  let lost = 0;
  for (let round = 0; round < 500 && lost === 0; round++) {
    try {
      bench.compute(2);
    } catch (error) {
      expect(String(error)).toMatch(/stopped answering/);
      lost++;
    }
    await pause(1);
  }
  expect([lost, bench.pool.threads]).toEqual([1, 1]);
  expect(bench.compute()).toEqual(expected);
});
