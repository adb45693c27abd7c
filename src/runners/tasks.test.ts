// Tasks give the same result whether a worker does them, dies, refuses, or is not there at all.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test, vi } from "vitest";
import { InputError } from "../base/errors.ts";
import { taskWorkerAt } from "./node-task-worker.node.ts";
import { answerRequest, createTaskRunner, type StartTaskWorker, type TaskRequest } from "./tasks.ts";

const folder = mkdtempSync(join(tmpdir(), "emend-tasks-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Counts what is done by the caller. */
function makeTasks() {
  const done: string[] = [];
  const tasks = {
    square: async (values: Float64Array) => {
      done.push("square");
      return values.map((value) => value * value);
    },
    refuse: async (name: string): Promise<string> => {
      done.push("refuse");
      throw new InputError({ code: "REFUSED", message: name });
    },
  };
  return { tasks, done };
}

const input = Float64Array.of(1, -2, 0.1);
const expected = Float64Array.of(1, 4, 0.1 * 0.1);

/** A worker in this thread that answers later, as its `answer` says. */
const workerOf =
  (answer: (request: TaskRequest) => Promise<unknown> | "end"): StartTaskWorker =>
  (onAnswer, onEnd) => ({
    send(request) {
      const reply = answer(structuredClone(request));
      if (reply === "end") setTimeout(onEnd, 1);
      else void reply.then((value) => onAnswer(structuredClone(value) as never));
    },
    keepAlive() {},
    terminate() {},
  });

test("without a worker a task is done when its result is asked for, by the caller", async () => {
  const { tasks, done } = makeTasks();
  const result = createTaskRunner(tasks, null).begin("square", input);
  await Promise.resolve();
  expect(done).toEqual([]);
  expect(await result()).toEqual(expected);
  expect(done).toEqual(["square"]);
});

test("a worker does it instead of the caller, each request its own answer", async () => {
  const { tasks, done } = makeTasks();
  const theirs = makeTasks();
  const runner = createTaskRunner(
    tasks,
    workerOf((request) => answerRequest(theirs.tasks, request)),
  );
  const results = [input, expected].map((values) => runner.begin("square", values));
  expect(await results[1]!()).toEqual(expected.map((value) => value * value));
  expect(await results[0]!()).toEqual(expected);
  expect([done, theirs.done]).toEqual([[], ["square", "square"]]);
});

test("what the worker has not begun when it is asked for is done by the caller, and by nobody else", async () => {
  const { tasks, done } = makeTasks();
  const theirs = makeTasks();
  const waiting: (() => void)[] = [];
  const isFree = new Promise<void>((resolve) => waiting.push(resolve));
  const runner = createTaskRunner(
    tasks,
    workerOf((request) => isFree.then(() => answerRequest(theirs.tasks, request))),
  );
  const [first, last] = [runner.begin("square", input), runner.begin("square", expected)];
  expect(await last()).toEqual(expected.map((value) => value * value));
  waiting[0]!();
  await isFree;
  await new Promise((resolve) => setTimeout(resolve, 1));
  expect(await first()).toEqual(expected);
  expect([done, theirs.done]).toEqual([["square"], ["square"]]);
});

test("an error of the task is the caller's, in its own class, and only where the result is asked for", async () => {
  const { tasks, done } = makeTasks();
  const runner = createTaskRunner(
    tasks,
    workerOf((request) => answerRequest(tasks, request)),
  );
  runner.begin("refuse", "nobody asks");
  const result = runner.begin("refuse", "mine");
  await expect(result()).rejects.toThrow(InputError);
  expect(done).toEqual(["refuse", "refuse", "refuse"]);
});

describe("the caller does it where the worker", () => {
  test.each<readonly [string, StartTaskWorker]>([
    [
      "cannot be started",
      () => {
        throw new Error("no workers here");
      },
    ],
    ["ends before its answer", workerOf(() => "end")],
    [
      "cannot be given the input",
      workerOf(() => {
        throw new DOMException("not cloned", "DataCloneError");
      }),
    ],
  ])("%s, and from then on all", async (_name, start) => {
    const { tasks, done } = makeTasks();
    const runner = createTaskRunner(tasks, start);
    const [first, second] = [runner.begin("square", input), runner.begin("square", input)];
    expect([await first(), await second()]).toEqual([expected, expected]);
    expect(await runner.begin("square", input)()).toEqual(expected);
    expect(done).toEqual(["square", "square", "square"]);
  });

  test("is told to end", async () => {
    const { tasks, done } = makeTasks();
    const runner = createTaskRunner(
      tasks,
      workerOf(() => new Promise(() => {})),
    );
    const result = runner.begin("square", input);
    runner.close();
    expect(await result()).toEqual(expected);
    expect(done).toEqual(["square"]);
  });
});

describe("a worker thread of Node", () => {
  const onTask = (then: string): string => `const { parentPort } = require("node:worker_threads");
    parentPort.on("message", ({ id, input, taken }) => {
      taken[0] = 1;
      require("node:fs").writeFileSync(__filename + ".taken", "");
      ${then}
    });`;

  test.each([
    ["answers", onTask("parentPort.postMessage({ id, output: { value: input.map((value) => value * value) } })"), 0],
    ["throws at once", 'throw new Error("early")', 1],
    ["cannot be parsed", "}", 1],
    ["ends at once", "", 1],
    ["exits while it works", onTask("process.exit(3)"), 1],
    ["uses up its heap", onTask("const all = []; for (;;) all.push(new Array(1e6).fill(all.length))"), 1],
  ] as const)("that %s", async (name, code, own) => {
    const path = join(folder, `${name}.cjs`);
    writeFileSync(path, code);
    const { tasks, done } = makeTasks();
    const runner = createTaskRunner(tasks, taskWorkerAt(pathToFileURL(path), { maxOldGenerationSizeMb: 24 }));
    const result = runner.begin("square", input);
    if (code.includes("taken")) await vi.waitUntil(() => existsSync(`${path}.taken`), 20_000);
    expect(await result()).toEqual(expected);
    expect(done).toHaveLength(own);
    runner.close();
  });

  test("that has no file is none", () => {
    expect(taskWorkerAt(pathToFileURL(join(folder, "nothing.js")))).toBeNull();
  });
});
