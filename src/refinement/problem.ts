// Everything about a refinement that stays the same while coordinates change.
import { addDiagnostic } from "../base/diagnostics.ts";
import { InputError } from "../base/errors.ts";
import type { RunContext } from "../base/run-context.ts";
import type { Dictionary } from "../chemistry/monomer.ts";
import { loadRamachandranTables, type RamachandranTables } from "../chemistry/ramachandran-tables.ts";
import { residueClass } from "../chemistry/residue-classes.ts";
import { loadRotamerTables, type RotamerTables } from "../chemistry/rotamer-tables.ts";
import { assignContactTypes } from "../contacts/contact-types.ts";
import { type DensityMap, mapFrame, toFractional } from "../density/map.ts";
import { type HydrogenIdealizer, prepareIdealizer } from "../hydrogens/idealize.ts";
import { prepareRiding, type RidingHydrogens, updateRidingFrames } from "../hydrogens/riding.ts";
import type { ComputeEngine } from "../kernels/engine.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { type PairRules, placePairRules } from "../kernels/pair-rules.ts";
import { atomLabel, type Model, withCoordinates } from "../model/model.ts";
import { applyCdl, type CdlState, prepareCdl } from "../restraints/cdl.ts";
import { buildElasticNetwork, type ElasticNetwork, elasticReach } from "../restraints/elastic.ts";
import {
  allAtomRepulsion,
  closeOverlap,
  makePairRules,
  type Repulsion,
  repulsionConstant,
} from "../restraints/nonbonded.ts";
import { buildTopology } from "../topology/build-topology.ts";
import type { Topology } from "../topology/topology.ts";
import { fitCoordinates } from "../validation/fit/coordinate-fit.ts";
import { computeFit, type Fit } from "../validation/fit/correlation.ts";
import { copyTerms, summarizeGeometry } from "../validation/geometry/geometry-statistics.ts";
import type { GeometryAtHand } from "../validation/geometry/model-geometry.ts";
import { createDataTerm, type DataTerm } from "./data-term.ts";
import { createSampler, prepareTargetMap, type TargetMap } from "./map-target.ts";
import type { Assessment, MapScale, RefineOptions } from "./refine-options.ts";
import {
  automaticRestraints,
  buildSupplement,
  planSupplement,
  type SupplementPlan,
} from "./supplement/build-supplement.ts";
import { RefinementTarget } from "./target.ts";
import { type HydrogenChoice, marksOfWorkingModel, prepareWorkingModel, type WorkingModel } from "./working-model.ts";

/** Tables that only some refinements need. */
export interface RefinementTables {
  /** Supplementary restraints; null without any. */
  readonly supplementPlan: SupplementPlan | null;
  /** For the search of side chains; null without one. */
  readonly rotamers: RotamerTables | null;
  /** For the search of peptides; null without one. */
  readonly ramachandran: RamachandranTables | null;
}

const noTables: RefinementTables = { supplementPlan: null, rotamers: null, ramachandran: null };

/** Everything is done; a run for comparing with other programs leaves out what they do not have. */
function isFull({ quality, mapScaling }: RefineOptions): boolean {
  return quality !== "fast" && mapScaling === "mask";
}

/** Missing hydrogens are added where everything is done, of a part of the model to nothing: all else stays as it is. */
export function hydrogensOf(options: RefineOptions): HydrogenChoice {
  return options.hydrogens ?? (isFull(options) && options.selection === undefined ? "auto" : "keep");
}

/** Loads the tables that these settings need. */
export async function loadRefinementTables(options: RefineOptions): Promise<RefinementTables> {
  const { sideChains = "auto", extraRestraints, resolution } = options;
  const wanted = extraRestraints ?? (isFull(options) ? automaticRestraints : undefined);
  const searches = sideChains === "auto" ? isFull(options) : sideChains === "on";
  return {
    supplementPlan: await planSupplement(wanted, resolution),
    rotamers: searches ? await loadRotamerTables() : null,
    ramachandran: searches ? await loadRamachandranTables() : null,
  };
}

export interface RefinementProblem extends RefinementTables {
  readonly engine: ComputeEngine;
  readonly working: WorkingModel;
  /** What is refined. */
  readonly model: Model;
  readonly map: DensityMap;
  readonly dictionary: Dictionary;
  readonly options: RefineOptions;
  readonly topology: Topology;
  readonly cdl: CdlState;
  readonly riding: RidingHydrogens;
  readonly movable: Uint8Array;
  readonly mapFactor: Float64Array;
  readonly mapScale: MapScale;
  /** The scaled map around the model. */
  readonly targetMap: TargetMap;
  readonly sampler: DataTerm;
  readonly kernels: Kernels;
  /** Contacts by the radii of the energy types, which models are assessed by. */
  readonly pairRules: PairRules;
  /** What is minimised. */
  readonly repulsion: Repulsion;
  readonly hydrogenBondException: boolean;
  /** 1 for atoms of polymer backbones. */
  readonly backbone: Uint8Array;
  /** Targets begun so far, by the atoms that move. */
  readonly targets: Map<Uint8Array, { readonly target: RefinementTarget; readonly idealizer: HydrogenIdealizer }>;
}

