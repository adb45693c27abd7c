// Covalent geometry in detail: which bonds, angles, dihedrals, chiral centres and planes are outliers, and of what molecules.
import { residueClass } from "../../chemistry/residue-classes.ts";
import { atomLabel, type Model } from "../../model/model.ts";
import { markCoordination } from "../../restraints/bonds.ts";
import { covalentSubset } from "../../restraints/covalent.ts";
import type { Topology } from "../../topology/topology.ts";
import { forEachTerm, type RestraintTerm } from "./geometry-statistics.ts";
import { findNamingSwaps, type NamingAnalysis, type NamingSwap } from "./naming.ts";
import { identifyResidue, type ResidueIdentity } from "./protein-residues.ts";

export type MoleculeClass = "protein" | "nucleicAcid" | "other";

export type CovalentKind = "bond" | "angle" | "dihedral" | "chirality" | "planarity";

/** What is the matter: a chiral volume near its mirror image is of the wrong hand, any other is distorted. */
export type CovalentCause =
  | "too short"
  | "too long"
  | "too small"
  | "too large"
  | "rotated"
  | "wrong hand"
  | "distorted"
  | "not flat";

/** A restraint of 4 sigmas or more. */
export interface CovalentOutlier extends ResidueIdentity {
  readonly kind: CovalentKind;
  readonly class: MoleculeClass;
  readonly atoms: readonly string[];
  /** Angstrom, degrees or cubic Angstrom; what the model has is `value`. */
  readonly ideal: number;
  readonly value: number;
  readonly sigma: number;
  /** Model minus ideal in sigmas. */
  readonly z: number;
  readonly cause: CovalentCause;
}

export interface CovalentCounts {
  readonly count: number;
  /** |Z| of 4 or more, as MolProbity counts. */
  readonly outliers4: number;
  /** |Z| above 5, as wwPDB reports count. */
  readonly outliers5: number;
  /** Angstrom, degrees or cubic Angstrom; null without restraints. */
  readonly rmsd: number | null;
  readonly rmsZ: number | null;
}

export interface CovalentKindSummary extends CovalentCounts {
  readonly byClass: Readonly<Record<MoleculeClass, CovalentCounts>>;
  /** Largest |Z| first, whether or not they are outliers. */
  readonly worst: readonly CovalentOutlier[];
}

export interface CovalentSummary {
  /** Without the bonds of metals. */
  readonly bonds: CovalentKindSummary;
  readonly angles: CovalentKindSummary;
  readonly dihedrals: CovalentKindSummary;
  readonly chirality: CovalentKindSummary & { readonly wrongHand: number; readonly distorted: number };
  readonly planarity: CovalentKindSummary;
  /** Bonds of metals. */
  readonly coordination: CovalentCounts;
  /** Groups whose two equal atoms have each other's names. */
  readonly naming: NamingAnalysis["summary"];
}

export interface CovalentAnalysis {
  /** In the order of the lists: bonds, angles, dihedrals, chiral centres, planes. */
  readonly outliers: readonly CovalentOutlier[];
  readonly namingSwaps: readonly NamingSwap[];
  readonly summary: CovalentSummary;
}

const outlierFrom = 4;
const farBeyond = 5;
/** How many of the worst of each kind a summary names. */
const worstCount = 5;
/** Where a chiral volume is nearer to its mirror image than to flat, the hand is wrong. */
const mirrorPart = -0.5;
const classes: readonly MoleculeClass[] = ["protein", "nucleicAcid", "other"];

/** Outliers and statistics of a model without its hydrogens, against a topology whose backbone values are applied. */
export function analyzeCovalent(model: Model, topology: Topology): CovalentAnalysis {
  const { xyz } = model.atoms;
  const lists = topology.isHydrogen.includes(1) ? covalentSubset(topology, { without: topology.isHydrogen }) : topology;
  const isCoordination = markCoordination(lists.bonds, topology.links);
  const { both } = lists.chiralities;
  const classOf = createClassifier(model);
  const collectors = {
    bond: createCollector(),
    angle: createCollector(),
    dihedral: createCollector(),
    chirality: createCollector(),
    planarity: createCollector(),
  };
  const coordination = createTally();
  forEachTerm(lists, xyz, (term) => {
    const { kind, row } = term;
    if (kind === "parallelity") return;
    if (kind === "bond" && isCoordination[row] === 1) addToTally(coordination, term);
    else collect(collectors[kind], term, classOf(term.atoms));
  });
  const describe = ({ term, class: own }: Collected): CovalentOutlier =>
    describeOutlier(model, term, own, term.kind === "chirality" && both[term.row] === 1);
  const outliers = Object.values(collectors).flatMap((collector) => collector.outliers.map(describe));
  const summarize = (collector: Collector): CovalentKindSummary => ({
    ...finishTally(collector.all),
    byClass: {
      protein: finishTally(collector.byClass.protein),
      nucleicAcid: finishTally(collector.byClass.nucleicAcid),
      other: finishTally(collector.byClass.other),
    },
    worst: collector.worst.map(describe),
  });
  const causes = (cause: CovalentCause): number => outliers.filter((outlier) => outlier.cause === cause).length;
  const naming = findNamingSwaps(model);
  return {
    outliers,
    namingSwaps: naming.swaps,
    summary: {
      bonds: summarize(collectors.bond),
      angles: summarize(collectors.angle),
      dihedrals: summarize(collectors.dihedral),
      chirality: {
        ...summarize(collectors.chirality),
        wrongHand: causes("wrong hand"),
        distorted: causes("distorted"),
      },
      planarity: summarize(collectors.planarity),
      coordination: finishTally(coordination),
      naming: naming.summary,
    },
  };
}

