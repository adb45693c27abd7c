// Peptide bonds that are cis or twisted, of proline and of other residues.
import { dihedralAngle } from "../../math/internal-coordinates.ts";
import type { Model } from "../../model/model.ts";
import {
  altlocOf,
  countOnce,
  identifyResidue,
  listProteinChains,
  type PeptideRun,
  type ProteinPosition,
  peptideRuns,
  type ResidueIdentity,
} from "./protein-residues.ts";

/** Within this of 0 cis, within this of 180 trans, degrees. */
const planarWithin = 30;
const mainChain = ["N", "CA", "C", "O"];

/** The peptide bond before a residue. */
export interface OmegaResidue extends ResidueIdentity {
  /** The residue before it. */
  readonly previous: ResidueIdentity;
  /** CA, C, N, CA: degrees, -180 to 180. */
  readonly omega: number;
  readonly kind: "trans" | "cis" | "twisted";
  readonly isProline: boolean;
  /** Highest B of N, CA, C and O of both residues, square Angstrom. */
  readonly highestMainChainB: number;
  readonly counted: boolean;
}

/** Numbers of peptide bonds, one conformer of each. */
export interface OmegaSummary {
  readonly cisProline: number;
  readonly cisGeneral: number;
  readonly twisted: number;
  readonly prolines: number;
  readonly general: number;
}

export interface OmegaAnalysis {
  /** Every peptide bond. */
  readonly residues: readonly OmegaResidue[];
  readonly summary: OmegaSummary;
}

/** Omega of every peptide bond: cis within 30 degrees of 0, trans within 30 of 180, else twisted. */
export function analyzeOmega(model: Model): OmegaAnalysis {
  const residues = listProteinChains(model).flatMap((positions) =>
    positions.flatMap((_, at) => countOnce(bondsBefore(model, positions, at))),
  );
  const counted = residues.filter((residue) => residue.counted);
  const numberOf = (test: (residue: OmegaResidue) => boolean): number => counted.filter(test).length;
  return {
    residues,
    summary: {
      cisProline: numberOf(({ kind, isProline }) => kind === "cis" && isProline),
      cisGeneral: numberOf(({ kind, isProline }) => kind === "cis" && !isProline),
      twisted: numberOf(({ kind }) => kind === "twisted"),
      prolines: numberOf(({ isProline }) => isProline),
      general: numberOf(({ isProline }) => !isProline),
    },
  };
}

function bondsBefore(model: Model, positions: readonly ProteinPosition[], at: number): Omit<OmegaResidue, "counted">[] {
  const found = new Map<string, Omit<OmegaResidue, "counted">>();
  for (const run of peptideRuns(model, positions, at, { before: 1, after: 0 })) {
    const [previous, own] = run as [PeptideRun[number], PeptideRun[number]];
    const rows = [previous.atoms.get("CA"), previous.atoms.get("C"), own.atoms.get("N"), own.atoms.get("CA")];
    if (rows.includes(undefined)) continue;
    const [caPrevious, c, n, ca] = rows as [number, number, number, number];
    const key = `${own.residue} ${rows.join(" ")}`;
    if (found.has(key)) continue;
    const omega = dihedralAngle(model.atoms.xyz, caPrevious, c, n, ca);
    const identity = identifyResidue(model, own.residue, altlocOf(model, [caPrevious, c, n, ca]));
    found.set(key, {
      ...identity,
      previous: identifyResidue(model, previous.residue, altlocOf(model, [caPrevious, c])),
      omega,
      kind: kindOf(omega),
      isProline: identity.name === "PRO",
      highestMainChainB: highestB(model, run),
    });
  }
  return [...found.values()];
}

function kindOf(omega: number): OmegaResidue["kind"] {
  if (Math.abs(omega) < planarWithin) return "cis";
  return Math.abs(omega) > 180 - planarWithin ? "trans" : "twisted";
}

function highestB(model: Model, run: PeptideRun): number {
  const rows = run.flatMap(({ atoms }) => mainChain.map((name) => atoms.get(name)));
  return rows.reduce((highest: number, row) => Math.max(highest, row === undefined ? 0 : model.atoms.bFactor[row]!), 0);
}
