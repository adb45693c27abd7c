// Q-scores of atoms gathered over residues, chains and the model, beside what is usual at the resolution.
import { atomLabel, type Model } from "../../model/model.ts";
import { expectedQ } from "./q-expectation.ts";
import type { QScores } from "./q-score.ts";
import type { QScoreRule } from "./q-score-rules.ts";
import { isBackboneName, type MoleculeKind, moleculeKind } from "./residue-parts.ts";

export interface ResidueQ {
  readonly chain: string;
  readonly number: number;
  readonly insertionCode: string;
  readonly name: string;
  readonly q: number | null;
  /** Null where the residue has none: waters, ligands, glycine's side chain. */
  readonly backbone: number | null;
  readonly sideChain: number | null;
}

export interface ChainQ {
  readonly chain: string;
  readonly mean: number | null;
  readonly backbone: number | null;
  readonly sideChain: number | null;
  readonly expected: number | null;
  /** Atoms with a score. */
  readonly atoms: number;
}

/** Means over atoms for the first width; -1 to 1, null where there is nothing to average. */
export interface QScoreSummary {
  readonly mean: number | null;
  /** Width of the Gaussian, Angstrom. */
  readonly sigma: number;
  /** Usual at the resolution for this mixture of protein, nucleic acid, ions and waters; null without a resolution from 1 to 5 A. */
  readonly expected: number | null;
  readonly expectedLow: number | null;
  readonly expectedHigh: number | null;
  /** Mean over the mean of the same atoms in the model's own exact map at the resolution. */
  readonly relativeToExact: number | null;
  readonly rule: QScoreRule;
  readonly atoms: number;
  readonly backbone: number | null;
  readonly sideChain: number | null;
  /** The same for the further widths. */
  readonly otherSigmas: readonly {
    readonly sigma: number;
    readonly mean: number | null;
    readonly expected: number | null;
    readonly expectedLow: number | null;
    readonly expectedHigh: number | null;
    readonly relativeToExact: number | null;
  }[];
  readonly perChain: readonly ChainQ[];
  readonly perResidue: readonly ResidueQ[];
}

export interface QScoreSummaryOptions {
  /** Angstrom; without it nothing is expected. */
  readonly resolution?: number | null;
  /** Scores of the same model in its own exact map. */
  readonly exact?: QScores | null;
}

/** Sums over atoms: all, backbone, side chain. */
interface PartSums {
  readonly sum: [number, number, number];
  readonly count: [number, number, number];
}

const emptySums = (): PartSums => ({ sum: [0, 0, 0], count: [0, 0, 0] });

function meansOf({ sum, count }: PartSums): [number | null, number | null, number | null] {
  return [0, 1, 2].map((part) => (count[part]! > 0 ? sum[part]! / count[part]! : null)) as [number, number, number];
}

function addPart(to: PartSums, from: PartSums): void {
  for (let part = 0; part < 3; part++) {
    to.sum[part]! += from.sum[part]!;
    to.count[part]! += from.count[part]!;
  }
}

