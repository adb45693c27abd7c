// The command line: flags from the schemas, one line for errors, exit codes that programs can rely on.
import { Command, CommanderError } from "commander";
import colors from "picocolors";
import { z } from "zod";
import { CancelledError, InputError, OutputError } from "../base/errors.ts";
import { createRng } from "../base/rng.ts";
import { createRunContext } from "../base/run-context.ts";
import { type CommandSpec, commands } from "./command.ts";
import { createConsole, describeError, toJson } from "./console.ts";
import { describeFlags } from "./options.ts";
import { readSettings } from "./settings.ts";
import { version } from "./version.ts";

const exitCodes = { input: 2, bug: 70, output: 74, interrupt: 130, terminate: 143 } as const;

function fail(exitCode: number, message: string): void {
  process.stderr.write(`${colors.red("emend")}: ${message}\n`);
  process.exitCode = exitCode;
}

async function runCommand(spec: CommandSpec, paths: readonly string[], flags: Record<string, unknown>): Promise<void> {
  let asJson = flags.json === true;
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
    const settings = readSettings(spec.schema, flags, flags.config as string | undefined) as {
      json: boolean;
      quiet: boolean;
      seed?: number;
    };
    asJson = settings.json;
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
    if (asJson) printErrorDocument(error);
    fail(error instanceof InputError ? exitCodes.input : exitCodes.output, describeError(error));
  } else if (error instanceof CancelledError) fail(stopCode, "Interrupted before there was a result");
  else {
    const text = error instanceof Error ? error.message : String(error);
    if (process.env.EMEND_DEBUG !== undefined && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    fail(exitCodes.bug, `This is a bug: ${text.replaceAll("\n", " ")}. Set EMEND_DEBUG=1 for its trace and report it`);
  }
}

function printErrorDocument(error: InputError | OutputError): void {
  const { code, message, file } = error;
  const rest = error instanceof InputError ? { place: error.place, hint: error.hint } : {};
  process.stdout.write(`${toJson({ error: { code, message, file, ...rest } })}\n`);
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
      .option("--config <FILE>", "settings as JSON, named as the flags are: outDir for --out-dir")
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

/** Mistakes in the command line itself. */
function reportUsageError({ code, message }: CommanderError): void {
  const text = message.replace(/^error: /, "").replaceAll("\n", " ");
  const hint =
    code === "commander.unknownOption" && !text.includes("Did you mean") ? "--help lists all options" : undefined;
  const error = new InputError({ code: "USAGE", message: text, hint });
  if (process.argv.includes("--json")) printErrorDocument(error);
  fail(exitCodes.input, describeError(error));
}

try {
  await createProgram().parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  const isHelp = error.exitCode === 0 || error.code === "commander.help";
  if (!isHelp) reportUsageError(error);
  else if (error.exitCode !== 0) process.exitCode = exitCodes.input;
}
