// Starts workers wherever the program runs: Node's worker threads or the browser's workers.
import type { SpawnedWorker } from "./threads.ts";

/** What Node's worker threads have that is used here. */
interface NodeWorkerThreads {
  readonly Worker: new (
    code: string,
    options: { eval: true; workerData: unknown; stdout?: boolean },
  ) => { terminate(): unknown; unref(): void; on(event: "error", listener: () => void): void };
}

interface NodeProcess {
  getBuiltinModule?(name: "worker_threads"): NodeWorkerThreads;
}

/** Runs `code` in a worker that does not keep the program alive. Throws where workers or shared memory are missing. */
export function spawnWorker(code: string, data: unknown): SpawnedWorker {
  const { process } = globalThis as unknown as { process?: NodeProcess };
  const threads = process?.getBuiltinModule?.("worker_threads");
  if (threads) {
    const source = `const data = require("node:worker_threads").workerData;\n${code}`;
    const worker = new threads.Worker(source, { eval: true, workerData: data });
    // A worker that never starts is one that takes no block.
    worker.on("error", () => {});
    worker.unref();
    return { terminate: () => void worker.terminate() };
  }
  const source = `onmessage = ({ data }) => {\n${code}\n};`;
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(url);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker takes no origin
  worker.postMessage(data);
  return { terminate: () => worker.terminate() };
}