/** Builds restraints and the scaled target map. Throws InputError UNKNOWN_RESIDUE, MAP_CONSTANT or NOTHING_TO_REFINE. */
export function prepareProblem(
  engine: ComputeEngine,
  input: Model,
  map: DensityMap,
  dictionary: Dictionary,
  options: RefineOptions,
  context: RunContext,
  tables: RefinementTables = noTables,
): RefinementProblem {
  const working = prepareWorkingModel(input, dictionary, hydrogensOf(options), context);
  const { model } = working;
  const topology = buildTopology(model, dictionary, { unknownLigands: options.unknownLigands }, context);
  const movable = options.selection
    ? marksOfWorkingModel(working, options.selection)
    : new Uint8Array(topology.atomCount).fill(1);
  for (const atom of topology.held) movable[atom] = 0;
  const mapFactor = engine.memory.float64(topology.atomCount);
  let free = 0;
  for (let atom = 0; atom < topology.atomCount; atom++) {
    if (movable[atom] === 0 || topology.isHydrogen[atom] === 1) continue;
    mapFactor[atom] = 1;
    free++;
  }
  if (free === 0) {
    throw new InputError({
      code: "NOTHING_TO_REFINE",
      message: "No atom may move",
      hint: "Select atoms that are not hydrogens and not held",
    });
  }
  reportOutside(
    input,
    map,
    working.rowOf.map((row) => (row < 0 ? 0 : movable[row]!)),
    context,
  );
  const hydrogenBondException = options.hydrogenBondException ?? topology.isHydrogen.includes(1);
  // Hydrogens that are put in do not change what the map is scaled by.
  const target = prepareTargetMap(engine, map, working.added > 0 ? input.atoms : model.atoms, {
    region: options.mapScaling,
    filterTo: isFiltered(options) ? options.resolution : null,
  });
  const pairRules = placePairRules(engine.memory, makePairRules(topology.nonbonded, hydrogenBondException));
  return {
    engine,
    working,
    model,
    map,
    dictionary,
    options,
    topology,
    cdl: prepareCdl(topology),
    riding: prepareRiding(topology),
    movable,
    mapFactor,
    mapScale: target.scale,
    targetMap: target,
    sampler: createDataTerm(createSampler(engine, target.map, target.values, mapFactor), mapFactor),
    kernels: engine.kernels,
    pairRules,
    repulsion: chooseRepulsion(engine, model, topology, options, pairRules),
    hydrogenBondException,
    backbone: markBackbone(model),
    ...tables,
    targets: new Map(),
  };
}

/** With hydrogens the contacts that clashes are judged by; the energy types' without them and for comparing with other programs. */
function chooseRepulsion(
  { memory }: ComputeEngine,
  model: Model,
  topology: Topology,
  { mapScaling }: RefineOptions,
  pairRules: PairRules,
): Repulsion {
  const isAllAtom = mapScaling === "mask" && topology.isHydrogen.includes(1);
  if (!isAllAtom) return { rules: pairRules, constant: repulsionConstant, closeOverlap };
  const repulsion = allAtomRepulsion(topology.nonbonded, assignContactTypes(model, topology));
  return { ...repulsion, rules: placePairRules(memory, repulsion.rules) };
}

function isFiltered({ mapFilter, mapScaling }: RefineOptions): boolean {
  return mapFilter === undefined ? mapScaling === "mask" : mapFilter === "resolution";
}

const proteinBackbone = new Set(["N", "CA", "C", "O", "CB"]);
const nucleotideBackbone = new Set("P OP1 OP2 O5' C5' C4' O4' C3' O3' C2' O2' C1'".split(" "));

function markBackbone({ atoms, residues }: Model): Uint8Array {
  const classes = residues.name.map(residueClass);
  return Uint8Array.from(atoms.name, (name, atom) => {
    const kind = classes[atoms.residue[atom]!];
    if (kind === "protein") return proteinBackbone.has(name) ? 1 : 0;
    return kind === "nucleotide" && nucleotideBackbone.has(name) ? 1 : 0;
  });
}

