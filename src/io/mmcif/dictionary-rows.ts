// Rows of the categories of a restraint dictionary, and what monomers, links and modifications have in common.
import type { MonomerAngle, MonomerBond, MonomerTorsion } from "../../chemistry/monomer.ts";
import { type CifBlock, cifColumn, findCategory } from "../../text/cif.ts";

export type Row = (item: string) => string | null;

/** Rows of a category as functions from item to value. */
export function rowsOf(block: CifBlock, name: string): Row[] {
  const category = findCategory(block, name);
  if (!category) return [];
  const columns = new Map(
    category.tags.map((tag) => [tag.slice(name.length + 1).toLowerCase(), tag.slice(name.length + 1)]),
  );
  const values = new Map([...columns].map(([key, item]) => [key, cifColumn(category, item)] as const));
  const count = category.values.length / category.tags.length;
  return Array.from({ length: count }, (_, row) => (item: string) => values.get(item.toLowerCase())?.[row] ?? null);
}

export function numberOf(row: Row, ...items: string[]): number {
  for (const item of items) {
    const value = row(item);
    if (value !== null) return Number(value);
  }
  return Number.NaN;
}

function optionalNumber(row: Row, ...items: string[]): number | null {
  const value = numberOf(row, ...items);
  return Number.isNaN(value) ? null : value;
}

export function bondOf(row: Row): MonomerBond {
  return {
    atom1: row("atom_id_1") ?? "",
    atom2: row("atom_id_2") ?? "",
    order: (row("type") ?? row("value_order") ?? "single").toLowerCase(),
    distance: numberOf(row, "value_dist"),
    sigma: numberOf(row, "value_dist_esd"),
    distanceNucleus: optionalNumber(row, "value_dist_nucleus", "value_dist_neutron"),
    sigmaNucleus: optionalNumber(row, "value_dist_nucleus_esd"),
  };
}

export function angleOf(row: Row): MonomerAngle {
  return {
    atom1: row("atom_id_1") ?? "",
    atom2: row("atom_id_2") ?? "",
    atom3: row("atom_id_3") ?? "",
    angle: numberOf(row, "value_angle"),
    sigma: numberOf(row, "value_angle_esd"),
  };
}

export function torsionOf(row: Row): MonomerTorsion {
  return {
    id: row("id") ?? "",
    atom1: row("atom_id_1") ?? "",
    atom2: row("atom_id_2") ?? "",
    atom3: row("atom_id_3") ?? "",
    atom4: row("atom_id_4") ?? "",
    angle: numberOf(row, "value_angle"),
    sigma: numberOf(row, "value_angle_esd"),
    period: numberOf(row, "period"),
  };
}

/** Torsions without sigma are free, those without period have one minimum. */
export function settleTorsion<Torsion extends { readonly sigma: number; readonly period: number }>(
  torsion: Torsion,
): Torsion {
  return { ...torsion, sigma: torsion.sigma || 0, period: torsion.period || 0 };
}

export function signOf(text: string | null): "positive" | "negative" | "both" {
  const lower = (text ?? "both").toLowerCase();
  if (lower.startsWith("pos")) return "positive";
  return lower.startsWith("neg") ? "negative" : "both";
}

/** Of the monomer library, Angstrom. */
export const defaultPlaneSigma = 0.02;

export function groupPlanes<Atom>(
  rows: readonly Row[],
  atomOf: (row: Row) => Atom,
): { id: string; atoms: Atom[]; sigmas: number[] }[] {
  const planes = new Map<string, { id: string; atoms: Atom[]; sigmas: number[] }>();
  for (const row of rows) {
    const id = row("plane_id") ?? "";
    const plane = planes.get(id) ?? { id, atoms: [], sigmas: [] };
    plane.atoms.push(atomOf(row));
    plane.sigmas.push(numberOf(row, "dist_esd") || defaultPlaneSigma);
    planes.set(id, plane);
  }
  return [...planes.values()];
}
