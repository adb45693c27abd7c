// emend geometry: restraints of a model, how well it keeps them, and the worst offenders.
import type { RunContext } from "../base/run-context.ts";
import { createEngine } from "../kernels/engine.ts";
import { atomLabel, type Model } from "../model/model.ts";
import type { Topology } from "../topology/topology.ts";
import { listUnrestrained, type UnrestrainedResidue } from "../topology/unrestrained.ts";
import { reportGeometry } from "../validation/geometry/geometry-report.ts";
import {
  forEachDeviation,
  type Offender,
  type RestraintKind,
  worstRestraints,
} from "../validation/geometry/geometry-statistics.ts";
import { listProblemPlaces } from "../validation/geometry/problem-places.ts";
import type { CommandOutcome } from "./command.ts";
import { type Console, noteDiagnostics } from "./console.ts";
import { describeGeometryReport } from "./geometry-summary.ts";
import { loadDictionaries, loadModel } from "./inputs.ts";
import { loadTables } from "./load-tables.ts";
import type { GeometrySettings } from "./options.ts";
import { alignRows, describeGeometry, show } from "./tables.ts";

const kinds: readonly RestraintKind[] = ["bond", "angle", "dihedral", "chirality", "planarity", "parallelity"];

export async function runGeometry(
  [modelPath]: readonly string[],
  settings: GeometrySettings,
  console: Console,
  context: RunContext,
): Promise<CommandOutcome> {
  const model = await loadModel(modelPath!, context);
  const dictionary = await loadDictionaries(settings, model, context);
  const { unknownLigands, hydrogens } = settings;
  const options = { unknownLigands, hydrogens, tables: await loadTables(settings.referenceData) };
  const result = await reportGeometry(createEngine(), { model, dictionary }, options, context);
  const { report: geometry, topology } = result;
  const problems = listProblemPlaces(model, result);
  const { xyz } = model.atoms;
  const worst = Object.fromEntries(
    kinds.map((kind) => [kind, worstRestraints(model, topology, xyz, kind, settings.worst)] as const),
  );
  console.endProgress();
  noteDiagnostics(console, context.diagnostics);
  console.print(`${describeGeometry(geometry)}\n`);
  console.print(describeGeometryReport(geometry, problems, settings.worst));
  for (const kind of kinds) printWorst(console, kind, worst[kind]!);
  const restraints = settings.list ? listRestraints(model, topology) : undefined;
  const unrestrained = listUnrestrained(model, topology);
  if (restraints) printList(console, restraints);
  printUnrestrained(console, unrestrained);
  console.document({
    geometry,
    worst,
    problems,
    ...(restraints ? { restraints } : {}),
    unrestrained,
    diagnostics: context.diagnostics.entries,
  });
  return { exitCode: 0 };
}

const reasons = {
  incomplete: "what they are bonded to is missing",
  held: "held fixed, without dictionary",
  single: "water and ions",
} as const;

/** Residues without any bond that are named on the terminal. */
const mostResidues = 20;

/** Water and ions are a number, what else has no bond is named. */
function printUnrestrained(console: Console, residues: readonly UnrestrainedResidue[]): void {
  for (const [reason, meaning] of Object.entries(reasons)) {
    const those = residues.filter((entry) => entry.reason === reason);
    if (those.length === 0) continue;
    const count = those.reduce((sum, { atoms }) => sum + atoms.length, 0);
    console.print(`\nWithout any bond: ${count} atoms of ${those.length} residues (${meaning})`);
    if (reason === "single") continue;
    for (const { residue, atoms } of those.slice(0, mostResidues)) console.print(`  ${residue}: ${atoms.join(", ")}`);
    if (those.length > mostResidues) console.print(`  and ${those.length - mostResidues} more: --json lists them`);
  }
}

function printWorst(console: Console, kind: RestraintKind, offenders: readonly Offender[]): void {
  if (offenders.length === 0) return;
  console.print(`\nWorst of ${kind}`);
  console.print(
    alignRows([
      ["atoms", "ideal", "model", "Z"],
      ...offenders.map(({ atoms, ideal, model, z }) => [atoms.join(" - "), show(ideal, 3), show(model, 3), show(z, 1)]),
    ]),
  );
}

interface ListedRestraint {
  readonly kind: RestraintKind;
  readonly atoms: readonly string[];
  readonly ideal: number;
  readonly model: number;
  readonly sigma: number;
}

function listRestraints(model: Model, topology: Topology): ListedRestraint[] {
  const listed: ListedRestraint[] = [];
  forEachDeviation(topology, model.atoms.xyz, ({ kind, atoms, ideal, model: value, sigma }) => {
    listed.push({ kind, atoms: atoms.map((atom) => atomLabel(model, atom)), ideal, model: value, sigma });
  });
  return listed;
}

function printList(console: Console, restraints: readonly ListedRestraint[]): void {
  console.print("\nkind  ideal  model  sigma  atoms");
  for (const { kind, atoms, ideal, model, sigma } of restraints) {
    console.print(
      `${kind.padEnd(11)} ${show(ideal, 3).padStart(9)} ${show(model, 3).padStart(9)} ${show(sigma, 4).padStart(8)}  ${atoms.join(" - ")}`,
    );
  }
}