/** The class that all atoms of a restraint share; a link between classes is neither. */
function createClassifier({ atoms, residues }: Model): (rows: readonly number[]) => MoleculeClass {
  const known = new Map<string, MoleculeClass>();
  const ofResidue = residues.name.map((name) => {
    let own = known.get(name);
    if (own === undefined) {
      const found = residueClass(name);
      own = found === "protein" ? "protein" : found === "nucleotide" ? "nucleicAcid" : "other";
      known.set(name, own);
    }
    return own;
  });
  return (rows) => {
    const first = ofResidue[atoms.residue[rows[0]!]!]!;
    return rows.every((row) => ofResidue[atoms.residue[row]!] === first) ? first : "other";
  };
}

interface Tally {
  count: number;
  outliers4: number;
  outliers5: number;
  squares: number;
  squaresZ: number;
}

interface Collected {
  readonly term: RestraintTerm;
  readonly class: MoleculeClass;
}

interface Collector {
  readonly all: Tally;
  readonly byClass: Readonly<Record<MoleculeClass, Tally>>;
  readonly outliers: Collected[];
  /** Falling |Z|. */
  readonly worst: Collected[];
}

function createTally(): Tally {
  return { count: 0, outliers4: 0, outliers5: 0, squares: 0, squaresZ: 0 };
}

function createCollector(): Collector {
  const byClass = Object.fromEntries(classes.map((name) => [name, createTally()])) as Record<MoleculeClass, Tally>;
  return { all: createTally(), byClass, outliers: [], worst: [] };
}

function addToTally(tally: Tally, { delta, z }: RestraintTerm): void {
  tally.count++;
  tally.squares += delta * delta;
  tally.squaresZ += z * z;
  if (Math.abs(z) >= outlierFrom) tally.outliers4++;
  if (Math.abs(z) > farBeyond) tally.outliers5++;
}

function collect({ all, byClass, outliers, worst }: Collector, term: RestraintTerm, own: MoleculeClass): void {
  addToTally(all, term);
  addToTally(byClass[own], term);
  const size = Math.abs(term.z);
  if (size >= outlierFrom) outliers.push({ term, class: own });
  if (worst.length === worstCount && size <= Math.abs(worst[worstCount - 1]!.term.z)) return;
  const before = worst.findIndex((other) => Math.abs(other.term.z) < size);
  worst.splice(before < 0 ? worst.length : before, 0, { term, class: own });
  worst.length = Math.min(worst.length, worstCount);
}

function finishTally({ count, outliers4, outliers5, squares, squaresZ }: Tally): CovalentCounts {
  const mean = (sum: number): number | null => (count === 0 ? null : Math.sqrt(sum / count));
  return { count, outliers4, outliers5, rmsd: mean(squares), rmsZ: mean(squaresZ) };
}

function describeOutlier(
  model: Model,
  term: RestraintTerm,
  own: MoleculeClass,
  hasEitherHand: boolean,
): CovalentOutlier {
  const { atoms, ideal, sigma, z } = term;
  const kind = term.kind as CovalentKind;
  // The vertex of an angle, the second atom of a dihedral, the centre of a chirality.
  const main = kind === "angle" || kind === "dihedral" ? atoms[1]! : atoms[0]!;
  return {
    ...identifyResidue(model, model.atoms.residue[main]!, model.atoms.altloc[main]!),
    kind,
    class: own,
    atoms: atoms.map((atom) => atomLabel(model, atom)),
    ideal,
    value: term.model,
    sigma,
    z,
    cause: causeOf(kind, term, hasEitherHand),
  };
}

function causeOf(kind: CovalentKind, { ideal, model, z }: RestraintTerm, hasEitherHand: boolean): CovalentCause {
  if (kind === "bond") return z < 0 ? "too short" : "too long";
  if (kind === "angle") return z < 0 ? "too small" : "too large";
  if (kind === "dihedral") return "rotated";
  if (kind === "planarity") return "not flat";
  return !hasEitherHand && model / ideal < mirrorPart ? "wrong hand" : "distorted";
}
