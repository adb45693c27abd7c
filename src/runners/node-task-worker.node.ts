// Tasks in one of Node's worker threads: how it is started, and what it does in there.
import { existsSync, readlinkSync } from "node:fs";
import { constants, getPriority, setPriority } from "node:os";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { parentPort, type ResourceLimits, Worker } from "node:worker_threads";
import { answerRequest, type StartTaskWorker, type TaskAnswer, type TaskRequest, type TaskTable } from "./tasks.ts";

/** Starts the module at this address as a worker, which must call `serveTasks`; null where there is no such file. */
export function taskWorkerAt(address: URL, resourceLimits: ResourceLimits = {}): StartTaskWorker | null {
  if (!existsSync(fileURLToPath(address))) return null;
  return (onAnswer, onEnd) => {
    const worker = new Worker(address, { resourceLimits });
    worker.on("message", (answer: TaskAnswer) => onAnswer(answer));
    // An answer that cannot be read is none.
    for (const event of ["error", "messageerror", "exit"]) worker.on(event, () => onEnd());
    worker.unref();
    return {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker takes no origin
      send: (request) => worker.postMessage(request),
      keepAlive: (isAwaited) => (isAwaited ? worker.ref() : worker.unref()),
      terminate: () => void worker.terminate(),
    };
  };
}

/** Does the tasks that this worker is asked for, one after the other, until it is ended. */
export function serveTasks(tasks: TaskTable): void {
  giveWay();
  let last: Promise<void> = Promise.resolve();
  parentPort?.on("message", (request: TaskRequest) => {
    last = last.then(async () => {
      const answer = await answerRequest(tasks, request);
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker takes no origin
      parentPort?.postMessage(answer);
    });
  });
}

/** Steps of the system's priorities that a worker stands behind the threads that compute. */
const stepsBehind = 5;

/**
 * Lets the threads that share one computation go first where cores are few: each of them waits for the slowest, while a task is
 * waited for at its end only. Linux alone has priorities of single threads; elsewhere nothing changes.
 */
function giveWay(): void {
  try {
    const thread = Number(basename(readlinkSync("/proc/thread-self")));
    setPriority(thread, Math.min(constants.priority.PRIORITY_LOW, getPriority(thread) + stepsBehind));
  } catch {
    // The result is the same.
  }
}