/** Means of residues, chains and the model; every atom with a score counts once, alternates too. */
export function summarizeQScores(model: Model, scores: QScores, options: QScoreSummaryOptions = {}): QScoreSummary {
  const { resolution = null, exact = null } = options;
  const { residues, chains } = model;
  const expect = (sigma: number, kinds: Kinds): ReturnType<typeof expectedQ> =>
    expectedQ(sigma, resolution ?? Number.NaN, kinds);
  const sigma = scores.sigmas[0]!;
  const whole = emptySums();
  const wholeKinds: Kinds = {};
  const perChain: ChainQ[] = [];
  const perResidue: ResidueQ[] = [];
  for (let chain = 0; chain < chains.count; chain++) {
    const own = emptySums();
    const kinds: Kinds = {};
    for (let entry = chains.residueOffset[chain]!; entry < chains.residueOffset[chain + 1]!; entry++) {
      const residue = chains.residueIndex[entry]!;
      const kind = moleculeKind(model, residue);
      const sums = sumResidue(model, scores, residue, kind);
      if (sums.count[0] === 0) continue;
      addPart(own, sums);
      kinds[kind] = (kinds[kind] ?? 0) + sums.count[0];
      const [q, backbone, sideChain] = meansOf(sums);
      perResidue.push({
        chain: chains.id[chain]!,
        number: residues.sequenceNumber[residue]!,
        insertionCode: residues.insertionCode[residue]!,
        name: residues.name[residue]!,
        q,
        backbone,
        sideChain,
      });
    }
    addPart(whole, own);
    for (const kind of Object.keys(kinds) as MoleculeKind[]) wholeKinds[kind] = (wholeKinds[kind] ?? 0) + kinds[kind]!;
    const [mean, backbone, sideChain] = meansOf(own);
    const { expected } = expect(sigma, kinds);
    perChain.push({ chain: chains.id[chain]!, mean, backbone, sideChain, expected, atoms: own.count[0] });
  }
  const [mean, backbone, sideChain] = meansOf(whole);
  const { expected, low, high } = expect(sigma, wholeKinds);
  return {
    mean,
    sigma,
    expected,
    expectedLow: low,
    expectedHigh: high,
    relativeToExact: ratioOf(scores, exact, 0),
    rule: scores.rule,
    atoms: whole.count[0],
    backbone,
    sideChain,
    otherSigmas: scores.sigmas.slice(1).map((other, at) => {
      const usual = expect(other, wholeKinds);
      return {
        sigma: other,
        mean: meanQ(scores, at + 1),
        expected: usual.expected,
        expectedLow: usual.low,
        expectedHigh: usual.high,
        relativeToExact: ratioOf(scores, exact, at + 1),
      };
    }),
    perChain,
    perResidue,
  };
}

type Kinds = Partial<Record<MoleculeKind, number>>;

function sumResidue({ atoms, residues }: Model, scores: QScores, residue: number, kind: MoleculeKind): PartSums {
  const sums = emptySums();
  for (let entry = residues.atomOffset[residue]!; entry < residues.atomOffset[residue + 1]!; entry++) {
    const atom = residues.atomIndex[entry]!;
    const q = scores.values[scores.sigmas.length * atom]!;
    if (Number.isNaN(q)) continue;
    const isBackbone = isBackboneName(kind, atoms.name[atom]!);
    for (const part of isBackbone === null ? [0] : [0, isBackbone ? 1 : 2]) {
      sums.sum[part]! += q;
      sums.count[part]!++;
    }
  }
  return sums;
}

/** Mean over the atoms with a score, for the width of this row of `sigmas`; null where no atom has one. */
export function meanQ({ values, sigmas }: QScores, width = 0): number | null {
  let [sum, count] = [0, 0];
  for (let at = width; at < values.length; at += sigmas.length) {
    if (Number.isNaN(values[at]!)) continue;
    sum += values[at]!;
    count++;
  }
  return count > 0 ? sum / count : null;
}

/** Mean of the atoms that have a score in both, over their mean in the exact map. */
function ratioOf(scores: QScores, exact: QScores | null, width: number): number | null {
  if (exact === null || exact.values.length !== scores.values.length) return null;
  let [sum, exactSum] = [0, 0];
  for (let at = width; at < scores.values.length; at += scores.sigmas.length) {
    if (Number.isNaN(scores.values[at]!) || Number.isNaN(exact.values[at]!)) continue;
    sum += scores.values[at]!;
    exactSum += exact.values[at]!;
  }
  return exactSum > 0 ? sum / exactSum : null;
}

export interface AtomQ {
  /** Chain, residue and atom, as in messages. */
  readonly atom: string;
  /** Per width; null where the atom has none. */
  readonly q: readonly (number | null)[];
}

/** Scores of all atoms in the order of the model; hydrogens have null. */
export function listAtomQ(model: Model, { values, sigmas }: QScores): AtomQ[] {
  return Array.from({ length: model.atoms.count }, (_value, atom) => ({
    atom: atomLabel(model, atom),
    q: sigmas.map((_sigma, width) => {
      const q = values[sigmas.length * atom + width]!;
      return Number.isNaN(q) ? null : q;
    }),
  }));
}
