// Models get the hydrogens their chemistry has: ends, links, alternates and what is missing are minded.
import { describe, expect, test } from "vitest";
import { atomLine, peptideLines, readLines } from "../../test/support/peptide.ts";
import { pointOf, residueLines } from "../../test/support/residue.ts";
import { createRunContext } from "../base/run-context.ts";
import { loadDictionary, mergeDictionaries } from "../chemistry/dictionary.ts";
import { readUserDictionary } from "../io/mmcif/read-dictionary.ts";
import { readMmcif } from "../io/mmcif/read-mmcif.ts";
import { writeMmcif } from "../io/mmcif/write-mmcif.ts";
import { readPdb } from "../io/pdb/read-pdb.ts";
import { writePdb } from "../io/pdb/write-pdb.ts";
import { distanceBetween } from "../math/internal-coordinates.ts";
import { atomLabel, type Model } from "../model/model.ts";
import { buildTopology } from "../topology/build-topology.ts";
import { type AddHydrogensOptions, addHydrogens, removeHydrogens } from "./add-hydrogens.ts";

const helix = { phi: -60, psi: -45 };
const dictionary = loadDictionary();

function complete(model: Model, options: AddHydrogensOptions = {}, known = dictionary) {
  return addHydrogens(model, known, options, createRunContext());
}

/** "H1 H2 HA" of a residue, with alternates as "HA.A". */
function hydrogensOf({ atoms }: Model, residue: number): string {
  return Array.from({ length: atoms.count }, (_, atom) => atom)
    .filter((atom) => atoms.residue[atom] === residue && atoms.element[atom] === 1)
    .map((atom) => atoms.name[atom]! + (atoms.altloc[atom] === "" ? "" : `.${atoms.altloc[atom]}`))
    .join(" ");
}

describe("hydrogens of a peptide", () => {
  const model = readLines(peptideLines(["ALA", "GLY", "ALA"], helix));
  const result = complete(model);

  test("are NH3+ on a residue numbered 1, amide and carbon hydrogens after the heavy atoms of each", () => {
    expect([0, 1, 2].map((residue) => hydrogensOf(result.model, residue))).toEqual([
      "H1 H2 H3 HA HB1 HB2 HB3",
      "H HA2 HA3",
      "H HA HB1 HB2 HB3",
    ]);
    expect([result.added, result.kept, result.removed]).toEqual([15, 0, 0]);
    const names = result.model.atoms.name.slice(0, 6);
    expect(names).toEqual(["N", "CA", "C", "O", "CB", "H1"]);
  });

  test("stand at the lengths asked for, on atoms that the dictionary bonds them to, and apart from each other", () => {
    for (const [options, lengths] of [
      [{}, { N: 0.86, C: 0.97 }],
      [{ lengths: "nuclear" }, { N: 1.02, C: 1.09 }],
      [{ ideals: "dictionary" }, { N: 0.914, C: 0.98 }],
    ] as const) {
      const { model: with1 } = complete(model, options);
      const topology = buildTopology(with1, dictionary, { unknownLigands: "error" }, createRunContext());
      const { xyz, element, name } = with1.atoms;
      const rows = topology.hydrogenParent.map((parent, row) => (parent < 0 ? -1 : row)).filter((row) => row >= 0);
      expect(rows.length).toBe(15);
      for (const row of rows) {
        const parent = topology.hydrogenParent[row]!;
        if (/^H[123]$/.test(name[row]!)) continue;
        const expected = lengths[element[parent] === 7 ? "N" : "C"];
        expect(Math.abs(distanceBetween(xyz, row, parent) - expected)).toBeLessThan(0.02);
        for (const other of rows) if (other !== row) expect(distanceBetween(xyz, row, other)).toBeGreaterThan(1.4);
      }
    }
  });

  test("take occupancy and a multiple of B from the atom they are on", () => {
    const { atoms } = complete(model, { bFactorRatio: 1.2 }).model;
    expect([...new Set(atoms.bFactor)].toSorted()).toEqual([20, 24]);
    expect([...new Set(atoms.occupancy)]).toEqual([1]);
  });

  test("survive PDB and mmCIF and are complete when read again", () => {
    const context = createRunContext();
    const asPdb = readPdb(writePdb(result.model), "a.pdb", context);
    const asMmcif = readMmcif(writeMmcif(asPdb), "a.cif", context);
    for (const again of [
      asPdb,
      asMmcif,
      readMmcif(writeMmcif(complete(asMmcif, { existing: "replace" }).model), "b.cif", context),
    ]) {
      expect(Array.from({ length: again.atoms.count }, (_, row) => atomLabel(again, row))).toEqual(
        Array.from({ length: again.atoms.count }, (_, row) => atomLabel(result.model, row)),
      );
      expect(complete(again).added).toBe(0);
    }
    expect(context.diagnostics.entries).toEqual([]);
  });

  test("come back by themselves after one was taken out, and all of them after all were", () => {
    const bare = removeHydrogens(result.model);
    expect([bare.atoms.count, bare.atoms.name]).toEqual([model.atoms.count, model.atoms.name]);
    const lines = writePdb(result.model).split("\n");
    const without = readPdb(
      lines.filter((line) => !line.includes(" HB2 ALA A   3")).join("\n"),
      "m.pdb",
      createRunContext(),
    );
    const again = complete(without);
    expect([again.added, again.kept]).toEqual([1, 14]);
    const [before, after] = [result.model, again.model].map(({ atoms }) => {
      const row = atoms.name.lastIndexOf("HB2");
      return atoms.xyz.subarray(3 * row, 3 * row + 3);
    });
    for (const axis of [0, 1, 2]) expect(after![axis]).toBeCloseTo(before![axis]!, 1);
  });
});