/** Atoms outside the box feel no density; they are named. */
function reportOutside(model: Model, map: DensityMap, movable: ArrayLike<number>, context: RunContext): void {
  const frame = mapFrame(map);
  const { xyz } = model.atoms;
  for (let atom = 0; atom < model.atoms.count; atom++) {
    if (movable[atom] === 0) continue;
    const [u, v, w] = toFractional(frame, xyz[3 * atom]!, xyz[3 * atom + 1]!, xyz[3 * atom + 2]!);
    if (u >= 0 && u < 1 && v >= 0 && v < 1 && w >= 0 && w < 1) continue;
    addDiagnostic(
      context.diagnostics,
      "warning",
      "ATOM_OUTSIDE_MAP",
      "Atoms outside the map are refined without density",
      atomLabel(model, atom),
    );
  }
}

export interface TargetChoices {
  /** 1 for atoms that move; absent: the problem's. */
  readonly movable?: Uint8Array;
  /** With springs; absent: as the problem's options say. */
  readonly withElastic?: boolean;
  /** Weight of the supplementary restraints; 1 where not given. */
  readonly firmness?: number;
}

/**
 * The minimisation of these atoms, begun at these coordinates: hydrogens brought to their ideal places, the backbone's ideal
 * values for them. There is one target per set of movable atoms: asking again restarts it.
 */
export function createTarget(
  problem: RefinementProblem,
  xyz: Float64Array,
  choices: TargetChoices = {},
): RefinementTarget {
  const { movable = problem.movable, firmness = 1 } = choices;
  const { elasticNetwork, mapScaling } = problem.options;
  const withElastic = choices.withElastic ?? elasticNetwork ?? mapScaling === "mask";
  const { engine, topology, cdl, riding, targets } = problem;
  const placed = xyz.slice();
  applyCdl(topology, cdl, placed);
  const known = targets.get(movable);
  const idealizer = known?.idealizer ?? prepareIdealizer(engine, topology, movable);
  idealizer.run(placed);
  updateRidingFrames(riding, placed);
  const elastic = withElastic ? makeSprings(problem, placed, movable) : undefined;
  const { supplementPlan } = problem;
  const supplement = supplementPlan
    ? buildSupplement(supplementPlan, { model: problem.model, topology, xyz: placed, firmness })
    : undefined;
  if (known) {
    known.target.restart(placed, elastic, supplement);
    return known.target;
  }
  const extras = { ...(elastic ? { elastic } : {}), ...(supplement ? { supplement } : {}) };
  const target = new RefinementTarget({ ...problem, movable, ...extras }, placed);
  targets.set(movable, { target, idealizer });
  return target;
}

/** Gives back what the target of these atoms holds. */
export function disposeTarget({ targets }: RefinementProblem, movable: Uint8Array): void {
  const known = targets.get(movable);
  known?.target.dispose();
  known?.idealizer.dispose();
  targets.delete(movable);
}

function makeSprings(problem: RefinementProblem, xyz: Float64Array, moving: Uint8Array): ElasticNetwork {
  const { topology, kernels, backbone, hydrogenBondException } = problem;
  const neighbours = kernels.findNeighbours(xyz, topology.atomCount, elasticReach);
  return buildElasticNetwork(topology, xyz, neighbours, { moving, backbone, hydrogenBondException });
}

/** Geometry of the refined model at these coordinates, and fit of the model as its file has or will have it. */
export function assess(problem: RefinementProblem, xyz: Float64Array, file: Model, context: RunContext): Assessment {
  const { topology, cdl, kernels, pairRules } = problem;
  applyCdl(topology, cdl, xyz);
  return { fit: fitOf(problem, file, context), geometry: summarizeGeometry(topology, xyz, kernels, pairRules) };
}

/** What the geometry of `assess` is measured from, for `measureGeometry`. */
export function geometryAtHand(problem: RefinementProblem, xyz: Float64Array): GeometryAtHand {
  const { topology, cdl, hydrogenBondException } = problem;
  applyCdl(topology, cdl, xyz);
  return { terms: copyTerms(topology), xyz: xyz.slice(), hydrogenBondException };
}

/** Fit of a model just as it is. */
export function fitOf({ engine, map, options }: RefinementProblem, model: Model, context: RunContext): Fit {
  return computeFit(engine, model, map, { resolution: options.resolution, table: options.scattering }, context);
}

/** ccMaskCoordinates and its overall B at these coordinates. */
export function scoreCoordinates(
  problem: RefinementProblem,
  xyz: Float64Array,
  hint: number | null,
): { cc: number | null; b: number | null } {
  const { engine, model, map, options } = problem;
  const modelOptions = { resolution: options.resolution, table: options.scattering };
  return fitCoordinates(engine, withCoordinates(model, xyz).atoms, map, modelOptions, hint);
}
