// Plain twin of the pair kernel: which atoms repel each other, found cell by cell.

import type { PairLimits, PairList, PairRules } from "../pair-rules.ts";
import { groupByBlock, makeRoomForPairs, plainSpace, type TermTable } from "../term-table.ts";
import { type NeighbourCells, sortIntoCells } from "./neighbours.ts";

/** Every interacting pair once, in the order of the cells. */
export function selectPairs(rules: PairRules, xyz: Float64Array, limits: PairLimits): PairList {
  const i: number[] = [];
  const j: number[] = [];
  const contact: number[] = [];
  forEachPair(rules, xyz, limits, (first, second, code) => {
    i.push(first);
    j.push(second);
    contact.push(rules.contact[code]!);
  });
  return { count: i.length, i: Int32Array.from(i), j: Int32Array.from(j), contact: Float64Array.from(contact) };
}

/** Replaces the pairs of the table by those at its coordinates. */
export function findPairs(table: TermTable, rules: PairRules, limits: PairLimits): NeighbourCells {
  const i: number[] = [];
  const j: number[] = [];
  const codes: number[] = [];
  const cells = forEachPair(rules, table.xyz, limits, (first, second, code) => {
    i.push(first);
    j.push(second);
    codes.push(code);
  });
  const { start, rows } = groupByBlock(
    [Int32Array.from(i), Int32Array.from(j)],
    i.length,
    table.blocks,
    table.blockAtoms,
  );
  makeRoomForPairs(plainSpace, table, rows.length);
  table.pairs.start.set(start);
  rows.forEach((row, at) => {
    table.pairs.atoms[2 * at] = i[row]!;
    table.pairs.atoms[2 * at + 1] = j[row]!;
    table.pairs.code[at] = codes[row]!;
  });
  table.added.start.fill(0);
  return cells;
}

function forEachPair(
  rules: PairRules,
  xyz: Float64Array,
  limits: PairLimits,
  take: (i: number, j: number, code: number) => void,
): NeighbourCells {
  const cells = sortIntoCells(xyz, rules.kind.length, limits.cutoff);
  const { order, cellStart, dimensions } = cells;
  const [nx, ny, nz] = dimensions;
  const visit = (atom: number, partner: number): void => {
    const [low, high] = [Math.min(atom, partner), Math.max(atom, partner)];
    const code = codeOf(rules, xyz, limits, atom, partner);
    if (code !== null) take(low, high, code);
  };
  for (let cell = 0; cell < nx * ny * nz; cell++) {
    const cx = cell % nx;
    const cy = Math.floor(cell / nx) % ny;
    const cz = Math.floor(cell / (nx * ny));
    for (let entry = cellStart[cell]!; entry < cellStart[cell + 1]!; entry++) {
      // Half of the neighbouring cells, so that each pair comes once: the rest of the own row, then the rows after it.
      for (const [ay, az] of [
        [cy, cz],
        [cy + 1, cz],
        [cy - 1, cz + 1],
        [cy, cz + 1],
        [cy + 1, cz + 1],
      ] as const) {
        if (ay < 0 || ay >= ny || az >= nz) continue;
        const line = nx * (ay + ny * az);
        const isOwn = ay === cy && az === cz;
        const first = isOwn ? entry + 1 : cellStart[line + Math.max(0, cx - 1)]!;
        const last = cellStart[line + Math.min(nx - 1, cx + 1) + 1]!;
        for (let other = first; other < last; other++) visit(order[entry]!, order[other]!);
      }
    }
  }
  return cells;
}

/** Row of the contact distance of two atoms, or null where they do not interact or are too far apart. */
export function codeOf(
  rules: PairRules,
  xyz: Float64Array,
  { cutoff, buffer, moving }: PairLimits,
  i: number,
  j: number,
): number | null {
  const dx = xyz[3 * i]! - xyz[3 * j]!;
  const dy = xyz[3 * i + 1]! - xyz[3 * j + 1]!;
  const dz = xyz[3 * i + 2]! - xyz[3 * j + 2]!;
  const squared = dx * dx + dy * dy + dz * dz;
  if (squared > cutoff * cutoff) return null;
  const full = rules.kinds * rules.kind[i]! + rules.kind[j]!;
  if (squared > (rules.contact[full]! + buffer) ** 2) return null;
  if (moving !== undefined && moving[i] === 0 && moving[j] === 0) return null;
  const [one, other] = [rules.conformer[i]!, rules.conformer[j]!];
  if ((one !== other && one !== 0 && other !== 0) || rules.model[i] !== rules.model[j]) return null;
  const [low, high] = [Math.min(i, j), Math.max(i, j)];
  if (isListed(rules.excludeOffset, rules.exclude, low, high)) return null;
  if (!isListed(rules.oneFourOffset, rules.oneFour, low, high)) return full;
  const nearer = full + rules.kinds ** 2;
  return squared > (rules.contact[nearer]! + buffer) ** 2 ? null : nearer;
}

function isListed(offset: Int32Array, list: Int32Array, atom: number, partner: number): boolean {
  for (let entry = offset[atom]!; entry < offset[atom + 1]!; entry++) if (list[entry] === partner) return true;
  return false;
}