describe("where a peptide begins", () => {
  const later = peptideLines(["ALA", "ALA"], helix).map(
    (line) => `${line.slice(0, 22)}${String(Number(line.slice(22, 26)) + 4).padStart(4)}${line.slice(26)}`,
  );

  test("with another number than 1 one hydrogen stands on N, and the residue is named", () => {
    const { model, report } = complete(readLines(later));
    expect(hydrogensOf(model, 0)).toBe("H HA HB1 HB2 HB3");
    expect(report.brokenStarts).toEqual(["A 5 ALA"]);
  });

  test("the first residue of a chain, or none, can be charged", () => {
    expect(hydrogensOf(complete(readLines(later), { chargedStart: "chain" }).model, 0)).toContain("H1 H2 H3");
    const first = readLines(peptideLines(["ALA"], helix));
    expect(hydrogensOf(complete(first, { chargedStart: "none" }).model, 0)).toBe("H HA HB1 HB2 HB3");
  });
});

test("a charged proline has H2 and H3, which restraints know", () => {
  const proline = residueLines("PRO", "A", [
    ["CG", ["N", "CA", "CB"], 1.5, 30],
    ["CD", ["CA", "CB", "CG"], 1.5, -36],
  ]);
  const { model } = complete(readLines(proline));
  expect(hydrogensOf(model, 0)).toBe("H2 H3 HA HB2 HB3 HG2 HG3 HD2 HD3");
  const context = createRunContext();
  const topology = buildTopology(model, dictionary, { unknownLigands: "error" }, context);
  expect(topology.unrestrained).toHaveLength(0);
  expect(context.diagnostics.entries.map(({ code }) => code)).not.toContain("UNKNOWN_ATOM");
  expect(complete(model).added).toBe(0);
});

describe("what is missing or unknown", () => {
  test("keeps the hydrogens that need it away, with the reason", () => {
    const { model, report } = complete(readLines(peptideLines(["ALA", "SER"], helix)));
    expect(hydrogensOf(model, 1)).toBe("H HA");
    expect(report.notPlaced).toEqual([
      { hydrogen: "A 2 SER HB2", reason: "OG missing" },
      { hydrogen: "A 2 SER HB3", reason: "OG missing" },
    ]);
  });

  test("residues without dictionary entry stay bare and are named", () => {
    const lines = [1, 2].map((at) => atomLine(at, `C${at}`, "QQQ", 9, [at * 1.5, 0, 0]));
    const { added, report } = complete(readLines(lines));
    expect([added, report.withoutDictionary]).toEqual([0, ["A 9 QQQ"]]);
  });

  test("deuterium stays when hydrogens are replaced", () => {
    const result = complete(readLines(peptideLines(["ALA", "ALA"], helix)));
    const text = writePdb(result.model).replace(/^(ATOM.{9})H( {3}ALA A {3}2.*)H {2}$/m, "$1D$2D  ");
    expect(text).toContain(" D   ALA A   2");
    const again = complete(readPdb(text, "d.pdb", createRunContext()), { existing: "replace" });
    expect([again.kept, again.added]).toEqual([1, result.added - 1]);
    expect(hydrogensOf(again.model, 1)).toBe("HA HB1 HB2 HB3");
  });

  test("methylenes named as before 2007 or by X-PLOR are complete as they are", () => {
    const whole = complete(readLines(peptideLines(["ALA", "GLY", "ALA"], helix)));
    for (const names of [
      [" HA1", " HA2"],
      ["1HA ", "2HA "],
    ]) {
      const text = writePdb(whole.model).replace(" HA3 GLY", `${names[0]} GLY`).replace(" HA2 GLY", `${names[1]} GLY`);
      const context = createRunContext();
      const model = readPdb(text, "old.pdb", context);
      expect(addHydrogens(model, dictionary, {}, context).added).toBe(0);
      buildTopology(model, dictionary, { unknownLigands: "error" }, context);
      expect(context.diagnostics.entries.map(({ code }) => code)).not.toContain("UNKNOWN_ATOM");
    }
  });

  test("waters get hydrogens only when they are asked for", () => {
    const model = readLines([atomLine(1, "O", "HOH", 1, [0, 0, 0])]);
    expect(complete(model).added).toBe(0);
    const { atoms } = complete(model, { waters: true }).model;
    expect(atoms.name).toEqual(["O", "H1", "H2"]);
    expect(distanceBetween(atoms.xyz, 1, 2)).toBeCloseTo(2 * 0.84 * Math.sin((107.4 * Math.PI) / 360), 2);
  });
});

