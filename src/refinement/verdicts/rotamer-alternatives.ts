// Whether a side chain without a rotamer could have one: every rotamer turned into place, its contacts and its density.
import { chiAngles, type FourNames, tetrahedralChiCount } from "../../chemistry/chi-angles.ts";
import { elementSymbol, isHydrogenElement } from "../../chemistry/elements.ts";
import { tableValue } from "../../chemistry/grid-table.ts";
import { type RotamerTables, rotamerName, rotamerVerdict } from "../../chemistry/rotamer-tables.ts";
import { type TrilinearGrid, trilinearValue } from "../../density/trilinear.ts";
import { combine, cross, dot, minus, plus, unit, type Vector3, vectorAt } from "../../math/vector3.ts";
import type { Model } from "../../model/model.ts";
import { atomsOfResidue } from "../../topology/residue-atoms.ts";
import type { RotamerResidue } from "../../validation/geometry/rotamers.ts";

export interface AlternativeSurroundings {
  readonly model: Model;
  readonly tables: RotamerTables;
  readonly grid: TrilinearGrid;
}

export interface Alternatives {
  /** Rotamers tried, and those of them that touch nothing. */
  readonly tried: number;
  readonly clear: number;
  /** Mean map value at the atoms beyond CB as they are; null where the map has none. */
  readonly density: number | null;
  /** The one that touches nothing with the highest mean value. */
  readonly best: { readonly rotamer: string; readonly density: number } | null;
}

/** Trial values of a flat group's torsion, degrees. */
const flatStep = 30;
/** Radii of Bondi 1964, Angstrom; atoms overlap by less than this where they are not bonded. */
const radii: Readonly<Record<string, number>> = { C: 1.7, N: 1.55, O: 1.52, S: 1.8 };
const otherRadius = 1.7;
const toleratedOverlap = 0.4;
/** Nothing touches from farther away, Angstrom. */
const longestContact = 2 * Math.max(...Object.values(radii)) - toleratedOverlap;
/** Nitrogen and oxygen come as near as this when they share a hydrogen, Angstrom. */
const hydrogenBondContact = 2.5;
/** No side chain reaches farther from its CA with what it touches, Angstrom. */
const reach = 14;
/** Letters of atom names outward along a side chain. */
const outward = "ABGDEZH";

/** Null for residues without torsions or tables, for proline, whose ring does not turn, and for MSE, whose names differ. */
export function tryRotamers(
  residue: number,
  present: RotamerResidue,
  { model, tables, grid }: AlternativeSurroundings,
): Alternatives | null {
  const { name } = present;
  const table = tables.get(name);
  const torsions = chiAngles(name);
  if (table === undefined || name === "PRO" || torsions.length === 0) return null;
  const rows = [...atomsOfResidue(model, residue)].filter(
    (atom) => !isHydrogenElement(model.atoms.element[atom]!) && isOf(model.atoms.altloc[atom]!, present.altloc),
  );
  const rowOf = new Map(rows.map((atom) => [model.atoms.name[atom]!, atom]));
  const moving = rows.filter((atom) => levelOf(model.atoms.name[atom]!) > levelOf("CB"));
  const ca = rowOf.get("CA");
  if (ca === undefined || moving.length === 0 || torsions.flat().some((atom) => !rowOf.has(atom))) return null;
  const others = neighboursOf(model, residue, vectorAt(model.atoms.xyz, ca));
  const places = new Map(rows.map((atom) => [atom, vectorAt(model.atoms.xyz, atom)]));
  const [density, trials] = [meanDensity(grid, moving, places), trialChis(name)];
  let [tried, clear] = [0, 0];
  let best: Alternatives["best"] = null;
  for (const chis of trials) {
    if (rotamerVerdict(table, tableValue(table.table, chis)) !== "favored") continue;
    tried++;
    const turned = turnTo({ torsions, rowOf, places, model }, present.chis, chis);
    if (touches(model, moving, turned, others)) continue;
    clear++;
    const value = meanDensity(grid, moving, turned);
    if (value !== null && (best === null || value > best.density))
      best = { rotamer: rotamerName(name, table, chis), density: value };
  }
  return { tried, clear, density, best };
}

