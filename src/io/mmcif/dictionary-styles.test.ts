// One small molecule, (R)-lactate, as each maker of dictionaries writes it: all are read alike; component files are refused.
import { describe, expect, test } from "vitest";
import { createRunContext, type RunContext } from "../../base/run-context.ts";
import type { Monomer } from "../../chemistry/monomer.ts";
import { readUserDictionary } from "./read-dictionary.ts";

type Rows = readonly (readonly string[])[];

function loop(category: string, items: string, rows: Rows): string {
  const tags = items.split(" ").map((item) => `_${category}.${item}`);
  const quote = (value: string): string => (/^[^\s'"]+'?$/.test(value) ? value : `"${value}"`);
  return ["loop_", ...tags, ...rows.map((row) => row.map(quote).join("  ")), ""].join("\n");
}

const prefixed = (rows: Rows): Rows => rows.map((row) => ["LAT", ...row]);

/** Name, element, energy type, charge. */
const atoms: Rows = [
  ["C1", "C", "C", "0"],
  ["O1", "O", "OC", "-1"],
  ["O1'", "O", "O", "0"],
  ["C2", "C", "CH1", "0"],
  ["O2", "O", "OH1", "0"],
  ["C3", "C", "CH3", "0"],
  ["H2", "H", "HCH1", "0"],
];
/** Atoms, order, length, sigma, length to the nucleus. */
const bonds: Rows = [
  ["C1", "O1", "single", "1.244", "0.0137", "1.244"],
  ["C1", "O1'", "double", "1.244", "0.0137", "1.244"],
  ["C1", "C2", "single", "1.530", "0.0113", "1.530"],
  ["C2", "O2", "single", "1.415", "0.0110", "1.415"],
  ["C2", "C3", "single", "1.515", "0.0164", "1.515"],
  ["C2", "H2", "single", "0.991", "0.0133", "1.092"],
];
const angles: Rows = [
  ["O1", "C1", "O1'", "125.4", "1.50"],
  ["O1", "C1", "C2", "117.3", "1.50"],
  ["O1'", "C1", "C2", "117.3", "1.50"],
  ["C1", "C2", "O2", "111.0", "1.94"],
  ["C1", "C2", "C3", "110.0", "1.83"],
  ["O2", "C2", "C3", "110.1", "1.50"],
  ["C1", "C2", "H2", "108.5", "1.50"],
];
/** Id, atoms, angle, sigma, period. */
const torsions: Rows = [["tor_1", "O1", "C1", "C2", "O2", "0.0", "10.0", "6"]];
const hand: readonly string[] = ["chir_1", "C2", "O2", "C1", "C3"];
const plane: Rows = ["C1", "C2", "O1", "O1'"].map((atom) => ["plan-1", atom, "0.02"]);

const columns = (rows: Rows, ...picked: readonly (number | string)[]): Rows =>
  rows.map((row) => picked.map((at) => (typeof at === "number" ? row[at]! : at)));
const upper = (rows: Rows, at: number): Rows => rows.map((row) => row.with(at, row[at]!.toUpperCase()));

const angleLoop = loop(
  "chem_comp_angle",
  "comp_id atom_id_1 atom_id_2 atom_id_3 value_angle value_angle_esd",
  prefixed(angles),
);
const torsionItems = "comp_id id atom_id_1 atom_id_2 atom_id_3 atom_id_4 value_angle value_angle_esd period";
const torsionLoop = loop("chem_comp_tor", torsionItems, prefixed(torsions));
const chiralLoop = (sign: string): string =>
  loop("chem_comp_chir", "comp_id id atom_id_centre atom_id_1 atom_id_2 atom_id_3 volume_sign", [
    ["LAT", ...hand, sign],
  ]);
const planeLoop = loop("chem_comp_plane_atom", "comp_id plane_id atom_id dist_esd", prefixed(plane));
const list = (group: string): string =>
  `data_comp_list\n${loop("chem_comp", "id three_letter_code name group number_atoms_all number_atoms_nh desc_level", [
    ["LAT", "LAT", "(R)-2-hydroxypropanoate", group, "7", "6", "."],
  ])}`;

const styles: Readonly<Record<string, string>> = {
  // Values for electron clouds and nuclei, hands written out, its own descriptors beside.
  AceDRG: [
    list("NON-POLYMER"),
    "data_comp_LAT",
    loop(
      "chem_comp_atom",
      "comp_id atom_id type_symbol type_energy charge x y z",
      prefixed(columns(atoms, 0, 1, 2, 3, "0.1", "-2.5", "1.0")),
    ),
    loop(
      "chem_comp_bond",
      "comp_id atom_id_1 atom_id_2 type aromatic value_dist_nucleus value_dist_nucleus_esd value_dist value_dist_esd",
      prefixed(columns(upper(bonds, 2), 0, 1, 2, "n", 5, 4, 3, 4)),
    ),
    angleLoop,
    torsionLoop,
    chiralLoop("negative"),
    planeLoop,
    loop("acedrg_chem_comp_descriptor", "comp_id program_name program_version type", [
      ["LAT", "acedrg", "300", "dictionary generator"],
    ]),
  ].join("\n"),
  // Partial charges beside formal ones, a column for neutrons, bare single rows where there is one of a kind.
  eLBOW: [
    "# restraints by a quantum method",
    list("ligand"),
    "data_comp_LAT",
    loop(
      "chem_comp_atom",
      "comp_id atom_id type_symbol type_energy charge partial_charge x y z",
      prefixed(columns(atoms, 0, 1, 2, 3, ".", "0.1", "-2.5", "1.0")),
    ),
    loop(
      "chem_comp_bond",
      "comp_id atom_id_1 atom_id_2 type value_dist value_dist_esd value_dist_neutron",
      prefixed(bonds),
    ),
    angleLoop,
    `${torsionItems
      .split(" ")
      .map((item, at) => `_chem_comp_tor.${item} ${at === 0 ? "LAT" : torsions[0]![at - 1]}`)
      .join("\n")}\n`,
    chiralLoop("negativ"),
    planeLoop,
  ].join("\n"),
  // The first Grade: partial charges only where formal ones are wanted, types of the CCP4 library.
  Grade: [
    list("NON-POLYMER"),
    "data_comp_LAT",
    loop(
      "chem_comp_atom",
      "comp_id atom_id type_symbol type_energy partial_charge x y z",
      prefixed(columns(atoms, 0, 1, 2, "-0.3", "0.1", "-2.5", "1.0")),
    ),
    loop(
      "chem_comp_bond",
      "comp_id atom_id_1 atom_id_2 type value_dist value_dist_esd",
      prefixed(columns(bonds, 0, 1, 2, 3, 4)),
    ),
    angleLoop,
    torsionLoop,
    chiralLoop("negativ"),
    planeLoop,
  ].join("\n"),
  // Grade2: one block with the component's own items and remarks, no column that repeats its name.
  Grade2: [
    "data_comp_LAT",
    "_chem_comp.id LAT",
    "_chem_comp.name '(R)-2-hydroxypropanoate'",
    "_chem_comp.type NON-POLYMER",
    "_chem_comp.pdbx_formal_charge -1",
    "_gphl_chem_comp_info.comp_id LAT",
    "_gphl_chem_comp_info.arguments '--charge -1'",
    loop(
      "chem_comp_atom",
      "atom_id type_symbol charge type_energy pdbx_model_Cartn_x_ideal",
      columns(atoms, 0, 1, 3, 2, "0.1"),
    ),
    loop(
      "chem_comp_bond",
      "atom_id_1 atom_id_2 type value_dist value_dist_esd value_dist_nucleus",
      columns(bonds, 0, 1, 2, 3, 4, 5),
    ),
    loop("chem_comp_angle", "atom_id_1 atom_id_2 atom_id_3 value_angle value_angle_esd", angles),
    loop("chem_comp_tor", torsionItems.replace("comp_id ", ""), torsions),
    loop("chem_comp_chir", "id atom_id_centre atom_id_1 atom_id_2 atom_id_3 volume_sign", [[...hand, "negative"]]),
    loop("chem_comp_plane_atom", "plane_id atom_id dist_esd", plane),
  ].join("\n"),
  // The library before AceDRG: a tree of atoms, abbreviated hands.
  CCP4: [
    "global_\n_lib_name mon_lib\n_lib_version 4.11\n",
    list("NON-POLYMER"),
    "data_comp_LAT",
    loop(
      "chem_comp_atom",
      "comp_id atom_id type_symbol type_energy partial_charge",
      prefixed(columns(atoms, 0, 1, 2, 3)),
    ),
    loop("chem_comp_tree", "comp_id atom_id atom_back atom_forward connect_type", [
      ["LAT", "O1", "n/a", "C1", "START"],
      ["LAT", "C1", "O1", "C2", "."],
    ]),
    loop(
      "chem_comp_bond",
      "comp_id atom_id_1 atom_id_2 type value_dist value_dist_esd",
      prefixed(columns(bonds, 0, 1, 2, 3, 4)),
    ),
    angleLoop,
    torsionLoop,
    chiralLoop("negativ"),
    planeLoop,
  ].join("\n"),
};

function read(text: string, context: RunContext = createRunContext()): Monomer {
  return readUserDictionary(text, "lat.cif", context).monomers!.get("LAT")!;
}

describe("a dictionary is read alike, without complaint, in the style of", () => {
  const expected = read(styles.AceDRG!);

  test.each(Object.keys(styles))("%s", (style) => {
    const context = createRunContext();
    const monomer = read(styles[style]!, context);
    expect(context.diagnostics.entries).toEqual([]);
    expect(monomer.name).toBe("(R)-2-hydroxypropanoate");
    // The first Grade has no formal charges.
    const isCharged = style !== "Grade";
    expect(monomer.atoms.map(({ charge }) => charge)).toEqual([0, isCharged ? -1 : 0, 0, 0, 0, 0, 0]);
    expect(monomer.atoms.map(({ id, energyType }) => [id, energyType])).toEqual(
      atoms.map(([id, , energyType]) => [id, energyType]),
    );
    const plain = ({ atom1, atom2, order, distance, sigma }: Monomer["bonds"][0]): unknown[] => [
      atom1,
      atom2,
      order,
      distance,
      sigma,
    ];
    expect(monomer.bonds.map(plain)).toEqual(expected.bonds.map(plain));
    const { angles: a, torsions: t, chiralities: c, planes: p } = monomer;
    expect([a, t, c, p]).toEqual([expected.angles, expected.torsions, expected.chiralities, expected.planes]);
    expect(c[0]!.sign).toBe("negative");
  });

  test.each(["AceDRG", "eLBOW", "Grade2"])("%s, with lengths to the nuclei of hydrogens", (style) => {
    expect(read(styles[style]!).bonds.at(-1)).toMatchObject({ distance: 0.991, distanceNucleus: 1.092 });
  });
});

test("a component file of the PDB is refused: its bonds have no lengths", () => {
  const component = [
    "data_LAT",
    "_chem_comp.id LAT",
    "_chem_comp.name '2-HYDROXYPROPANOATE'",
    "_chem_comp.type NON-POLYMER",
    loop("chem_comp_atom", "comp_id atom_id alt_atom_id type_symbol charge", prefixed(columns(atoms, 0, 0, 1, 3))),
    loop(
      "chem_comp_bond",
      "comp_id atom_id_1 atom_id_2 value_order pdbx_aromatic_flag",
      prefixed(columns(upper(bonds, 2), 0, 1, "SING", "N")),
    ),
  ].join("\n");
  expect(() => read(component)).toThrowError(
    expect.objectContaining({
      code: "DICTIONARY_VALUES",
      message: "LAT states bonds without lengths, like the component files of the PDB",
      hint: expect.stringContaining("AceDRG, eLBOW or Grade2"),
    }),
  );
});
