// Restraint dictionaries in the vocabularies of their makers; dictionaries without values are refused.
import { expect, test } from "vitest";
import { createRunContext } from "../../base/run-context.ts";
import { readUserDictionary } from "./read-dictionary.ts";

const monomer = `data_comp_list
loop_
_chem_comp.id
_chem_comp.name
_chem_comp.group
LIG 'some ligand' NON-POLYMER
data_comp_LIG
loop_
_chem_comp_atom.comp_id
_chem_comp_atom.atom_id
_chem_comp_atom.type_symbol
_chem_comp_atom.type_energy
_chem_comp_atom.charge
LIG C1 C CT 0
LIG "O1'" O OC -1
LIG N1 N NT 0
loop_
_chem_comp_bond.comp_id
_chem_comp_bond.atom_id_1
_chem_comp_bond.atom_id_2
_chem_comp_bond.type
_chem_comp_bond.value_dist
_chem_comp_bond.value_dist_esd
LIG C1 "O1'" SINGLE 1.43 0.02
LIG C1 N1 single 1.47 0.02
loop_
_chem_comp_angle.comp_id
_chem_comp_angle.atom_id_1
_chem_comp_angle.atom_id_2
_chem_comp_angle.atom_id_3
_chem_comp_angle.value_angle
_chem_comp_angle.value_angle_esd
LIG "O1'" C1 N1 109.5 3.0
loop_
_chem_comp_tor.comp_id
_chem_comp_tor.id
_chem_comp_tor.atom_id_1
_chem_comp_tor.atom_id_2
_chem_comp_tor.atom_id_3
_chem_comp_tor.atom_id_4
_chem_comp_tor.value_angle
_chem_comp_tor.value_angle_esd
_chem_comp_tor.period
LIG var_1 N1 C1 "O1'" C1 60.0 20.0 3
LIG free N1 C1 "O1'" C1 . . 0
loop_
_chem_comp_chir.comp_id
_chem_comp_chir.id
_chem_comp_chir.atom_id_centre
_chem_comp_chir.atom_id_1
_chem_comp_chir.atom_id_2
_chem_comp_chir.atom_id_3
_chem_comp_chir.volume_sign
LIG chir_1 C1 N1 "O1'" N1 negativ
loop_
_chem_comp_plane_atom.comp_id
_chem_comp_plane_atom.plane_id
_chem_comp_plane_atom.atom_id
_chem_comp_plane_atom.dist_esd
LIG plan-1 C1 0.03
LIG plan-1 N1 ?
`;

const link = `data_link_list
loop_
_chem_link.id
_chem_link.comp_id_1
_chem_link.mod_id_1
_chem_link.group_comp_1
_chem_link.comp_id_2
_chem_link.mod_id_2
_chem_link.group_comp_2
LIG-CYS LIG . . CYS CYSmod peptide
data_link_LIG-CYS
_chem_link_bond.link_id LIG-CYS
_chem_link_bond.atom_1_comp_id 1
_chem_link_bond.atom_id_1 C1
_chem_link_bond.atom_2_comp_id 2
_chem_link_bond.atom_id_2 SG
_chem_link_bond.type single
_chem_link_bond.value_dist 1.82
_chem_link_bond.value_dist_esd 0.02
`;

test("a monomer has its atoms, restraints, group and name", () => {
  const ligand = readUserDictionary(monomer, "l.cif").monomers!.get("LIG")!;
  expect([ligand.name, ligand.group]).toEqual(["some ligand", "NON-POLYMER"]);
  expect(ligand.atoms.map(({ id, element, energyType, charge }) => [id, element, energyType, charge])).toEqual([
    ["C1", "C", "CT", 0],
    ["O1'", "O", "OC", -1],
    ["N1", "N", "NT", 0],
  ]);
  expect(ligand.bonds[0]).toMatchObject({ atom1: "C1", atom2: "O1'", order: "single", distance: 1.43, sigma: 0.02 });
  expect(ligand.angles[0]).toMatchObject({ atom2: "C1", angle: 109.5, sigma: 3 });
  expect(ligand.torsions.map(({ id, sigma, period }) => [id, sigma, period])).toEqual([
    ["var_1", 20, 3],
    ["free", 0, 0],
  ]);
  expect(ligand.chiralities[0]).toMatchObject({ centre: "C1", sign: "negative" });
  expect(ligand.planes).toEqual([{ id: "plan-1", atoms: ["C1", "N1"], sigmas: [0.03, 0.02] }]);
});

