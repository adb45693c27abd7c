// Base pairs and stacked bases: distances of hydrogen bonds and planes that are to be parallel.
import { distanceBetween } from "../../math/internal-coordinates.ts";
import { dot, lengthOf, minus, vectorAt } from "../../math/vector3.ts";
import type { ParallelRow, TetherRow } from "../../restraints/supplement.ts";
import { atomsNear, createAtomGrid } from "../../topology/atom-grid.ts";
import type { Base, PolarAtom } from "./bases.ts";

/** Atoms of a bond are nearer than this, Angstrom. */
const longestBond = 3.5;
/** Centres of paired bases are nearer than this, Angstrom. */
const longestPair = 8.5;
/** A bond leaves either base within this of its plane, and paired bases are parallel within it, degrees. */
const mostTilted = 35;
/** Mean length of these bonds, Angstrom: of several ways to pair the one nearest to it is taken. */
const meanLength = 2.89;
/** Lengths and their spread, Angstrom, by the atoms in alphabetical order (Saenger 1984; values of Olson et al. 2001 as restrained today). */
const lengths: ReadonlyMap<string, readonly [number, number]> = new Map([
  ["N6 O4", [3, 0.11]],
  ["N4 O6", [2.93, 0.1]],
  ["N2 O2", [2.78, 0.1]],
]);
const otherLength = [2.91, 0.15] as const;
/** N1 of purine to N3 of pyrimidine: of G and C, and of A and U. */
const betweenRings = { gc: [2.88, 0.07], au: [2.82, 0.08] } as const;
const bondLimit = 0.5;

const stackedWithin = 5.5;
const stackedNormals = 30;
const stackedAlong = 40;
/** Deviation without energy, degrees: propellers and rolls are real. */
const slack = 8;
const pairSigma = 0.0335;
const stackSigma = 0.027;

const cosine = (degrees: number): number => Math.cos((degrees * Math.PI) / 180);

export interface BaseTerms {
  readonly count: number;
  readonly bonds: TetherRow[];
  readonly planes: ParallelRow[];
}

/** Pairs of bases with at least two hydrogen bonds between them; a base pairs with the one it is bonded to best. */
export function basePairs(xyz: Float64Array, bases: readonly Base[]): BaseTerms {
  if (bases.length === 0) return { count: 0, bonds: [], planes: [] };
  const grid = createAtomGrid(Float64Array.from(bases.flatMap(({ centre }) => [...centre])), longestPair);
  const candidates: { cost: number; first: number; second: number; bonds: Bond[] }[] = [];
  bases.forEach((base, first) => {
    for (const { atom: second } of atomsNear(grid, first, longestPair)) {
      if (second <= first) continue;
      const other = bases[second]!;
      if (base.chain === other.chain && Math.abs(base.place - other.place) < 2) continue;
      if (Math.abs(dot(base.normal, other.normal)) < cosine(mostTilted)) continue;
      const bonds = bondsBetween(xyz, base, other);
      if (bonds.length < 2) continue;
      const spread = bonds.reduce((sum, { length }) => sum + Math.abs(length - meanLength), 0) / bonds.length;
      candidates.push({ cost: spread - bonds.length, first, second, bonds });
    }
  });
  const taken = new Set<number>();
  const found = candidates
    .toSorted((a, b) => a.cost - b.cost)
    .filter(({ first, second }) => {
      if (taken.has(first) || taken.has(second)) return false;
      taken.add(first).add(second);
      return true;
    });
  return {
    count: found.length,
    bonds: found.flatMap(({ first, second, bonds }) =>
      bonds.map((bond) => tetherOf(bond, bases[first]!, bases[second]!)),
    ),
    planes: found.map(({ first, second }) => parallel(bases[first]!, bases[second]!, pairSigma)),
  };
}

interface Bond {
  readonly own: PolarAtom;
  readonly other: PolarAtom;
  readonly length: number;
}

/** Shortest first, each atom once, none that leaves a plane. */
function bondsBetween(xyz: Float64Array, base: Base, partner: Base): Bond[] {
  const all: Bond[] = [];
  for (const own of base.polar) {
    for (const other of partner.polar) {
      if (!((own.isDonor && other.isAcceptor) || (own.isAcceptor && other.isDonor))) continue;
      const length = distanceBetween(xyz, own.row, other.row);
      if (length > longestBond) continue;
      const line = minus(vectorAt(xyz, other.row), vectorAt(xyz, own.row));
      const rise = Math.max(Math.abs(dot(line, base.normal)), Math.abs(dot(line, partner.normal)));
      if (rise > length * Math.sin((mostTilted * Math.PI) / 180)) continue;
      all.push({ own, other, length });
    }
  }
  const used = new Set<number>();
  return all
    .toSorted((a, b) => a.length - b.length)
    .filter(({ own, other }) => {
      if (used.has(own.row) || used.has(other.row)) return false;
      used.add(own.row).add(other.row);
      return true;
    });
}

function tetherOf({ own, other }: Bond, first: Base, second: Base): TetherRow {
  const [ideal, sigma] = lengthBetween(own, other, first, second);
  return { atoms: [own.row, other.row], ideal, sigma, slack: 0, limit: bondLimit };
}

function lengthBetween(own: PolarAtom, other: PolarAtom, first: Base, second: Base): readonly [number, number] {
  const key = [own.name, other.name].toSorted().join(" ");
  if (key === "N1 N3" && first.isPurine !== second.isPurine) {
    const purine = first.isPurine ? first : second;
    return purine.polar.some(({ name }) => name === "O6") ? betweenRings.gc : betweenRings.au;
  }
  return lengths.get(key) ?? otherLength;
}

/** Neighbours along the chain whose bases lie on each other. */
export function stackedBases(bases: readonly Base[]): BaseTerms {
  const planes: ParallelRow[] = [];
  bases.forEach((base, row) => {
    const next = bases[row + 1];
    if (next === undefined || next.chain !== base.chain || next.place !== base.place + 1) return;
    const between = minus(next.centre, base.centre);
    const distance = lengthOf(between);
    if (distance > stackedWithin || Math.abs(dot(base.normal, next.normal)) < cosine(stackedNormals)) return;
    if (Math.abs(dot(between, base.normal)) < distance * cosine(stackedAlong)) return;
    planes.push(parallel(base, next, stackSigma));
  });
  return { count: planes.length, bonds: [], planes };
}

function parallel(first: Base, second: Base, sigma: number): ParallelRow {
  return { first: first.rings, second: second.rings, sigma, slack };
}
