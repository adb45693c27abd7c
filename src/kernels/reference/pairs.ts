// Plain twin of the pair kernel: which atoms repel each other, found cell by cell.
import { sortIntoCells } from "./neighbours.ts";

/** Contact distance of atoms three bonds apart, as a share of the full one; the compiled kernel has the same figure. */
const oneFourShare = 0.8;

/** What decides whether two atoms interact and how near they may come; one entry per atom where not said otherwise. */
export interface PairRules {
  /** Row of `contact`. */
  readonly kind: Uint16Array;
  readonly kinds: number;
  /** kinds x kinds contact distances, Angstrom. */
  readonly contact: Float64Array;
  /** Different conformers do not interact; 0 interacts with all. */
  readonly conformer: Uint8Array;
  /** Different models do not interact. */
  readonly model: Uint16Array;
  /** Partners of higher row that do not interact: exclude[excludeOffset[atom]] .. */
  readonly excludeOffset: Int32Array;
  readonly exclude: Int32Array;
  /** Partners of higher row that may come 20 % nearer. */
  readonly oneFourOffset: Int32Array;
  readonly oneFour: Int32Array;
}

export interface PairLimits {
  /** Pairs further apart are left out, Angstrom. */
  readonly cutoff: number;
  /** Pairs further apart than their contact distance plus this are left out, Angstrom. */
  readonly buffer: number;
  /** Pairs in which neither atom is marked are left out; absent: all atoms move. */
  readonly moving?: Uint8Array;
}

/** Pairs by row, i < j, with the contact distance below which they repel, Angstrom. */
export interface PairList {
  readonly count: number;
  readonly i: Int32Array;
  readonly j: Int32Array;
  readonly contact: Float64Array;
}

/** Every interacting pair once, in the order of the cells. */
export function selectPairs(rules: PairRules, xyz: Float64Array, limits: PairLimits): PairList {
  const { order, cellStart, dimensions } = sortIntoCells(xyz, rules.kind.length, limits.cutoff);
  const [nx, ny, nz] = dimensions;
  const i: number[] = [];
  const j: number[] = [];
  const contact: number[] = [];
  const visit = (atom: number, partner: number): void => {
    const touch = contactOf(rules, xyz, limits, Math.min(atom, partner), Math.max(atom, partner));
    if (touch === null) return;
    i.push(Math.min(atom, partner));
    j.push(Math.max(atom, partner));
    contact.push(touch);
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
  return { count: i.length, i: Int32Array.from(i), j: Int32Array.from(j), contact: Float64Array.from(contact) };
}

/** Contact distance of rows i < j, or null where they do not interact or are too far apart. */
function contactOf(
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
  const full = rules.contact[rules.kinds * rules.kind[i]! + rules.kind[j]!]!;
  if (squared > (full + buffer) ** 2) return null;
  if (moving !== undefined && moving[i] === 0 && moving[j] === 0) return null;
  const [one, other] = [rules.conformer[i]!, rules.conformer[j]!];
  if ((one !== other && one !== 0 && other !== 0) || rules.model[i] !== rules.model[j]) return null;
  if (isListed(rules.excludeOffset, rules.exclude, i, j)) return null;
  if (!isListed(rules.oneFourOffset, rules.oneFour, i, j)) return full;
  return squared > (oneFourShare * full + buffer) ** 2 ? null : oneFourShare * full;
}

function isListed(offset: Int32Array, list: Int32Array, atom: number, partner: number): boolean {
  for (let entry = offset[atom]!; entry < offset[atom + 1]!; entry++) if (list[entry] === partner) return true;
  return false;
}
