// The command line: flags from the schemas, one line for errors, exit codes that programs can rely on.
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import colors from "picocolors";
import { z } from "zod";
import { CancelledError, InputError, OutputError } from "../base/errors.ts";
import { createRng } from "../base/rng.ts";
import { createRunContext } from "../base/run-context.ts";
import { type CommandSpec, commands } from "./command.ts";
import { createConsole, describeError, toJson } from "./console.ts";
import { describeFlags, type FlagDescription } from "./options.ts";
import { version } from "./version.ts";

const exitCodes = { input: 2, bug: 70, output: 74, interrupt: 130, terminate: 143 } as const;

function fail(exitCode: number, message: string): void {
  process.stderr.write(`${colors.red("emend")}: ${message}\n`);
  process.exitCode = exitCode;
}

/** Settings of a run: flags over the configuration file over the defaults. Throws InputError SETTING naming the key. */
function readSettings(spec: CommandSpec, flags: Readonly<Record<string, unknown>>, file: string | undefined): unknown {
  const known = describeFlags(spec.schema);
  const given: Record<string, unknown> = { ...(file === undefined ? {} : readConfiguration(file, known)) };
  for (const flag of known) {
    const value = flags[flag.key];
    if (value !== undefined) given[flag.key] = flag.kind === "number" ? asNumber(flag, String(value)) : value;
  }
  const parsed = spec.schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const key = String(issue.path[0] ?? "");
  const flag = known.find((entry) => entry.key === key);
  throw new InputError({
    code: "SETTING",
    message: `${flag ? flag.flags.split(" ")[0] : key}: ${issue.message}`,
    file,
    hint: flag ? `It is the ${flag.description}` : undefined,
  });
}

function asNumber(flag: FlagDescription, text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return value;
  const comma = /^-?\d+,\d+$/.test(text) ? `Write ${text.replace(",", ".")}` : `It is the ${flag.description}`;
  throw new InputError({
    code: "SETTING_NUMBER",
    message: `${flag.flags.split(" ")[0]}: "${text}" is not a number`,
    hint: comma,
  });
}

function readConfiguration(file: string, known: readonly FlagDescription[]): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    throw new InputError({ code: "FILE_NOT_FOUND", message: "Cannot read the configuration", file });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InputError({ code: "CONFIG_JSON", message: `This is not JSON: ${(error as Error).message}`, file });
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new InputError({ code: "CONFIG_JSON", message: "The configuration must be a JSON object", file });
  }
  for (const key of Object.keys(value)) {
    if (known.some((flag) => flag.key === key)) continue;
    const near = nearestWord(
      key,
      known.map((flag) => flag.key),
    );
    throw new InputError({
      code: "CONFIG_KEY",
      message: `"${key}" is not a setting of this command`,
      file,
      hint: near === null ? `Settings are ${known.map((flag) => flag.key).join(", ")}` : `Did you mean "${near}"?`,
    });
  }
  return value as Record<string, unknown>;
}

/** The word with the fewest edits, when they are few. */
function nearestWord(word: string, words: readonly string[]): string | null {
  let best: string | null = null;
  let least = Math.max(2, Math.floor(word.length / 2));
  for (const candidate of words) {
    const edits = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (edits < least) {
      least = edits;
      best = candidate;
    }
  }
  return best;
}

