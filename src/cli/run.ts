// One run of the command line: flags from the schemas, one line for errors, exit codes that programs can rely on.
import { Command, CommanderError } from "commander";
import * as z from "zod";
import { CancelledError, InputError, OutputError } from "../base/errors.ts";
import { createRng } from "../base/rng.ts";
import { createRunContext } from "../base/run-context.ts";
import { type CommandSpec, commands } from "./command.ts";
import { colorsOf, createConsole, describeError, type Terminal, toJson } from "./console.ts";
import { memoryLimit } from "./estimate.ts";
import { describeFlags } from "./flags.ts";
import { readSettings } from "./settings.ts";
import { version } from "./version.ts";

const exitCodes = { input: 2, bug: 70, output: 74, hangUp: 129, interrupt: 130, terminate: 143 } as const;

interface Run {
  readonly terminal: Terminal;
  exitCode: number;
}

function fail(run: Run, exitCode: number, message: string): void {
  run.terminal.error(`${colorsOf(run.terminal).red("emend")}: ${message}\n`);
  run.exitCode = exitCode;
}

async function runCommand(
  run: Run,
  spec: CommandSpec,
  paths: readonly string[],
  flags: Record<string, unknown>,
): Promise<void> {
  // A flag before it may have taken it for its value.
  let asJson = flags.json === true || Object.values(flags).includes("--json");
  const abort = new AbortController();
  let stopCode: number = exitCodes.interrupt;
  const stop = (code: number) => (): void => {
    // The second signal does not wait for the best model.
    if (abort.signal.aborted) process.exit(code);
    stopCode = code;
    abort.abort();
  };
  const signals = [
    ["SIGHUP", stop(exitCodes.hangUp)],
    ["SIGINT", stop(exitCodes.interrupt)],
    ["SIGTERM", stop(exitCodes.terminate)],
  ] as const;
  for (const [signal, action] of signals) process.on(signal, action);
  let endProgress = (): void => {};
  try {
    const settings = readSettings(spec.schema, flags, flags.config as string | undefined) as {
      json: boolean;
      quiet: boolean;
      seed?: number;
      maxMemory?: number;
    };
    asJson = settings.json;
    const console = createConsole(settings, run.terminal);
    endProgress = console.endProgress;
    const context = createRunContext({
      signal: abort.signal,
      report: console.progress,
      rng: createRng(settings.seed ?? 0),
      memoryLimit: memoryLimit(settings.maxMemory),
    });
    const outcome = await spec.run(paths, settings as never, console, context);
    if (outcome.exitCode !== 0) {
      fail(run, outcome.exitCode === exitCodes.interrupt ? stopCode : outcome.exitCode, outcome.message ?? "failed");
    }
  } catch (error) {
    endProgress();
    reportError(run, error, asJson, stopCode);
  } finally {
    for (const [signal, action] of signals) process.off(signal, action);
  }
}

function reportError(run: Run, error: unknown, asJson: boolean, stopCode: number): void {
  if (error instanceof InputError || error instanceof OutputError) {
    if (asJson) printErrorDocument(run, error);
    fail(run, error instanceof InputError ? exitCodes.input : exitCodes.output, describeError(error));
  } else if (error instanceof CancelledError) fail(run, stopCode, "Interrupted before there was a result");
  else {
    const text = error instanceof Error ? error.message : String(error);
    if (process.env.EMEND_DEBUG !== undefined && error instanceof Error) run.terminal.error(`${error.stack}\n`);
    fail(
      run,
      exitCodes.bug,
      `This is a bug: ${text.replaceAll("\n", " ")}. Set EMEND_DEBUG=1 for its trace and report it`,
    );
  }
}

function printErrorDocument(run: Run, error: InputError | OutputError): void {
  const { code, message, file } = error;
  const rest = error instanceof InputError ? { place: error.place, hint: error.hint } : {};
  run.terminal.out(`${toJson({ error: { code, message, file, ...rest } })}\n`);
}