function isOf(letter: string, wanted: string): boolean {
  return letter === "" || letter === wanted;
}

function levelOf(name: string): number {
  return name.length < 2 ? -1 : outward.indexOf(name[1]!);
}

function trialChis(name: string): number[][] {
  const staggered = [60, 180, 300];
  let trials: number[][] = [[]];
  const count = chiAngles(name).length;
  for (let at = 0; at < count; at++) {
    const isFlat = at >= tetrahedralChiCount(name);
    const values = isFlat ? Array.from({ length: 360 / flatStep }, (_value, step) => step * flatStep) : staggered;
    trials = trials.flatMap((trial) => values.map((value) => [...trial, value]));
  }
  return trials;
}

interface SideChain {
  readonly model: Model;
  readonly torsions: readonly FourNames[];
  readonly rowOf: ReadonlyMap<string, number>;
  readonly places: ReadonlyMap<number, Vector3>;
}

/** Places after each torsion has been turned from its present value to the wanted one. */
function turnTo(
  { torsions, rowOf, places, model }: SideChain,
  present: readonly number[],
  wanted: readonly number[],
): Map<number, Vector3> {
  const turned = new Map(places);
  torsions.forEach(([, from, to], at) => {
    const origin = turned.get(rowOf.get(to)!)!;
    const axis = unit(minus(origin, turned.get(rowOf.get(from)!)!));
    if (axis === null) return;
    const angle = ((wanted[at]! - present[at]!) * Math.PI) / 180;
    for (const [atom, place] of turned) {
      if (levelOf(model.atoms.name[atom]!) > levelOf(to)) turned.set(atom, rotate(place, origin, axis, angle));
    }
  });
  return turned;
}

/** Rodrigues' rotation about an axis through a point. */
function rotate(place: Vector3, origin: Vector3, axis: Vector3, angle: number): Vector3 {
  const from = minus(place, origin);
  const cosine = Math.cos(angle);
  const along = dot(axis, from) * (1 - cosine);
  return plus(origin, combine([cosine, from], [Math.sin(angle), cross(axis, from)], [along, axis]));
}

function neighboursOf({ atoms }: Model, residue: number, [cx, cy, cz]: Vector3): number[] {
  const { xyz } = atoms;
  const near: number[] = [];
  for (let atom = 0, at = 0; atom < atoms.count; atom++, at += 3) {
    const x = xyz[at]! - cx;
    if (x >= reach || x <= -reach) continue;
    const y = xyz[at + 1]! - cy;
    const z = xyz[at + 2]! - cz;
    if (x * x + y * y + z * z >= reach * reach) continue;
    if (atoms.residue[atom] !== residue && !isHydrogenElement(atoms.element[atom]!)) near.push(atom);
  }
  return near;
}

function touches(
  { atoms }: Model,
  moving: readonly number[],
  places: ReadonlyMap<number, Vector3>,
  others: readonly number[],
): boolean {
  const { xyz, element } = atoms;
  return moving.some((atom) => {
    const [x, y, z] = places.get(atom)!;
    return others.some((other) => {
      const squared = (xyz[3 * other]! - x) ** 2 + (xyz[3 * other + 1]! - y) ** 2 + (xyz[3 * other + 2]! - z) ** 2;
      if (squared >= longestContact * longestContact) return false;
      const limit = leastDistance(elementSymbol(element[atom]!), elementSymbol(element[other]!));
      return squared < limit * limit;
    });
  });
}

function leastDistance(one: string, other: string): number {
  const isPolar = (symbol: string): boolean => symbol === "N" || symbol === "O";
  if (isPolar(one) && isPolar(other)) return hydrogenBondContact;
  return (radii[one] ?? otherRadius) + (radii[other] ?? otherRadius) - toleratedOverlap;
}

function meanDensity(
  grid: TrilinearGrid,
  moving: readonly number[],
  places: ReadonlyMap<number, Vector3>,
): number | null {
  const sum = moving.reduce((total, atom) => total + trilinearValue(grid, ...places.get(atom)!), 0);
  return Number.isFinite(sum) ? sum / moving.length : null;
}
