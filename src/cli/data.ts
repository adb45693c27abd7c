// emend data: fetches the published reference tables that the program may not ship, checks them and keeps them in a folder.
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { addDiagnostic } from "../base/diagnostics.ts";
import { InputError, OutputError } from "../base/errors.ts";
import { type RunContext, throwIfCancelled } from "../base/run-context.ts";
import { cablamClasses, cablamMotifs } from "../chemistry/cablam-tables.ts";
import { type ReferenceFile, readReferenceTables } from "../chemistry/reference-tables.ts";
import type { CommandOutcome } from "./command.ts";
import { type Console, noteDiagnostics } from "./console.ts";
import type { DataSettings } from "./options.ts";
import { checkOutputs, writeOutputs } from "./outputs.ts";
import { version } from "./version.ts";

const rotamers = "arg asn asp cys gln glu his ile leu-clean lys met phetyr pro ser thr trp val".split(" ");

/** Paths below the address. */
const published: readonly string[] = [
  ...rotamers.map((name) => `Top8000_rotamer_pct_contour_grids/rota8000-${name}.data`),
  ...cablamMotifs.map((name) => `Top8000_cablam_pct_contour_grids/cablam.8000.motif.${name}.stat`),
  ...cablamClasses.flatMap((name) => [
    `Top8000_cablam_pct_contour_grids/cablam.8000.expected.${name}.stat`,
    `Top8000_cablam_pct_contour_grids/cablam.8000.expected.${name}_CA.stat`,
  ]),
];

const sourceFile = "SOURCE.txt";

export async function runData(
  [folder]: readonly string[],
  settings: DataSettings,
  console: Console,
  context: RunContext,
): Promise<CommandOutcome> {
  const names = published.map((path) => path.slice(path.lastIndexOf("/") + 1));
  checkOutputs(
    [...names, sourceFile].map((name) => join(folder!, name)),
    [],
    settings.overwrite,
  );
  const address = settings.from.replace(/\/+$/, "");
  const files = await fetchAll(address, context);
  if (files.length === 0) {
    throw new InputError({
      code: "DATA_ABSENT",
      message: `There are no reference tables at ${address}`,
      hint: "Give --from the address of the folder that has Top8000_rotamer_pct_contour_grids",
    });
  }
  // A page of a proxy, or half a file, is found out here.
  await readReferenceTables(files);
  const contents = Object.fromEntries(files.map(({ name, bytes }) => [name, bytes]));
  writeOutputs(folder!, { ...contents, [sourceFile]: describeSource(address) });
  console.endProgress();
  noteDiagnostics(console, context.diagnostics);
  console.print(`Wrote ${files.length} tables to ${folder}: use them with --reference-data ${folder}`);
  console.document({ folder, files: files.map(({ name }) => name), diagnostics: context.diagnostics.entries });
  return { exitCode: 0 };
}

function describeSource(address: string): string {
  return `Top8000 rotamer and CaBLAM tables of the Richardson laboratory, Duke University (CC BY 4.0).\nFetched from ${address} by emend ${version}.\n`;
}

/** All files that are there, in the order of the list. Throws OutputError where there is no network. */
async function fetchAll(address: string, context: RunContext): Promise<ReferenceFile[]> {
  const found: (ReferenceFile | null)[] = new Array(published.length).fill(null);
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < published.length; at = next++) {
      throwIfCancelled(context);
      found[at] = await fetchOne(`${address}/${published[at]!}`, context);
      context.report({ phase: "fetching", fraction: ++done / published.length });
    }
  };
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, work));
  return found.filter((file) => file !== null);
}

async function fetchOne(url: string, context: RunContext): Promise<ReferenceFile | null> {
  const name = url.slice(url.lastIndexOf("/") + 1);
  try {
    const response = await fetch(url, { signal: context.signal });
    if (response.ok) return { name, bytes: new Uint8Array(await response.arrayBuffer()) };
    if (response.status !== 404) throw new Error(`the server answers ${response.status}`);
    addDiagnostic(context.diagnostics, "warning", "DATA_FILE_ABSENT", "Tables that are not at the address", name);
    return null;
  } catch (error) {
    throwIfCancelled(context);
    const cause = error instanceof Error ? (error.cause instanceof Error ? error.cause : error) : null;
    throw new OutputError("ENETUNREACH", `Cannot be fetched: ${cause?.message ?? String(error)}`, url);
  }
}
