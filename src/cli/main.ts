// The program: the command line on the process's own arguments and streams.
import { runCommandLine } from "./run.ts";

// A reader that goes away (| head) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
});

process.exitCode = await runCommandLine(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
  bar: process.stderr.isTTY ? process.stderr : null,
});
