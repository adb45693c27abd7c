// Reads restraint dictionaries of users: monomers, links and modifications in the CCP4 and PDB vocabularies.
import { InputError } from "../../base/errors.ts";
import type {
  Dictionary,
  Link,
  LinkAtom,
  Modification,
  ModificationAction,
  Monomer,
  MonomerAngle,
  MonomerBond,
  MonomerTorsion,
} from "../../chemistry/monomer.ts";
import { type CifBlock, cifColumn, findCategory, parseCif } from "../../text/cif.ts";

type Row = (item: string) => string | null;

/** Rows of a category as functions from item to value. */
function rowsOf(block: CifBlock, name: string): Row[] {
  const category = findCategory(block, name);
  if (!category) return [];
  const columns = new Map(
    category.tags.map((tag) => [tag.slice(name.length + 1).toLowerCase(), tag.slice(name.length + 1)]),
  );
  const values = new Map([...columns].map(([key, item]) => [key, cifColumn(category, item)] as const));
  const count = category.values.length / category.tags.length;
  return Array.from({ length: count }, (_, row) => (item: string) => values.get(item.toLowerCase())?.[row] ?? null);
}

function numberOf(row: Row, ...items: string[]): number {
  for (const item of items) {
    const value = row(item);
    if (value !== null) return Number(value);
  }
  return Number.NaN;
}

/**
 * Reads monomers, links and modifications of a restraint dictionary.
 * Throws InputError CIF_SYNTAX, DICTIONARY_EMPTY, or DICTIONARY_VALUES where distances or angles are missing.
 */
export function readUserDictionary(text: string, fileName: string): Partial<Dictionary> {
  const document = parseCif(text, fileName);
  const monomers = new Map<string, Monomer>();
  const links = new Map<string, Link>();
  const modifications = new Map<string, Modification>();
  const headers = new Map<string, Row>();
  for (const block of document.blocks) {
    for (const row of rowsOf(block, "_chem_comp")) headers.set(row("id") ?? "", row);
  }
  for (const block of document.blocks) {
    for (const monomer of readMonomers(block, headers, fileName)) monomers.set(monomer.id, monomer);
    for (const link of readLinks(block, document.blocks)) {
      checkValues(link.id, link, fileName, `data block link_${link.id}`);
      links.set(link.id, link);
    }
    for (const modification of readModifications(block, document.blocks)) {
      modifications.set(modification.id, modification);
    }
  }
  if (monomers.size + links.size + modifications.size === 0) {
    throw new InputError({
      code: "DICTIONARY_EMPTY",
      message: "No monomer, link or modification is defined here",
      file: fileName,
      hint: "Make a dictionary with AceDRG, eLBOW or Grade2",
    });
  }
  return { monomers, links, modifications };
}

function readMonomers(block: CifBlock, headers: ReadonlyMap<string, Row>, fileName: string): Monomer[] {
  const atoms = rowsOf(block, "_chem_comp_atom");
  const ids = [...new Set(atoms.map((row) => row("comp_id") ?? ""))];
  return ids.map((id) => {
    const own = (category: string): Row[] => rowsOf(block, category).filter((row) => (row("comp_id") ?? id) === id);
    const header = headers.get(id);
    const monomer: Monomer = {
      id,
      name: header?.("name") ?? id,
      group: header?.("group") ?? header?.("type") ?? "NON-POLYMER",
      atoms: own("_chem_comp_atom").map((row) => ({
        id: row("atom_id") ?? "",
        element: row("type_symbol") ?? "",
        energyType: row("type_energy") ?? "",
        charge: Number(row("charge") ?? row("partial_charge") ?? 0) || 0,
      })),
      bonds: own("_chem_comp_bond").map(bondOf),
      angles: own("_chem_comp_angle").map(angleOf),
      torsions: own("_chem_comp_tor").map((row) => settleTorsion(torsionOf(row))),
      chiralities: own("_chem_comp_chir")
        .filter((row) => row("atom_id_3") !== null)
        .map((row) => ({
          id: row("id") ?? "",
          centre: row("atom_id_centre") ?? "",
          atom1: row("atom_id_1") ?? "",
          atom2: row("atom_id_2") ?? "",
          atom3: row("atom_id_3") ?? "",
          sign: signOf(row("volume_sign")),
        })),
      planes: groupPlanes(own("_chem_comp_plane_atom"), (row) => row("atom_id") ?? ""),
    };
    checkMonomer(monomer, fileName);
    return monomer;
  });
}

