// Every measure of a model's geometry, gathered: restraints, clashes of all atoms, torsions, RNA, waters.
import { beginPhase, type RunContext, silenced } from "../../base/run-context.ts";
import { isHydrogenElement } from "../../chemistry/elements.ts";
import type { Dictionary } from "../../chemistry/monomer.ts";
import { type ClashReport, computeClashes, defaultClashOptions } from "../../contacts/clashes.ts";
import { defaultHydrogenBondOptions, findHydrogenBonds, type HydrogenBond } from "../../contacts/hydrogen-bonds.ts";
import { findWaterClashes, type WaterReport } from "../../contacts/water-clashes.ts";
import { type AddedHydrogens, addHydrogens } from "../../hydrogens/add-hydrogens.ts";
import type { ComputeEngine } from "../../kernels/engine.ts";
import type { Model } from "../../model/model.ts";
import { buildTopology, type TopologyOptions } from "../../topology/build-topology.ts";
import type { Topology } from "../../topology/topology.ts";
import type { GeometrySummary } from "./geometry-statistics.ts";
import type { GeometryTables } from "./geometry-tables.ts";
import { computeGeometry } from "./model-geometry.ts";
import {
  type StructureSummary,
  type StructureValidation,
  summarizeStructure,
  validateStructure,
} from "./validate-structure.ts";
import {
  summarizeTorsions,
  type TorsionSummary,
  type TorsionValidation,
  validateTorsions,
} from "./validate-torsions.ts";

/** `replace` judges contacts with hydrogens placed anew, as published values do; `keep` with those of the file. */
export type HydrogenPolicy = "replace" | "keep";

export interface GeometryReportOptions extends TopologyOptions {
  readonly hydrogens: HydrogenPolicy;
  readonly tables: GeometryTables;
}

export interface GeometryReport extends GeometrySummary, TorsionSummary, StructureSummary {
  readonly hydrogenPolicy: HydrogenPolicy;
  /** Hydrogens and deuterium that contacts were judged with. */
  readonly hydrogens: number;
  /** Clashes per thousand atoms; null without atoms or without hydrogens. */
  readonly clashscore: number | null;
  readonly clashes: ClashReport["clashes"];
  /** Unbonded atoms at bonding distance: worse than clashes, and not among them. */
  readonly fused: ClashReport["fused"];
  readonly hydrogenBonds: number;
  readonly waters: WaterReport;
}

/** What the report counts, residue by residue. */
export interface GeometryDetails {
  readonly torsions: TorsionValidation;
  readonly structure: StructureValidation;
  readonly hydrogenBonds: readonly HydrogenBond[];
  /** Null where the file's own are used. */
  readonly placed: AddedHydrogens | null;
}

export interface GeometryReportResult {
  readonly report: GeometryReport;
  readonly details: GeometryDetails;
  /** Of the model as it is, ideal values of its backbone applied. */
  readonly topology: Topology;
}

export interface GeometryInput {
  readonly model: Model;
  readonly dictionary: Dictionary;
}

/** Measures a model's geometry. Throws InputError UNKNOWN_RESIDUE as `buildTopology` does. */
export async function reportGeometry(
  engine: ComputeEngine,
  input: GeometryInput,
  options: GeometryReportOptions,
  context: RunContext,
): Promise<GeometryReportResult> {
  const { model, dictionary } = input;
  const { hydrogens: policy, tables, ...topologyOptions } = options;
  const { geometry, topology } = computeGeometry(engine, input, topologyOptions, context);
  const contacts = await judgeContacts(input, policy === "replace" ? null : topology, context);
  const { judged, judgedTopology, placed, clashes } = contacts;
  const hydrogenBonds = findHydrogenBonds(judged, judgedTopology, defaultHydrogenBondOptions, context);
  const waters = findWaterClashes(judged, judgedTopology, defaultClashOptions, context);
  await beginPhase({ phase: "torsions" }, context);
  const torsions = validateTorsions(model, tables);
  const structure = validateStructure({ model, dictionary, topology }, context);
  const report: GeometryReport = {
    ...geometry,
    hydrogenPolicy: policy,
    hydrogens: clashes.hydrogens,
    clashscore: contacts.clashscore,
    clashes: clashes.clashes,
    fused: clashes.fused,
    ...summarizeTorsions(torsions, contacts.clashscore),
    ...summarizeStructure(structure),
    hydrogenBonds: hydrogenBonds.length,
    waters,
  };
  return { report, details: { torsions, structure, hydrogenBonds, placed }, topology };
}

