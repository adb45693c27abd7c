// The measures of each residue side by side.
import { findResidue, type Model } from "../../model/model.ts";
import type { AtomMeasures, FitReport } from "./fit-report.ts";
import { expectedQ } from "./q-expectation.ts";
import { moleculeKind } from "./residue-parts.ts";
import type { ResidueRow } from "./residue-table.ts";

/** Names a residue in the lists of a report. */
interface ResidueName {
  readonly chain: string;
  readonly number: number;
  readonly insertionCode: string;
  readonly name: string;
}

function keyOf({ chain, number, insertionCode, name }: ResidueName): string {
  return `${chain}|${number}|${insertionCode}|${name}`;
}

/** Lists leave out residues that have nothing to show; where several models repeat a name, the n-th belongs to the n-th. */
function createLookup<Entry extends ResidueName>(entries: readonly Entry[]): (row: ResidueName) => Entry | undefined {
  const known = new Map<string, Entry[]>();
  for (const entry of entries) {
    const key = keyOf(entry);
    const same = known.get(key);
    if (same) same.push(entry);
    else known.set(key, [entry]);
  }
  const taken = new Map<string, number>();
  return (row) => {
    const key = keyOf(row);
    const turn = taken.get(key) ?? 0;
    taken.set(key, turn + 1);
    return known.get(key)?.[turn];
  };
}

/** One row per residue of the model, in its order of chains. */
export function residueRows(model: Model, report: FitReport, perAtom?: AtomMeasures): ResidueRow[] {
  const qOf = createLookup(report.qScore.perResidue);
  const inclusionOf = createLookup(report.inclusion.perResidue);
  const peakOf = createLookup(report.emringer?.peaks ?? []);
  return report.perResidue.map((fit) => {
    const q = qOf(fit);
    const peak = peakOf(fit);
    const residue = findResidue(model, fit.chain, fit.number, fit.insertionCode);
    const kind = residue < 0 ? null : moleculeKind(model, residue);
    const { expected } = expectedQ(report.qScore.sigma, report.resolution, kind === null ? {} : { [kind]: 1 });
    return {
      ...fit,
      q: q?.q ?? null,
      qBackbone: q?.backbone ?? null,
      qSideChain: q?.sideChain ?? null,
      expectedQ: expected,
      inclusion: inclusionOf(fit)?.all ?? null,
      ringerAngle: peak?.angle ?? null,
      ringerValue: peak?.value ?? null,
      localResolution: perAtom?.localResolution ? meanOver(model, residue, perAtom.localResolution) : null,
    };
  });
}

function meanOver({ residues }: Model, residue: number, values: readonly (number | null)[]): number | null {
  if (residue < 0) return null;
  const rows = residues.atomIndex.subarray(residues.atomOffset[residue]!, residues.atomOffset[residue + 1]!);
  const known = [...rows].map((atom) => values[atom] ?? null).filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
