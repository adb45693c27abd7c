// The program: the command line on the process's own arguments and streams.
import { setFlagsFromString } from "node:v8";
import { runCommandLine } from "./run.ts";

// Node 20 optimizes functions so early that a run of seconds spends a third of its CPU time on that: sixteen times later
// is early enough. Newer versions count otherwise.
if (process.versions.v8.startsWith("11.")) setFlagsFromString("--interrupt-budget=1081344");

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // A reader that goes away (| head) is no error.
  if (error.code === "EPIPE") process.exit(process.exitCode ?? 0);
  process.stderr.write(`emend: Cannot write to the standard output: ${error.message}\n`);
  process.exit(74);
});
// Where nobody listens to the progress any more, the work goes on.
process.stderr.on("error", () => {});

process.exitCode = await runCommandLine(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
  bar: process.stderr.isTTY ? process.stderr : null,
});