describe("alternates", () => {
  const lines = peptideLines(["ALA", "ALA", "ALA"], helix).flatMap((line) => {
    if (!line.includes(" CB  ALA A   2")) return [line];
    const letter = (altloc: string, occupancy: string, x: number): string =>
      `${line.slice(0, 16)}${altloc}${line.slice(17, 30)}${(Number(line.slice(30, 38)) + x).toFixed(3).padStart(8)}${line.slice(38, 54)}${occupancy}${line.slice(60)}`;
    return [letter("A", "  0.70", 0), letter("B", "  0.30", 0.2)];
  });
  const { model } = complete(readLines(lines));

  test("split the hydrogens whose neighbours differ, and no others", () => {
    expect(hydrogensOf(model, 1)).toBe("H HA.A HA.B HB1.A HB1.B HB2.A HB2.B HB3.A HB3.B");
  });

  test("share out the occupancy", () => {
    const rows = model.atoms.name.flatMap((name, row) =>
      name === "HA" && model.atoms.residue[row] === 1 ? [row] : [],
    );
    expect(rows.map((row) => model.atoms.occupancy[row])).toEqual([0.7, 0.3]);
  });
});

const sulphur = [["SG", ["N", "CA", "CB"], 1.81, -60]] as const;

/** A monomer by its bonds, all single. */
function ligandText(name: string, group: string, bondList: string): string {
  const bonds = bondList.split(" ").map((bond) => bond.split("-") as [string, string]);
  const length = (a: string, b: string): number => (a.startsWith("H") || b.startsWith("H") ? 0.97 : 1.48);
  return `data_comp_list
loop_
_chem_comp.id
_chem_comp.group
${name} ${group}
data_comp_${name}
loop_
_chem_comp_atom.comp_id
_chem_comp_atom.atom_id
_chem_comp_atom.type_symbol
_chem_comp_atom.type_energy
${[...new Set(bonds.flat())].map((atom) => `${name} ${atom} ${atom[0]} ${atom[0]}`).join("\n")}
loop_
_chem_comp_bond.comp_id
_chem_comp_bond.atom_id_1
_chem_comp_bond.atom_id_2
_chem_comp_bond.type
_chem_comp_bond.value_dist
_chem_comp_bond.value_dist_esd
${bonds.map(([a, b]) => `${name} ${a} ${b} single ${length(a, b)} 0.02`).join("\n")}
`;
}

