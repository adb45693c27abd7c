// Residues looked up in a folder of monomer dictionaries.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { loadDictionary } from "../chemistry/dictionary.ts";
import { addLibraryMonomers, readLibraryMonomers } from "./monomer-library.node.ts";

const folder = mkdtempSync(join(tmpdir(), "emend-library-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** As the library of 2013 writes them: a global_ section, energy types of hydrogens, neither tree nor charge needed. */
const monomer = (name: string): string => `global_
_lib_name         ?
_lib_version      ?
#
data_comp_list
loop_
_chem_comp.id
_chem_comp.three_letter_code
_chem_comp.name
_chem_comp.group
_chem_comp.number_atoms_all
_chem_comp.number_atoms_nh
_chem_comp.desc_level
${name}      ${name} 'A THING              ' non-polymer           2  2 .
data_comp_${name}
loop_
_chem_comp_atom.comp_id
_chem_comp_atom.atom_id
_chem_comp_atom.type_symbol
_chem_comp_atom.type_energy
_chem_comp_atom.partial_charge
 ${name} C1 C CH3 0.000
 ${name} O1 O OH1 0.000
loop_
_chem_comp_bond.comp_id
_chem_comp_bond.atom_id_1
_chem_comp_bond.atom_id_2
_chem_comp_bond.type
_chem_comp_bond.value_dist
_chem_comp_bond.value_dist_esd
 ${name} C1 O1 single 1.432 0.020
`;

for (const [name, file] of [
  ["QQQ", "q/QQQ.cif"],
  ["CON", "c/CON_CON.cif"],
  ["ALA", "a/ALA.cif"],
] as const) {
  mkdirSync(join(folder, "monomers", file.slice(0, 1)), { recursive: true });
  writeFileSync(join(folder, "monomers", file), monomer(name));
}

test("residues that are not built in come from their file, others are left out", async () => {
  const dictionary = await addLibraryMonomers(loadDictionary(), folder, ["QQQ", "CON", "ALA", "QQQ", "ZZZ"]);
  expect(dictionary.monomers.get("QQQ")!.bonds[0]).toMatchObject({ distance: 1.432, sigma: 0.02 });
  expect(dictionary.monomers.get("CON")!.atoms.map(({ energyType }) => energyType)).toEqual(["CH3", "OH1"]);
  expect(dictionary.monomers.get("ALA")).toBe(loadDictionary().monomers.get("ALA"));
  expect(dictionary.monomers.has("ZZZ")).toBe(false);
  expect(dictionary.links).toBe(loadDictionary().links);
});

test("the folder of letters itself does as well", async () => {
  const found = await readLibraryMonomers(join(folder, "monomers"), ["QQQ"]);
  expect([...found.keys()]).toEqual(["QQQ"]);
});

test("a residue name never leads out of the folder", async () => {
  writeFileSync(join(folder, "OUT.cif"), monomer("OUT"));
  expect((await readLibraryMonomers(folder, ["../../OUT", "a/../../OUT", ""])).size).toBe(0);
});

test.each([
  ["/nowhere/at/all", "There is no such folder"],
  [join(folder, "monomers", "q"), "This folder has no monomers/a/*.cif"],
])("a folder that is none is refused with a way out: %s", async (path, message) => {
  await expect(readLibraryMonomers(path, ["QQQ"])).rejects.toMatchObject({ code: "MONOMER_LIBRARY", message });
});

test("a broken file of the library is named", async () => {
  writeFileSync(join(folder, "monomers", "q", "QBAD.cif"), "data_x\nloop_\n_a.b\n_a.c\n1\n");
  await expect(readLibraryMonomers(folder, ["QBAD"])).rejects.toMatchObject({
    code: "CIF_SYNTAX",
    file: expect.stringContaining("QBAD.cif"),
  });
});

const debian = "/usr/share/refmac";

describe.skipIf(!existsSync(debian))("Debian's refmac-dictionary (needs the package)", () => {
  test("gives sugars, cofactors and modified residues with types the built-in table has", async () => {
    const names = ["NAG", "MAN", "FUC", "HEM", "FAD", "SEP", "PSU", "SF4"];
    const found = await readLibraryMonomers(debian, names);
    expect([...found.keys()]).toEqual(names);
    const { energyTypes } = loadDictionary();
    const unknown = [...found.values()].flatMap(({ atoms }) =>
      atoms.filter((atom) => !energyTypes.has(atom.energyType)),
    );
    expect(unknown).toEqual([]);
  });
});