interface Contacts {
  readonly judged: Model;
  readonly judgedTopology: Topology;
  /** Null where the file's hydrogens are used. */
  readonly placed: AddedHydrogens | null;
  readonly clashes: ClashReport;
  /** Null without hydrogens. */
  readonly clashscore: number | null;
}

/** Contacts with the hydrogens of the file, where its topology is given, or with hydrogens placed anew. */
async function judgeContacts(
  { model, dictionary }: GeometryInput,
  topology: Topology | null,
  context: RunContext,
): Promise<Contacts> {
  await beginPhase({ phase: "hydrogens" }, context);
  const placed = topology === null ? addHydrogens(model, dictionary, { existing: "replace" }, context) : null;
  const judged = placed ? withWholeHydrogens(placed.model) : model;
  // What is odd about the model has been said.
  const judgedTopology = topology ?? buildTopology(judged, dictionary, { unknownLigands: "hold" }, silenced(context));
  await beginPhase({ phase: "contacts" }, context);
  const clashes = computeClashes(judged, judgedTopology, defaultClashOptions, context);
  return { judged, judgedTopology, placed, clashes, clashscore: clashes.hydrogens > 0 ? clashes.clashscore : null };
}

/** What refinement does not restrain, in numbers. */
export interface UnrestrainedNumbers extends TorsionSummary {
  readonly hydrogenPolicy: "replace";
  readonly hydrogens: number;
  readonly clashscore: number | null;
  readonly clashCount: number;
  /** Unbonded atoms at bonding distance. */
  readonly fusedCount: number;
}

/** What refinement does not restrain: in numbers, and residue by residue. */
export interface UnrestrainedMeasures {
  readonly numbers: UnrestrainedNumbers;
  readonly torsions: TorsionValidation;
  readonly clashes: ClashReport["clashes"];
}

/** Contacts with hydrogens placed anew. */
export type UnrestrainedContacts = Pick<ClashReport, "hydrogens" | "clashes" | "fused"> & Pick<Contacts, "clashscore">;

/** Contacts as they are measured before and after a refinement. */
export async function measureContacts(input: GeometryInput, context: RunContext): Promise<UnrestrainedContacts> {
  const { clashes, clashscore } = await judgeContacts(input, null, context);
  return { hydrogens: clashes.hydrogens, clashes: clashes.clashes, fused: clashes.fused, clashscore };
}

/** What contacts and torsions of one model say together. */
export function gatherUnrestrained(
  { hydrogens, clashes, fused, clashscore }: UnrestrainedContacts,
  torsions: TorsionValidation,
): UnrestrainedMeasures {
  const numbers: UnrestrainedNumbers = {
    hydrogenPolicy: "replace",
    hydrogens,
    clashscore,
    clashCount: clashes.length,
    fusedCount: fused.length,
    ...summarizeTorsions(torsions, clashscore),
  };
  return { numbers, torsions, clashes };
}

/** The part of the report that is measured before and after a refinement: contacts with hydrogens placed anew, and torsions. */
export async function measureUnrestrained(
  input: GeometryInput,
  tables: GeometryTables,
  context: RunContext,
): Promise<UnrestrainedMeasures> {
  return gatherUnrestrained(await measureContacts(input, context), validateTorsions(input.model, tables));
}

/**
 * Placed hydrogens without alternates count whole, whatever the occupancy of their parents: so published clashscores are made, and
 * partly occupied atoms that stand alone would else hardly clash.
 */
function withWholeHydrogens(model: Model): Model {
  const { atoms } = model;
  const occupancy = atoms.occupancy.map((value, atom) =>
    value > 0 && atoms.altloc[atom] === "" && isHydrogenElement(atoms.element[atom]!) ? 1 : value,
  );
  return { ...model, atoms: { ...atoms, occupancy } };
}