/** What monomers and links have in common. */
interface Restraints {
  readonly bonds: readonly { readonly distance: number; readonly sigma: number }[];
  readonly angles: readonly { readonly angle: number; readonly sigma: number }[];
  readonly torsions: readonly { readonly angle: number; readonly sigma: number }[];
}

/** Files of the PDB's own component dictionary state connectivity without ideal values. */
function checkMonomer(monomer: Monomer, fileName: string): void {
  const place = `data block comp_${monomer.id}`;
  if (monomer.atoms.length > 1 && monomer.bonds.length === 0) {
    throw valuesError(`${monomer.id} has atoms but no bonds`, fileName, place);
  }
  checkValues(monomer.id, monomer, fileName, place);
}

function checkValues(id: string, { bonds, angles, torsions }: Restraints, fileName: string, place: string): void {
  const isGood =
    bonds.every(({ distance, sigma }) => distance > 0 && sigma > 0) &&
    angles.every(({ angle, sigma }) => angle > 0 && sigma > 0) &&
    // Torsions without sigma are free.
    torsions.every(({ angle, sigma }) => sigma === 0 || Number.isFinite(angle));
  if (!isGood) throw valuesError(`${id} has restraints without ideal values or sigmas`, fileName, place);
}

function valuesError(message: string, file: string, place: string): InputError {
  return new InputError({
    code: "DICTIONARY_VALUES",
    message,
    file,
    place,
    hint: "Make a dictionary with AceDRG, eLBOW or Grade2; component files of the PDB carry no restraints",
  });
}

function bondOf(row: Row): MonomerBond {
  return {
    atom1: row("atom_id_1") ?? "",
    atom2: row("atom_id_2") ?? "",
    order: (row("type") ?? row("value_order") ?? "single").toLowerCase(),
    distance: numberOf(row, "value_dist"),
    sigma: numberOf(row, "value_dist_esd"),
    distanceNucleus: row("value_dist_nucleus") === null ? null : numberOf(row, "value_dist_nucleus"),
    sigmaNucleus: row("value_dist_nucleus_esd") === null ? null : numberOf(row, "value_dist_nucleus_esd"),
  };
}

function angleOf(row: Row): MonomerAngle {
  return {
    atom1: row("atom_id_1") ?? "",
    atom2: row("atom_id_2") ?? "",
    atom3: row("atom_id_3") ?? "",
    angle: numberOf(row, "value_angle"),
    sigma: numberOf(row, "value_angle_esd"),
  };
}

