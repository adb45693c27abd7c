// Looks for the best rotamers of all side chains at once, in the map and among each other.
import type { RunContext } from "../../base/run-context.ts";
import type { RamachandranTables } from "../../chemistry/ramachandran-tables.ts";
import { residueClass } from "../../chemistry/residue-classes.ts";
import type { RotamerTables } from "../../chemistry/rotamer-tables.ts";
import { rotamerName } from "../../chemistry/rotamer-tables.ts";
import type { ComputeEngine } from "../../kernels/engine.ts";
import type { PairRules } from "../../kernels/pair-rules.ts";
import { dihedralAngle } from "../../math/internal-coordinates.ts";
import { type Model, residueLabel } from "../../model/model.ts";
import { makePairRules } from "../../restraints/nonbonded.ts";
import type { Topology } from "../../topology/topology.ts";
import { prepareBackrubs } from "./backrub.ts";
import type { Conformer } from "./conformer-score.ts";
import { sameShape, shapeDistance } from "./conformers.ts";
import { type DensityEvidence, measureEvidence, type SearchDensity } from "./density-evidence.ts";
import { keepEnds } from "./keep-ends.ts";
import { isRotamerOutlier, rotamerEnergy } from "./rotamer-prior.ts";
import { bondGraphOf, findSideChains, measureChis, type SearchedSideChain } from "./searched-side-chains.ts";
import { settleRotors } from "./settle-rotors.ts";
import { solveSideChains } from "./solve-side-chains.ts";
import { createSurroundings } from "./surroundings.ts";

export interface SideChainInput {
  readonly engine: ComputeEngine;
  readonly model: Model;
  readonly topology: Topology;
  /** Present coordinates, 3 per atom; they stay as they are. */
  readonly xyz: Float64Array;
  /** The target map, scaled or not; null: contacts and rotamers alone decide. */
  readonly density: SearchDensity | null;
  readonly rotamers: RotamerTables;
  /** For moves of the backbone; absent: they cost bent angles alone. */
  readonly ramachandran?: RamachandranTables;
}

export interface SideChainOptions {
  /** Angstrom. */
  readonly resolution: number;
  /** 1 per atom that may move; absent: all. */
  readonly movable?: Uint8Array;
  /** Shorter contacts for hydrogen bonds; default: where the model has hydrogens. */
  readonly hydrogenBondException?: boolean;
  /** Residues whose side chains stay where they are. */
  readonly settled?: ReadonlySet<number>;
  /** Whether side chains that are no rotamers are left for the best conformers that are: the map is to judge them once minimised. */
  readonly leavesOutliers?: boolean;
  /** Whether only side chains that are no rotamers are looked at; default false. */
  readonly outliersAlone?: boolean;
  /** Most conformers of a side chain besides its present one; default 8. */
  readonly conformers?: number;
  /** Whether the backbone may turn a little with a side chain; default true. */
  readonly backrubs?: boolean;
}

export type SideChainKind = "rotamer" | "backrub" | "poor density";

/** A side chain that was changed. Energies are negative log-likelihoods: gains above zero are for the better. */
export interface SideChainChange {
  /** Row of the residue table. */
  readonly residue: number;
  /** "A 52 LYS" */
  readonly label: string;
  /** Names as in rotamer tables; "outlier" where no rotamer is near. */
  readonly from: string;
  readonly to: string;
  readonly kind: SideChainKind;
  readonly gains: {
    readonly density: number;
    readonly rotamer: number;
    readonly clash: number;
    readonly backbone: number;
  };
}

export interface SideChainResult {
  readonly xyz: Float64Array;
  readonly changes: readonly SideChainChange[];
  /** Side chains whose density says nothing: they are in the most probable rotamer that has room. */
  readonly poorDensity: readonly string[];
  /** Side chains that were looked at. */
  readonly chains: readonly SearchedSideChain[];
  /** What was measured in the map; null without a map, or where the model explains nothing of it. */
  readonly mapCorrelation: number | null;
}

const mostConformers = 8;
/** Bonded sulfurs are 2.03 apart, Angstrom; contacts are judged with 0.3 to spare. */
const disulfideContact = 2.2;
/** Repulsion of contacts that a side chain is moved for within its rotamer. */
const closeContact = 10;
/** An end is turned from how it was where its torsions are so many times likelier, as a logarithm. */
const rareEnd = 4;
const backboneNames: ReadonlySet<string> = new Set(["N", "CA", "C", "O", "CB", "OXT"]);

/** What the map says of places, with all atoms that are not searched where they are; null without a map. */
export function evidenceOf(
  input: SideChainInput,
  { resolution }: SideChainOptions,
  searched: Uint8Array,
): DensityEvidence | null {
  const { density, model } = input;
  return density === null
    ? null
    : measureEvidence({ ...input, density, resolution, searched, backbone: markBackbone(model) });
}

/**
 * Puts every side chain into the best of its conformers by density, contacts and rotamer probability, jointly where they meet.
 * Bond lengths and angles stay; the same input and seed give the same result. See docs/methods/side-chains.md.
 */