function editDistance(first: string, second: string): number {
  let row = Array.from({ length: second.length + 1 }, (_, index) => index);
  for (let i = 1; i <= first.length; i++) {
    const next = [i];
    for (let j = 1; j <= second.length; j++) {
      const substitution = row[j - 1]! + (first[i - 1] === second[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[second.length]!;
}

async function runCommand(spec: CommandSpec, paths: readonly string[], flags: Record<string, unknown>): Promise<void> {
  const asJson = flags.json === true;
  const abort = new AbortController();
  let stopCode: number = exitCodes.interrupt;
  const stop = (code: number) => (): void => {
    // The second signal does not wait for the best model.
    if (abort.signal.aborted) process.exit(code);
    stopCode = code;
    abort.abort();
  };
  const onInterrupt = stop(exitCodes.interrupt);
  const onTerminate = stop(exitCodes.terminate);
  process.on("SIGINT", onInterrupt);
  process.on("SIGTERM", onTerminate);
  let endProgress = (): void => {};
  try {
    const settings = readSettings(spec, flags, flags.config as string | undefined) as {
      json: boolean;
      quiet: boolean;
      seed?: number;
    };
    const console = createConsole(settings);
    endProgress = console.endProgress;
    const context = createRunContext({
      signal: abort.signal,
      report: console.progress,
      rng: createRng(settings.seed ?? 0),
    });
    const outcome = await spec.run(paths, settings as never, console, context);
    if (outcome.exitCode !== 0) {
      fail(outcome.exitCode === exitCodes.interrupt ? stopCode : outcome.exitCode, outcome.message ?? "failed");
    }
  } catch (error) {
    endProgress();
    reportError(error, asJson, stopCode);
  } finally {
    process.off("SIGINT", onInterrupt);
    process.off("SIGTERM", onTerminate);
  }
}

function reportError(error: unknown, asJson: boolean, stopCode: number): void {
  if (error instanceof InputError || error instanceof OutputError) {
    if (asJson) {
      const { code, message, file } = error;
      const rest = error instanceof InputError ? { place: error.place, hint: error.hint } : {};
      process.stdout.write(`${toJson({ error: { code, message, file, ...rest } })}\n`);
    }
    fail(error instanceof InputError ? exitCodes.input : exitCodes.output, describeError(error));
  } else if (error instanceof CancelledError) fail(stopCode, "Interrupted before there was a result");
  else {
    const text = error instanceof Error ? error.message : String(error);
    if (process.env.EMEND_DEBUG !== undefined && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    fail(exitCodes.bug, `This is a bug: ${text.replaceAll("\n", " ")}. Set EMEND_DEBUG=1 for its trace and report it`);
  }
}

function createProgram(): Command {
  const program = new Command("emend")
    .description("Refines and validates atomic models in cryo-EM maps.")
    .version(version, "--version", "print the version")
    .showSuggestionAfterError(true)
    .configureOutput({ outputError: () => {} });
  for (const spec of commands) {
    const command = program.command(spec.name).description(spec.summary);
    for (const [name, description] of spec.arguments) command.argument(name, description);
    for (const flag of describeFlags(spec.schema)) command.option(flag.flags, flag.description);
    command
      .option("--config <FILE>", "settings as JSON, same names as the flags without dashes")
      .addHelpText("after", `\nExamples:\n${spec.examples.map((line) => `  ${line}`).join("\n")}`)
      .configureOutput({ outputError: () => {} })
      .action(async (...values: unknown[]) => {
        const paths = values.slice(0, spec.arguments.length).flat() as string[];
        await runCommand(spec, paths, command.opts());
      });
  }
  program
    .command("schema")
    .description("print the JSON schema of a command's settings")
    .argument("<command>", commands.map(({ name }) => name).join(", "))
    .action((name: string) => {
      const spec = commands.find((entry) => entry.name === name);
      if (spec) process.stdout.write(`${JSON.stringify(z.toJSONSchema(spec.schema, { io: "input" }), null, 2)}\n`);
      else fail(exitCodes.input, `There is no command "${name}"`);
    });
  for (const command of [program, ...program.commands]) command.exitOverride();
  return program;
}

// A reader that goes away (| head) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
});

try {
  await createProgram().parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  const isHelp = error.exitCode === 0 || error.code === "commander.help";
  if (!isHelp) fail(exitCodes.input, error.message.replace(/^error: /, "").replaceAll("\n", " "));
  else if (error.exitCode !== 0) process.exitCode = exitCodes.input;
}