test("a link has its sides and its bond", () => {
  const { sides, bonds } = readUserDictionary(link, "l.cif").links!.get("LIG-CYS")!;
  expect(sides[1]).toEqual({ compId: "CYS", modification: "CYSmod", group: "peptide" });
  expect(bonds).toEqual([
    {
      atoms: [
        { component: 1, id: "C1" },
        { component: 2, id: "SG" },
      ],
      distance: 1.82,
      sigma: 0.02,
    },
  ]);
});

test("a modification has its actions and new values", () => {
  const text = `data_mod_CYSmod
loop_
_chem_mod_atom.mod_id
_chem_mod_atom.function
_chem_mod_atom.atom_id
_chem_mod_atom.new_type_energy
CYSmod delete HG .
CYSmod change SG S2
_chem_mod_bond.mod_id CYSmod
_chem_mod_bond.function change
_chem_mod_bond.atom_id_1 CB
_chem_mod_bond.atom_id_2 SG
_chem_mod_bond.new_value_dist 1.81
_chem_mod_bond.new_value_dist_esd 0.02
loop_
_chem_mod_tor.mod_id
_chem_mod_tor.function
_chem_mod_tor.id
_chem_mod_tor.new_value_angle
CYSmod change chi1 55
CYSmod add extra 66
`;
  const { atoms, bonds, torsions } = readUserDictionary(text, "l.cif").modifications!.get("CYSmod")!;
  expect(atoms.map(({ action, id, energyType }) => [action, id, energyType])).toEqual([
    ["delete", "HG", ""],
    ["change", "SG", "S2"],
  ]);
  expect(bonds[0]).toMatchObject({ action: "change", atom1: "CB", distance: 1.81, sigma: 0.02 });
  // NaN leaves the monomer's value as it is.
  expect(torsions[0]).toMatchObject({ action: "change", angle: 55, sigma: Number.NaN, period: Number.NaN });
  expect(torsions[1]).toMatchObject({ action: "add", angle: 66, sigma: 0, period: 0 });
});

test.each([
  ["a bond without a value", monomer.replace("1.43 0.02", "? ?"), "data block comp_LIG"],
  ["a bond with a sigma below zero", monomer.replace("1.43 0.02", "1.43 -0.1"), "data block comp_LIG"],
  ["an angle without a value", monomer.replace("109.5 3.0", ". 3.0"), "data block comp_LIG"],
  ["a torsion with sigma alone", monomer.replace("60.0 20.0", ". 20.0"), "data block comp_LIG"],
  ["a link without a distance", link.replace("1.82", "?"), "data block link_LIG-CYS"],
  ["atoms alone", monomer.slice(0, monomer.indexOf("loop_\n_chem_comp_bond")), "data block comp_LIG"],
])("%s is refused with its block", (_name, text, place) => {
  expect(() => readUserDictionary(text, "l.cif")).toThrow(
    expect.objectContaining({ code: "DICTIONARY_VALUES", file: "l.cif", place, hint: expect.stringMatching(/AceDRG/) }),
  );
});

test("a file without definitions is refused", () => {
  expect(() => readUserDictionary("data_x\n_entry.id x\n", "l.cif")).toThrow(
    expect.objectContaining({ code: "DICTIONARY_EMPTY", file: "l.cif" }),
  );
});

test("what is odd but can be used is said with file and monomer", () => {
  const context = createRunContext();
  const text = monomer.replace("1.43 0.02", "1.43 0") + monomer.slice(monomer.indexOf("data_comp_LIG"));
  const ligand = readUserDictionary(text, "l.cif", context).monomers!.get("LIG")!;
  expect(ligand.bonds[0]!.sigma).toBe(0.02);
  const said = context.diagnostics.entries.map(({ code, examples }) => `${code} ${examples.join("; ")}`);
  expect(said).toEqual(["DICTIONARY_SIGMA l.cif: LIG, C1 - O1'", "DICTIONARY_DUPLICATE l.cif: LIG, the whole"]);
});