describe("links", () => {
  test("a free cysteine has HG, one in a disulfide has none", () => {
    const free = residueLines("CYS", "A", sulphur);
    expect(hydrogensOf(complete(readLines(free)).model, 0)).toContain("HG");
    const partner = residueLines("CYS", "A", [
      ...sulphur,
      ["SX", ["CA", "CB", "SG"], 2.03, 90],
      ["CX", ["CB", "SG", "SX"], 1.81, 90],
      ["C1", ["SG", "SX", "CX"], 1.53, 180],
      ["N1", ["SX", "CX", "C1"], 1.46, 60],
      ["C2", ["SX", "CX", "C1"], 1.52, -60],
      ["O2", ["CX", "C1", "C2"], 1.23, 60],
    ]);
    const names: Readonly<Record<string, string>> = { SX: "SG", CX: "CB", C1: "CA", N1: "N", C2: "C", O2: "O" };
    const bound = partner.map((line) => {
      const name = names[line.slice(12, 16).trim()];
      return name === undefined ? line : `${line.slice(0, 12)} ${name.padEnd(3)} CYS B${line.slice(22)}`;
    });
    const { model } = complete(readLines(bound));
    expect([0, 1].map((residue) => hydrogensOf(model, residue))).toEqual([
      "H1 H2 H3 HA HB2 HB3",
      "HB2 HB3 HA H1 H2 H3",
    ]);
  });

  test("a cysteine on zinc has no HG", () => {
    const lines = residueLines("CYS", "A", [...sulphur, ["ZN", ["CA", "CB", "SG"], 2.31, 90]]);
    const zinc = pointOf(lines.pop()!);
    lines.push(atomLine(9, "ZN", "ZN", 1, zinc, "ZN", "B").replace("ATOM  ", "HETATM"));
    expect(hydrogensOf(complete(readLines(lines)).model, 0)).toBe("H1 H2 H3 HA HB2 HB3");
  });

  const lysine = residueLines("LYS", "A", [
    ["CG", ["N", "CA", "CB"], 1.52, -60],
    ["CD", ["CA", "CB", "CG"], 1.52, 180],
    ["CE", ["CB", "CG", "CD"], 1.52, 180],
    ["NZ", ["CG", "CD", "CE"], 1.49, 180],
    ["C1", ["CD", "CE", "NZ"], 1.47, 180],
    ["C2", ["CE", "NZ", "C1"], 1.53, 180],
  ]);
  const ligand = readUserDictionary(ligandText("LIG", "NON-POLYMER", "C1-C2 C1-H1 C1-H2 C1-H3"), "lig.cif");

  test("bonds that only the file states cost each atom a hydrogen: CH3 becomes CH2 and NH3+ NH2+", () => {
    const lines = lysine.map((line) =>
      / C[12] +LYS/.test(line) ? `HETATM${line.slice(6).replace("LYS A   1", "LIG B   1")}` : line,
    );
    const link = "LINK         NZ  LYS A   1                 C1  LIG B   1     1555   1555  1.47";
    const { model } = complete(readLines([link, ...lines]), {}, mergeDictionaries(dictionary, ligand));
    expect(hydrogensOf(model, 0)).toMatch(/HE2 HE3 HZ1 HZ2$/);
    expect(hydrogensOf(model, 1)).toBe("H1 H2");
  });

  test("an asparagine with a sugar keeps one hydrogen on ND2, and C1 of the sugar its own", () => {
    const text = ligandText("SUG", "pyranose", "C1-C2 C2-C3 C3-C4 C4-C5 C5-O5 O5-C1 C1-O1 C1-H1 O1-HO1");
    const lines = residueLines("ASN", "A", [
      ["CG", ["N", "CA", "CB"], 1.52, 180],
      ["OD1", ["CA", "CB", "CG"], 1.23, 60],
      ["ND2", ["CA", "CB", "CG"], 1.33, -120],
      ["C1", ["CB", "CG", "ND2"], 1.45, 180],
      ["C2", ["CG", "ND2", "C1"], 1.53, 120],
      ["O5", ["CG", "ND2", "C1"], 1.42, -120],
      ["C3", ["ND2", "C1", "C2"], 1.53, 180],
      ["C5", ["ND2", "C1", "O5"], 1.43, 180],
      ["C4", ["C1", "C2", "C3"], 1.53, 60],
    ]).map((line) =>
      / (C[1-5]|O5) +ASN/.test(line) ? `HETATM${line.slice(6).replace("ASN A   1", "SUG B   1")}` : line,
    );
    const known = mergeDictionaries(dictionary, readUserDictionary(text, "sug.cif"));
    const { model } = complete(readLines(lines), { choice: "none" }, known);
    expect([0, 1].map((residue) => hydrogensOf(model, residue))).toEqual(["H1 H2 H3 HA HB2 HB3 HD21", "H1"]);
  });

  test("a histidine is neutral with its hydrogen on NE2", () => {
    const ring = residueLines("HIS", "A", [
      ["CG", ["N", "CA", "CB"], 1.5, -60],
      ["ND1", ["CA", "CB", "CG"], 1.38, 90],
      ["CD2", ["CA", "CB", "CG"], 1.36, -90],
      ["CE1", ["CB", "CG", "ND1"], 1.32, 180],
      ["NE2", ["CB", "CG", "CD2"], 1.37, 180],
    ]);
    const { model } = complete(readLines(ring), { choice: "none" });
    expect(hydrogensOf(model, 0)).toBe("H1 H2 H3 HA HB2 HB3 HD2 HE1 HE2");
  });
});