function torsionOf(row: Row): MonomerTorsion {
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
function settleTorsion<Torsion extends { readonly sigma: number; readonly period: number }>(torsion: Torsion): Torsion {
  return { ...torsion, sigma: torsion.sigma || 0, period: torsion.period || 0 };
}

function signOf(text: string | null): "positive" | "negative" | "both" {
  const lower = (text ?? "both").toLowerCase();
  if (lower.startsWith("pos")) return "positive";
  return lower.startsWith("neg") ? "negative" : "both";
}

/** Of the monomer library, Angstrom. */
const defaultPlaneSigma = 0.02;

function groupPlanes<Atom>(
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

function linkAtom(row: Row, suffix: string): LinkAtom {
  return { component: row(`atom_${suffix}_comp_id`) === "2" ? 2 : 1, id: row(`atom_id_${suffix}`) ?? "" };
}

function readLinks(block: CifBlock, all: readonly CifBlock[]): Link[] {
  const ids = new Set(rowsOf(block, "_chem_link_bond").map((row) => row("link_id") ?? ""));
  const headers = new Map(all.flatMap((other) => rowsOf(other, "_chem_link")).map((row) => [row("id") ?? "", row]));
  return [...ids].map((id) => {
    const own = (category: string): Row[] => rowsOf(block, category).filter((row) => row("link_id") === id);
    const header = headers.get(id);
    const side = (number: 1 | 2): Link["sides"][0] => ({
      compId: header?.(`comp_id_${number}`) ?? "",
      modification: header?.(`mod_id_${number}`) ?? "",
      group: header?.(`group_comp_${number}`) ?? "",
    });
    return {
      id,
      sides: [side(1), side(2)],
      bonds: own("_chem_link_bond").map((row) => ({
        atoms: [linkAtom(row, "1"), linkAtom(row, "2")],
        distance: numberOf(row, "value_dist"),
        sigma: numberOf(row, "value_dist_esd"),
      })),
      angles: own("_chem_link_angle").map((row) => ({
        atoms: [linkAtom(row, "1"), linkAtom(row, "2"), linkAtom(row, "3")],
        angle: numberOf(row, "value_angle"),
        sigma: numberOf(row, "value_angle_esd"),
      })),
      torsions: own("_chem_link_tor").map((row) => ({
        id: row("id") ?? "",
        atoms: [linkAtom(row, "1"), linkAtom(row, "2"), linkAtom(row, "3"), linkAtom(row, "4")],
        angle: numberOf(row, "value_angle"),
        sigma: numberOf(row, "value_angle_esd") || 0,
        period: Number(row("period") ?? 0) || 0,
      })),
      chiralities: own("_chem_link_chir").map((row) => ({
        id: row("id") ?? "",
        atoms: [linkAtom(row, "centre"), linkAtom(row, "1"), linkAtom(row, "2"), linkAtom(row, "3")],
        sign: signOf(row("volume_sign")),
      })),
      planes: groupPlanes(own("_chem_link_plane"), (row) => ({
        component: row("atom_comp_id") === "2" ? (2 as const) : (1 as const),
        id: row("atom_id") ?? "",
      })),
    };
  });
}

function readModifications(block: CifBlock, all: readonly CifBlock[]): Modification[] {
  const categories = ["atom", "bond", "angle", "tor", "chir", "plane_atom"].map((part) => `_chem_mod_${part}`);
  const ids = new Set(categories.flatMap((category) => rowsOf(block, category).map((row) => row("mod_id") ?? "")));
  const headers = new Map(all.flatMap((other) => rowsOf(other, "_chem_mod")).map((row) => [row("id") ?? "", row]));
  return [...ids].map((id) => {
    const own = (category: string): Row[] => rowsOf(block, category).filter((row) => row("mod_id") === id);
    const action = (row: Row): ModificationAction => (row("function") ?? "change").toLowerCase() as ModificationAction;
    /** New values of modifications carry the prefix "new_". */
    const renamed =
      (row: Row): Row =>
      (item) =>
        row(`new_${item}`) ?? row(item);
    return {
      id,
      compId: headers.get(id)?.("comp_id") ?? "",
      group: headers.get(id)?.("group_id") ?? "",
      atoms: own("_chem_mod_atom").map((row) => ({
        action: action(row),
        id: row("atom_id") ?? "",
        newId: row("new_atom_id") ?? "",
        element: row("new_type_symbol") ?? "",
        energyType: row("new_type_energy") ?? "",
        charge: row("new_charge") === null ? null : numberOf(row, "new_charge"),
      })),
      bonds: own("_chem_mod_bond").map((row) => ({ action: action(row), ...bondOf(renamed(row)) })),
      angles: own("_chem_mod_angle").map((row) => ({ action: action(row), ...angleOf(renamed(row)) })),
      torsions: own("_chem_mod_tor").map((row) => {
        const torsion = torsionOf(renamed(row));
        // Values that a change leaves out stay the monomer's.
        return { action: action(row), ...(action(row) === "add" ? settleTorsion(torsion) : torsion) };
      }),
      chiralities: own("_chem_mod_chir").map((row) => ({
        action: action(row),
        id: row("id") ?? "",
        centre: row("atom_id_centre") ?? "",
        atom1: row("atom_id_1") ?? "",
        atom2: row("atom_id_2") ?? "",
        atom3: row("atom_id_3") ?? "",
        sign: signOf(row("new_volume_sign")),
      })),
      planes: own("_chem_mod_plane_atom").map((row) => ({
        action: action(row),
        id: row("plane_id") ?? "",
        atoms: [row("atom_id") ?? ""],
        sigmas: [numberOf(row, "new_dist_esd") || defaultPlaneSigma],
      })),
    };
  });
}
