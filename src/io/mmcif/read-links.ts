// Reads links and modifications of a restraint dictionary.
import type { Link, LinkAtom, Modification, ModificationAction } from "../../chemistry/monomer.ts";
import type { CifBlock } from "../../text/cif.ts";
import {
  angleOf,
  bondOf,
  defaultPlaneSigma,
  groupPlanes,
  numberOf,
  type Row,
  rowsOf,
  settleTorsion,
  signOf,
  torsionOf,
} from "./dictionary-rows.ts";

function linkAtom(row: Row, suffix: string): LinkAtom {
  return { component: row(`atom_${suffix}_comp_id`) === "2" ? 2 : 1, id: row(`atom_id_${suffix}`) ?? "" };
}

export function readLinks(block: CifBlock, all: readonly CifBlock[]): Link[] {
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

export function readModifications(block: CifBlock, all: readonly CifBlock[]): Modification[] {
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