function createProgram(run: Run): Command {
  const output = {
    writeOut: (text: string) => run.terminal.out(text),
    writeErr: (text: string) => run.terminal.error(text),
    outputError: () => {},
  };
  const program = new Command("emend")
    .description("Refines and validates atomic models in cryo-EM maps.")
    .version(version, "--version", "print the version")
    .showSuggestionAfterError(true)
    .configureOutput(output);
  for (const spec of commands) {
    const command = program.command(spec.name).description(spec.summary);
    for (const [name, description] of spec.arguments) command.argument(name, description);
    for (const flag of describeFlags(spec.schema)) command.option(flag.flags, flag.description);
    command
      .option("--config <FILE>", "settings as JSON, named as the flags are: outDir for --out-dir")
      .addHelpText("after", `\nExamples:\n${spec.examples.map((line) => `  ${line}`).join("\n")}`)
      .configureOutput(output)
      .action(async (...values: unknown[]) => {
        const paths = values
          .slice(0, spec.arguments.length)
          .flat()
          .filter((value) => value !== undefined) as string[];
        await runCommand(run, spec, paths, command.opts());
      });
  }
  program
    .command("schema")
    .description("print the JSON schema of a command's settings")
    .argument("<command>", commands.map(({ name }) => name).join(", "))
    .action((name: string) => {
      const spec = commands.find((entry) => entry.name === name);
      if (spec) run.terminal.out(`${JSON.stringify(z.toJSONSchema(spec.schema, { io: "input" }), null, 2)}\n`);
      else fail(run, exitCodes.input, `There is no command "${name}"`);
    });
  for (const command of [program, ...program.commands]) command.exitOverride();
  return program;
}

/** Mistakes in the command line itself. */
function reportUsageError(run: Run, { code, message }: CommanderError, args: readonly string[]): void {
  const text = message
    .replace(/^error: /, "")
    .replace(/\.$/, "")
    .replaceAll("\n", " ");
  const hint = text.includes("Did you mean") ? undefined : usageHint(code, text, args);
  const error = new InputError({ code: "USAGE", message: text, hint });
  if (args.includes("--json")) printErrorDocument(run, error);
  fail(run, exitCodes.input, describeError(error));
}

/** What to write instead, as far as it can be guessed. */
function usageHint(code: string, text: string, args: readonly string[]): string | undefined {
  const spec = commands.find(({ name }) => name === args[0]);
  if (code === "commander.unknownCommand") return "emend --help lists the commands";
  if (spec === undefined) return "--help lists all options";
  const flags = describeFlags(spec.schema);
  const unknown = /option '(--?[^']+)'/.exec(text)?.[1];
  if (code === "commander.unknownOption") {
    const begun = flags
      .filter((flag) => flag.flags.startsWith(unknown ?? " "))
      .map((flag) => flag.flags.split(" ")[0]!);
    return begun.length > 0 ? `Did you mean ${begun.join(" or ")}?` : "--help lists all options";
  }
  const example = `For example: ${spec.examples[0]!}`;
  if (code === "commander.excessArguments") {
    const setting = args.slice(1).find((word) => /^\w+=/.test(word));
    return setting === undefined ? example : `Write --${setting.replace("=", " ")}`;
  }
  const list = flags.find(({ kind, flags: shown }) => kind === "list" && args.includes(shown.split(" ")[0]!));
  if (code !== "commander.missingArgument" || list === undefined) return example;
  return `${list.flags.split(" ")[0]!} takes every name up to the next flag: give model and map before it`;
}

/** Runs the command line on its arguments, without the names of node and program; resolves to the exit code. */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<number> {
  const run: Run = { terminal, exitCode: 0 };
  try {
    await createProgram(run).parseAsync(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const isHelp = error.exitCode === 0 || error.code === "commander.help";
    if (!isHelp) reportUsageError(run, error, args);
    else if (error.exitCode !== 0) run.exitCode = exitCodes.input;
  }
  return run.exitCode;
}
