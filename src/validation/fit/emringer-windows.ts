// Stretches of a chain with strong density whose side chains stand where rotamers do not.
import type { Model } from "../../model/model.ts";
import type { Chi1Scan } from "./chi1-scan.ts";
import { exactBinning } from "./emringer-score.ts";

/** Residues within ten numbers of one residue. */
export interface EmringerWindow {
  readonly chain: string;
  /** Number of the residue in the middle. */
  readonly number: number;
  readonly insertionCode: string;
  readonly scanned: number;
  /** Of them, with a peak above the threshold. */
  readonly passing: number;
  /** Of these, with the peak within 30 degrees of a rotamer. */
  readonly rotameric: number;
  /** More than 80 % pass the threshold and fewer than half of these are rotameric. */
  readonly isFlagged: boolean;
}

/** Numbers of the first and last residue of flagged windows that follow each other. */
export interface EmringerRegion {
  readonly chain: string;
  readonly first: number;
  readonly last: number;
}

const reach = 10;
const leastPassing = 0.8;
const leastRotameric = 0.5;

/** One window per scanned residue (Barad et al. 2015), in the order of the scan. */
export function rollingWindows(model: Model, scan: Chi1Scan, threshold: number): EmringerWindow[] {
  const { residues, chains } = model;
  const windows: EmringerWindow[] = [];
  for (let begin = 0; begin < scan.count; ) {
    const chain = residues.chain[scan.residue[begin]!]!;
    let end = begin;
    while (end < scan.count && residues.chain[scan.residue[end]!] === chain) end++;
    const sums = countByNumber(model, scan, threshold, begin, end);
    for (let row = begin; row < end; row++) {
      const residue = scan.residue[row]!;
      const number = residues.sequenceNumber[residue]!;
      const [scanned, passing, rotameric] = sumAround(sums, number);
      windows.push({
        chain: chains.id[chain]!,
        number,
        insertionCode: residues.insertionCode[residue]!,
        scanned,
        passing,
        rotameric,
        isFlagged: passing > leastPassing * scanned && rotameric < leastRotameric * passing,
      });
    }
    begin = end;
  }
  return windows;
}

type Counts = [scanned: number, passing: number, rotameric: number];

function countByNumber(
  { residues }: Model,
  scan: Chi1Scan,
  threshold: number,
  begin: number,
  end: number,
): Map<number, Counts> {
  const counts = new Map<number, Counts>();
  for (let row = begin; row < end; row++) {
    const number = residues.sequenceNumber[scan.residue[row]!]!;
    const count = counts.get(number) ?? [0, 0, 0];
    count[0]++;
    if (scan.peakValue[row]! > threshold) {
      count[1]++;
      count[2] += exactBinning[scan.peak[row]!]!;
    }
    counts.set(number, count);
  }
  return counts;
}

function sumAround(counts: ReadonlyMap<number, Counts>, number: number): Counts {
  const sum: Counts = [0, 0, 0];
  for (let other = number - reach; other <= number + reach; other++) {
    const count = counts.get(other);
    if (count) for (let column = 0; column < 3; column++) sum[column]! += count[column]!;
  }
  return sum;
}

/** Flagged windows that overlap, as one region each; a region ends where its chain does. */
export function flaggedRegions(windows: readonly EmringerWindow[]): EmringerRegion[] {
  const regions: { chain: string; first: number; last: number }[] = [];
  let firstOfChain = 0;
  for (let at = 0; at < windows.length; at++) {
    const { chain, number, isFlagged } = windows[at]!;
    if (at === 0 || windows[at - 1]!.chain !== chain) firstOfChain = number;
    const open = regions.at(-1);
    if (!isFlagged) continue;
    if (open?.chain === chain && number - reach <= open.last) open.last = number + reach;
    else regions.push({ chain, first: Math.max(firstOfChain, number - reach), last: number + reach });
  }
  return regions.map((region) => ({ ...region, last: Math.min(region.last, lastNumber(windows, region.chain)) }));
}

function lastNumber(windows: readonly EmringerWindow[], chain: string): number {
  return windows.findLast((window) => window.chain === chain)!.number;
}
