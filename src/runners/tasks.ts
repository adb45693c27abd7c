// Whole tasks by name that a worker does beside the caller, who does them itself where there is no worker or it fails.

/** Tasks take and return what can be cloned: plain data, typed arrays, maps. */
export type TaskTable = Readonly<Record<string, (input: never) => Promise<unknown>>>;

type InputOf<Task> = Task extends (input: infer Input) => unknown ? Input : never;
type OutputOf<Task> = Task extends (input: never) => Promise<infer Output> ? Output : never;

export interface TaskRunner<Tasks extends TaskTable> {
  /**
   * Begins a task and returns at once. The function returned gives the result; what no worker has done or begun by then is done
   * by that function, and throws what it throws. A result that is never asked for costs nothing more.
   */
  begin<Name extends keyof Tasks & string>(
    name: Name,
    input: InputOf<Tasks[Name]>,
  ): () => Promise<OutputOf<Tasks[Name]>>;
  /** Ends the worker; what it had not done is done by who asks for it. */
  close(): void;
}

/** What goes to a worker. */
export interface TaskRequest {
  readonly id: number;
  readonly name: string;
  readonly input: unknown;
  /** One shared number, 1 once the task has been taken up by either side; null where nothing can be shared. */
  readonly taken: Int32Array | null;
}

/** What comes back. */
export interface TaskAnswer {
  readonly id: number;
  /** Absent where the task failed. */
  readonly output?: { readonly value: unknown };
}

/** A started worker; it must not keep the program alive unless it is told to. */
export interface TaskWorker {
  /** Throws where the request cannot be cloned. */
  send(request: TaskRequest): void;
  /** Whether somebody waits for an answer. */
  keepAlive(isAwaited: boolean): void;
  terminate(): void;
}

/** Starts a worker; `onEnd` is called when it ends, dies or could not begin. Throws where there are no workers. */
export type StartTaskWorker = (onAnswer: (answer: TaskAnswer) => void, onEnd: () => void) => TaskWorker;

type Settle = (output: TaskAnswer["output"]) => void;

/** A runner of these tasks; without a way to start a worker, and after a worker has failed, all are done by the caller. */
export function createTaskRunner<Tasks extends TaskTable>(
  tasks: Tasks,
  startWorker: StartTaskWorker | null,
): TaskRunner<Tasks> {
  const open = new Map<number, Settle>();
  let start = startWorker;
  let worker: TaskWorker | null = null;
  let count = 0;
  const settle = ({ id, output }: TaskAnswer): void => {
    const done = open.get(id);
    open.delete(id);
    done?.(output);
  };
  const giveUp = (): void => {
    start = null;
    worker = null;
    for (const id of open.keys()) settle({ id });
  };
  const send = (request: TaskRequest): Promise<TaskAnswer["output"]> => {
    if (start === null) return Promise.resolve(undefined);
    const answer = new Promise<TaskAnswer["output"]>((resolve) => open.set(request.id, resolve));
    try {
      worker ??= start(settle, giveUp);
      worker.send(request);
    } catch {
      worker?.terminate();
      giveUp();
    }
    return answer;
  };
  const wait = async (answer: Promise<TaskAnswer["output"]>): Promise<TaskAnswer["output"]> => {
    worker?.keepAlive(true);
    const output = await answer;
    worker?.keepAlive(false);
    return output;
  };
  return {
    begin(name, input) {
      const request: TaskRequest = { id: count++, name, input, taken: start === null ? null : createMark() };
      const answer = send(request);
      return async () => {
        const output = request.taken !== null && take(request) ? undefined : await wait(answer);
        return (output === undefined ? await tasks[name]!(input as never) : output.value) as never;
      };
    },
    close() {
      worker?.terminate();
      giveUp();
    },
  };
}

function createMark(): Int32Array | null {
  return typeof SharedArrayBuffer === "undefined" ? null : new Int32Array(new SharedArrayBuffer(4));
}

/** Takes a task up; false where the other side has it. */
function take({ taken }: TaskRequest): boolean {
  return taken === null || Atomics.exchange(taken, 0, 1) === 0;
}

/** The worker's side: does a task that its caller has not begun meanwhile, and says how it ended. */
export async function answerRequest(tasks: TaskTable, request: TaskRequest): Promise<TaskAnswer> {
  const { id, name, input } = request;
  if (!take(request)) return { id };
  try {
    return { id, output: { value: await tasks[name]!(input as never) } };
  } catch {
    // Whoever asked does it once more, and meets the error where it can be told.
    return { id };
  }
}