export function fitSideChains(input: SideChainInput, options: SideChainOptions, context: RunContext): SideChainResult {
  const { model, topology, xyz } = input;
  const chains = findSideChains(model, topology, input.rotamers, options.movable).filter(
    (chain) =>
      options.settled?.has(chain.residue) !== true &&
      (options.outliersAlone !== true || isRotamerOutlier(chain.prior, measureChis(chain, xyz))),
  );
  if (chains.length === 0) return { xyz, changes: [], poorDensity: [], chains, mapCorrelation: null };
  const searched = new Uint8Array(topology.atomCount);
  for (const { atoms } of chains) for (const row of atoms) searched[row] = 1;
  const evidence = evidenceOf(input, options, searched);
  const hydrogenBonds = options.hydrogenBondException ?? topology.isHydrogen.includes(1);
  const rules = allowDisulfides(makePairRules(topology.nonbonded, hydrogenBonds), model);
  const around = createSurroundings(rules, xyz, searched);
  const result = xyz.slice();
  const tables = input.ramachandran ?? null;
  const graph = bondGraphOf(topology);
  const backrubs = options.backrubs === false ? null : prepareBackrubs(topology, graph, tables);
  const most = options.conformers ?? mostConformers;
  const leavesOutliers = options.leavesOutliers ?? false;
  const search = { chains, around, evidence, backrubs, work: result, most, leavesOutliers };
  const { conformers, chosen, poor } = solveSideChains(search, context);
  const changes: SideChainChange[] = [];
  chains.forEach((chain, at) => {
    const conformer = chosen[at]!;
    const present = conformers[at]![0]!;
    if (conformer.isPresent || isForMinimiser(chain, present, conformer)) return;
    putAtoms(result, chain.atoms, conformer.positions);
    if (conformer.backbone !== null) putAtoms(result, conformer.backbone.rows, conformer.backbone.after);
    const chis = settleEnd(model, chain, xyz, result);
    changes.push(describeChange(model, chain, present, { ...conformer, chis }, poor[at] === 1));
  });
  if (changes.length > 0) settleRotors(chains, { topology, graph, rules }, result);
  return {
    xyz: result,
    changes,
    poorDensity: chains.filter((_chain, at) => poor[at] === 1).map(({ residue }) => residueLabel(model, residue)),
    chains,
    mapCorrelation: evidence && evidence.correlation,
  };
}

/** Rules by which sulfurs of cysteines may come as near as in a disulfide: whether they are bonded may only show once they have turned. */
function allowDisulfides(rules: PairRules, { atoms, residues }: Model): PairRules {
  const kinds = rules.kinds + 1;
  const sulfur = atoms.name.findIndex((name, row) => name === "SG" && residues.name[atoms.residue[row]!] === "CYS");
  if (sulfur < 0) return rules;
  const kind = rules.kind.map((own, row) =>
    atoms.name[row] === "SG" && residues.name[atoms.residue[row]!] === "CYS" ? rules.kinds : own,
  );
  const like = rules.kind[sulfur]!;
  const contact = new Float64Array(2 * kinds * kinds);
  for (let at = 0; at < 2 * kinds * kinds; at++) {
    const [part, first, second] = [Math.floor(at / (kinds * kinds)), Math.floor(at / kinds) % kinds, at % kinds];
    const known = (own: number): number => (own === rules.kinds ? like : own);
    const isPair = first === rules.kinds && second === rules.kinds;
    contact[at] = isPair
      ? disulfideContact
      : rules.contact[(part * rules.kinds + known(first)) * rules.kinds + known(second)]!;
  }
  return { ...rules, kind, kinds, contact, reach: Float64Array.from([...rules.reach, rules.reach[like]!]) };
}

/** What is as good as where it should be is left to the minimiser, which does not mend outliers and clashes. */
function isForMinimiser(chain: SearchedSideChain, present: Conformer, conformer: Conformer): boolean {
  if (shapeDistance(present, conformer, chain.heavyCount) >= sameShape || conformer.backbone !== null) return false;
  return present.clash < closeContact && !isRotamerOutlier(chain.prior, present.chis);
}

function putAtoms(xyz: Float64Array, rows: Int32Array, places: Float64Array): void {
  rows.forEach((row, at) => xyz.set(places.subarray(3 * at, 3 * at + 3), 3 * row));
}

/** 1 for N, CA, C, O and CB of proteins. */
function markBackbone({ atoms, residues }: Model): Uint8Array {
  const isProtein = residues.name.map((name) => residueClass(name) === "protein");
  return Uint8Array.from(atoms.name, (name, row) =>
    isProtein[atoms.residue[row]!] && backboneNames.has(name) ? 1 : 0,
  );
}

/** Keeps the way round that an end had, unless its torsions are too rare then; returns the torsions. */
function settleEnd(model: Model, chain: SearchedSideChain, before: Float64Array, xyz: Float64Array): number[] {
  const chisNow = (): number[] => chain.turns.map(({ four }) => dihedralAngle(xyz, ...four));
  const found = chisNow();
  const places = Float64Array.from([...chain.atoms].flatMap((row) => [...xyz.subarray(3 * row, 3 * row + 3)]));
  keepEnds(model, [chain.residue], before, xyz);
  const kept = chisNow();
  if (rotamerEnergy(chain.prior, kept) - rotamerEnergy(chain.prior, found) < rareEnd) return kept;
  putAtoms(xyz, chain.atoms, places);
  return found;
}

function describeChange(
  model: Model,
  chain: SearchedSideChain,
  before: Conformer,
  after: Conformer,
  isPoor: boolean,
): SideChainChange {
  const { aminoAcid, prior } = chain;
  const nameOf = ({ chis }: Conformer): string =>
    isRotamerOutlier(prior, chis) ? "outlier" : rotamerName(aminoAcid, prior.rotamers, chis);
  return {
    residue: chain.residue,
    label: residueLabel(model, chain.residue),
    from: nameOf(before),
    to: nameOf(after),
    kind: isPoor ? "poor density" : after.backbone !== null ? "backrub" : "rotamer",
    gains: {
      density: before.density - after.density,
      rotamer: rotamerEnergy(prior, before.chis) - rotamerEnergy(prior, after.chis),
      clash: before.clash - after.clash,
      backbone: -(after.backbone?.energy ?? 0),
    },
  };
}
