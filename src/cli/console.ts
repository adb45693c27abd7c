// What the commands say: results on stdout, everything else on stderr.
import cliProgress from "cli-progress";
import picocolors from "picocolors";
import type { Diagnostics } from "../base/diagnostics.ts";
import { InputError, type OutputError } from "../base/errors.ts";
import type { Progress } from "../base/run-context.ts";

/** Where a command's words go; the process's own streams, or what a test listens to. */
export interface Terminal {
  out(text: string): void;
  error(text: string): void;
  /** The stream of a progress bar; null where nobody watches. */
  readonly bar: NodeJS.WriteStream | null;
}

/** Colours only where somebody watches: what goes to a file or a log stays plain. */
export function colorsOf(terminal: Terminal): ReturnType<typeof picocolors.createColors> {
  return picocolors.createColors(terminal.bar !== null && picocolors.isColorSupported);
}

export interface Console {
  readonly json: boolean;
  readonly colors: ReturnType<typeof colorsOf>;
  /** A line of the result, on stdout unless JSON is printed there or it is quiet. */
  print(line: string): void;
  /** The JSON document of the command; ignored unless it was asked for. */
  document(value: unknown): void;
  /** A line for the person at the terminal, on stderr. */
  note(line: string): void;
  progress(progress: Progress): void;
  endProgress(): void;
}

export function createConsole(
  settings: { readonly json: boolean; readonly quiet: boolean },
  terminal: Terminal,
): Console {
  const { json, quiet } = settings;
  const bar = createProgress(quiet, terminal);
  return {
    json,
    colors: colorsOf(terminal),
    print(line) {
      if (!json && !quiet) terminal.out(`${line}\n`);
    },
    document(value) {
      if (json) terminal.out(`${toJson(value)}\n`);
    },
    note(line) {
      if (!quiet) terminal.error(`${line}\n`);
    },
    progress: (progress) => bar.update(progress),
    endProgress: () => bar.stop(),
  };
}

interface ProgressView {
  update(progress: Progress): void;
  stop(): void;
}

function createProgress(quiet: boolean, terminal: Terminal): ProgressView {
  if (quiet) return { update() {}, stop() {} };
  return terminal.bar ? createBar(terminal.bar, colorsOf(terminal)) : createLines(terminal);
}

function describeValues(values: Progress["values"]): string {
  if (!values) return "";
  const shown: string[] = [];
  if (values.cc !== undefined) shown.push(`CC ${values.cc.toFixed(4)}`);
  if (values.bondRmsd !== undefined) shown.push(`bonds ${values.bondRmsd.toFixed(4)} A`);
  if (values.angleRmsd !== undefined) shown.push(`angles ${values.angleRmsd.toFixed(2)} deg`);
  return shown.join(", ");
}

function createBar(stream: NodeJS.WriteStream, colors: Console["colors"]): ProgressView {
  const bar = new cliProgress.SingleBar(
    {
      format: `${colors.cyan("{bar}")} {percentage}% | {phase} | {state} | {left}`,
      stream,
      hideCursor: true,
      clearOnComplete: true,
      barsize: 24,
      fps: 5,
    },
    cliProgress.Presets.shades_classic,
  );
  const began = Date.now();
  let started = false;
  let state = "";
  return {
    update({ phase, fraction = 0, values }) {
      state = describeValues(values) || state;
      const seconds = (Date.now() - began) / 1000;
      const left = fraction > 0.05 ? `${Math.ceil((seconds * (1 - fraction)) / fraction)} s left` : "";
      if (!started) bar.start(1000, 0, { phase, state, left });
      started = true;
      bar.update(Math.round(1000 * fraction), { phase, state, left });
    },
    stop() {
      if (started) bar.stop();
      started = false;
    },
  };
}

/** Phases that look at the input: bad input ends there, and what is printed then is the error alone. */
const checkingPhases = /^(reading|restraints|resolution)/;

/** Without a terminal: a line for each finished cycle and for each phase that begins. */
function createLines(terminal: Terminal): ProgressView {
  let lastPhase = "";
  return {
    update({ phase, values }) {
      if (values) terminal.error(`${phase}: ${describeValues(values)}\n`);
      else if (phase !== lastPhase && !phase.startsWith("cycle") && !checkingPhases.test(phase))
        terminal.error(`${phase}\n`);
      lastPhase = phase;
    },
    stop() {},
  };
}

/** JSON with numbers of seven significant digits; values that are not finite become null. */
export function toJson(value: unknown): string {
  return JSON.stringify(
    value,
    (_key, entry: unknown) => {
      if (typeof entry === "number") return Number.isFinite(entry) ? Number(entry.toPrecision(7)) : null;
      if (ArrayBuffer.isView(entry)) return Array.from(entry as Float64Array);
      return entry;
    },
    2,
  );
}

/** "model.pdb, line 3: message. Hint." on one line. */
export function describeError(error: InputError | OutputError): string {
  const place = error instanceof InputError ? error.place : undefined;
  const where = [error.file, place].filter((part) => part !== undefined).join(", ");
  const hint = error instanceof InputError && error.hint !== undefined ? `. ${error.hint}` : "";
  return `${where === "" ? "" : `${where}: `}${error.message}${hint}`.replaceAll("\n", " ");
}

export function noteDiagnostics(console: Console, diagnostics: Diagnostics): void {
  for (const { severity, message, count, examples } of diagnostics.entries) {
    const label = severity === "info" ? console.colors.dim("note") : console.colors.yellow(severity);
    const times = count > 1 ? ` (${count} times)` : "";
    const shown = examples.length > 0 ? `: ${examples.join("; ")}${count > examples.length ? "; ..." : ""}` : "";
    console.note(`${label}: ${message}${times}${shown}`);
  }
}
