// Bonds outside plain polymers: rings of residues, caps, modified residues, furanoses, ligands, clusters, partial alternates.
import { describe, expect, test } from "vitest";
import { atomLine, peptideLines, readLines } from "../../test/support/peptide.ts";
import { createRunContext, type RunContext } from "../base/run-context.ts";
import { loadDictionary, mergeDictionaries } from "../chemistry/dictionary.ts";
import type { Dictionary } from "../chemistry/monomer.ts";
import { readUserDictionary } from "../io/mmcif/read-dictionary.ts";
import { atomLabel, type Model } from "../model/model.ts";
import { buildTopology } from "./build-topology.ts";
import type { Topology } from "./topology.ts";

type Point = readonly [number, number, number];

/** Lengths that pass for bonds of these elements; all angles are 109.5 degrees. */
const lengths: Readonly<Record<string, number>> = {
  "C-C": 1.53,
  "C-O": 1.43,
  "C-N": 1.47,
  "C-S": 1.81,
  "O-P": 1.6,
  "P-S": 1.95,
};

function elementOf(name: string): string {
  return name.startsWith("FE") ? "FE" : name[0]!;
}

/** A monomer of heavy atoms by its bonds; "=" for double ones. */
function monomerText(name: string, group: string, bondList: string): string {
  const bonds = bondList.split(" ").map((bond) => {
    const [atom1, atom2] = bond.split(/[-=]/) as [string, string];
    const key = [elementOf(atom1), elementOf(atom2)].toSorted().join("-");
    return `${name} "${atom1}" "${atom2}" ${bond.includes("=") ? "double" : "single"} ${lengths[key] ?? 2.27} 0.02`;
  });
  const atoms = [...new Set(bondList.split(/[ =-]/))];
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
${atoms.map((atom) => `${name} "${atom}" ${elementOf(atom)} ${elementOf(atom)}`).join("\n")}
loop_
_chem_comp_bond.comp_id
_chem_comp_bond.atom_id_1
_chem_comp_bond.atom_id_2
_chem_comp_bond.type
_chem_comp_bond.value_dist
_chem_comp_bond.value_dist_esd
${bonds.join("\n")}
`;
}

function withMonomers(...texts: readonly string[]): Dictionary {
  return texts.reduce((all, text) => mergeDictionaries(all, readUserDictionary(text, "m.cif")), loadDictionary());
}

interface Built {
  readonly model: Model;
  readonly topology: Topology;
  readonly context: RunContext;
}

function build(lines: readonly string[], dictionary = loadDictionary()): Built {
  const context = createRunContext();
  const model = readLines(lines, context);
  return { model, context, topology: buildTopology(model, dictionary, { unknownLigands: "error" }, context) };
}

const linksOf = ({ topology }: Built): string[] =>
  topology.links.map(({ id, firstResidue, secondResidue }) => `${id} ${firstResidue + 1} ${secondResidue + 1}`);
const saidOf = ({ context }: Built, code: string): readonly string[] =>
  context.diagnostics.entries.find((entry) => entry.code === code)?.examples ?? [];

let serial = 0;
function residue(name: string, number: number, atoms: Readonly<Record<string, Point>>, chain = "A"): string[] {
  return Object.entries(atoms).map(([atom, point]) =>
    atomLine(++serial, atom, name, number, point, elementOf(atom), chain),
  );
}

const strand = { phi: -120, psi: 130 };
/** Atoms of an amino acid whose N and C stand at given places, the rest out of the way. */
function aminoAcid(
  name: string,
  number: number,
  n: Point,
  c: Point,
  more: Readonly<Record<string, Point>> = {},
): string[] {
  const between = n.map((value, axis) => (value + c[axis]!) / 2 + (axis === 2 ? 20 : 0)) as unknown as Point;
  return residue(name, number, { N: n, CA: between, C: c, O: [c[0], c[1], c[2] - 1.2], ...more });
}

describe("chains that close on themselves", () => {
  const ring = (more: Readonly<Record<string, Point>> = {}): string[] => [
    ...aminoAcid("ALA", 1, [1.33, 0, 0], [0, 30, 0]),
    ...aminoAcid("ALA", 2, [1.33, 30, 0], [0, 60, 0]),
    ...aminoAcid("ALA", 3, [1.33, 60, 0], [0, 0, 0], more),
    "TER",
  ];

  test("are linked from end to start, with a word", () => {
    const built = build(ring());
    expect(linksOf(built).map((link) => link.replace(/^\w+/, "pep"))).toEqual(["pep 1 2", "pep 2 3", "pep 3 1"]);
    expect(saidOf(built, "LINK_FOUND")).toHaveLength(1);
    expect(built.topology.backbone).toHaveLength(3);
  });

  test("are not where the end is a carboxylate", () => {
    expect(linksOf(build(ring({ OXT: [0, 0.9, 0.9] })))).toHaveLength(2);
  });
});

describe("modified residues", () => {
  const backbone = "N-CA CA-C C=O CA-CB";

  test.each([
    ["a D-amino acid", "DAL", "peptide", backbone, "TRANS"],
    ["a D-amino acid that its dictionary calls a ligand", "DXX", "NON-POLYMER", backbone, "TRANS"],
    ["formyl-methionine", "FME", "peptide", `${backbone} N-CN CN=O1`, "TRANS"],
    ["pyroglutamate", "PCA", "peptide", `${backbone} CB-CG CG-CD CD-N CD=OE`, "TRANS"],
    ["an N-methylated residue", "MVA", "M-peptide", `${backbone} N-CN`, "NMTRANS"],
    ["hydroxyproline", "HYP", "P-peptide", `${backbone} CB-CG CG-CD CD-N CG-OD1`, "PTRANS"],
  ])("take their place in the chain: %s", (_, name, group, bonds, id) => {
    const lines = peptideLines(["ALA", name, "ALA"], strand);
    const built = build(lines, withMonomers(monomerText(name, group, bonds)));
    expect(linksOf(built)).toEqual([`${id} 1 2`, "TRANS 2 3"]);
    expect(built.topology.incomplete).toHaveLength(0);
  });

  test.each([
    ["acetyl", "ACE", "CH3-C C=O", { CH3: [-0.8, 1.3, 0], C: [0, 0, 0], O: [-0.7, -1, 0] }, "ACE_C-N 1 2"],
    ["formyl", "FOR", "C=O", { C: [0, 0, 0], O: [-0.7, -1, 0] }, "FOR_C-N 1 2"],
  ] as const)("an N-terminal cap is linked by its own entry: %s", (_, name, bonds, cap, link) => {
    const lines = [...residue(name, 1, cap), ...aminoAcid("ALA", 2, [1.33, 0, 0], [0, 30, 0])];
    expect(linksOf(build(lines, withMonomers(monomerText(name, "NON-POLYMER", bonds))))).toEqual([link]);
  });

  test("a C-terminal amide is linked by its own entry", () => {
    const lines = [
      ...aminoAcid("ALA", 1, [0, 30, 0], [0, 0, 0]),
      ...residue("NME", 2, { N: [1.33, 0, 0], C: [2.1, 1.2, 0] }),
    ];
    expect(linksOf(build(lines, withMonomers(monomerText("NME", "NON-POLYMER", "N-C"))))).toEqual(["NME_N-C 1 2"]);
  });

  const nucleotide = "P-OP2 P-O5' O5'-C5' C5'-C4' C4'-C3' C3'-O3' C3'-C2' C2'-O2' C2'-C1' C1'-O4' O4'-C4'";
  const first = { "C3'": [-1.4, 0, 0], "O3'": [0, 0, 0] } as const;
  const atPhosphorus = { P: [1.6, 0, 0], "O5'": [2.1, 1.5, 0], OP2: [2.1, -0.7, 1.2] } as const;

  test("pseudouridine and methylated bases are nucleotides whatever the base hangs on", () => {
    const text = monomerText("PSU", "RNA", `${nucleotide} P-OP1 C1'-C5 C5-C4 C4=O4 C4-N3`);
    const lines = [...residue("U", 1, first), ...residue("PSU", 2, { ...atPhosphorus, OP1: [2.1, -0.7, -1.2] })];
    const built = build(lines, withMonomers(text));
    expect(linksOf(built)).toEqual(["p 1 2"]);
    expect(Array.from(built.topology.angles.link).filter((link) => link === 0)).toHaveLength(4);
  });

  test("a phosphorothioate keeps the angle to its sulphur", () => {
    const text = monomerText("GSX", "NON-POLYMER", `${nucleotide} P-S1P C1'-N9`);
    const lines = [...residue("U", 1, first), ...residue("GSX", 2, { ...atPhosphorus, S1P: [2.3, -0.9, -1.5] })];
    const { model, topology } = build(lines, withMonomers(text));
    const { angles } = topology;
    const ofLink = Array.from({ length: angles.count }, (_, row) => row).filter((row) => angles.link[row] === 0);
    const names = ofLink.map((row) =>
      [angles.i[row]!, angles.j[row]!, angles.k[row]!].map((atom) => model.atoms.name[atom]!).join("-"),
    );
    expect(names).toContain("S1P-P-O3'");
    expect(names).toHaveLength(4);
  });
});

describe("furanoses", () => {
  const fructose = "C2-O2 C2-O5 C2-C3 C3-C4 C4-C5 C5-O5 C2-C1 C1-O1 C3-O3";
  const ring: Readonly<Record<string, Point>> = {
    C2: [1.43, 0, 0],
    O5: [2, 1.3, 0],
    C3: [2, -1, 1],
    C4: [3.4, -0.4, 1.2],
    C5: [3.3, 1, 0.6],
    C1: [1.9, -0.6, -1.3],
    O1: [3.3, -0.7, -1.4],
    O3: [1.4, -2.3, 1],
  };
  const dictionary = withMonomers(monomerText("FRX", "NON-POLYMER", fructose));
  const hydroxyl = residue("SER", 1, { CB: [-0.6, 1.3, 0], OG: [0, 0, 0] });

  test("are bound by the carbon that has lost its hydroxyl, whatever the dictionary calls them", () => {
    const { topology } = build([...hydroxyl, ...residue("FRX", 2, ring, "B")], dictionary);
    expect(topology.links).toMatchObject([{ id: "generic" }]);
    const at = topology.bonds.link.indexOf(0);
    expect([topology.bonds.i[at], topology.bonds.j[at]]).toEqual([1, 2]);
    expect(topology.bonds.ideal[at]).toBeCloseTo(1.42, 2);
  });

  test("are not where the hydroxyl is there", () => {
    const whole = { ...ring, O2: [1.4, 0.6, -0.9] as const };
    const built = build([...hydroxyl, ...residue("FRX", 2, whole, "B")], dictionary);
    expect(linksOf(built)).toEqual([]);
    expect(saidOf(built, "LINK_POSSIBLE")).toHaveLength(1);
  });
});

describe("covalent bonds that nothing states", () => {
  const acid = "C1=O1 C1-O2 C1-C2 C2-C3";
  const dictionary = withMonomers(monomerText("LIG", "NON-POLYMER", acid));
  const lysine = residue("LYS", 1, { CE: [-0.7, 1.3, 0], NZ: [0, 0, 0] });
  const acyl: Readonly<Record<string, Point>> = {
    C1: [1.35, 0, 0],
    O1: [2, 1, 0],
    C2: [2.1, -1.3, 0],
    C3: [3.6, -1.2, 0],
  };

  test("are made where an atom of the ligand has left for them", () => {
    const { model, topology, ...rest } = build([...lysine, ...residue("LIG", 2, acyl, "B")], dictionary);
    expect(topology.links).toMatchObject([{ id: "generic" }]);
    const at = topology.bonds.link.indexOf(0);
    const [i, j] = [topology.bonds.i[at]!, topology.bonds.j[at]!];
    expect([i, j].map((atom) => atomLabel(model, atom)).toSorted()).toEqual(["A 1 LYS NZ", "B 2 LIG C1"]);
    expect(topology.bonds.ideal[at]).toBeCloseTo(1.37, 2);
    expect(saidOf({ model, topology, ...rest }, "LINK_FOUND")).toHaveLength(1);
  });

  test("are only named where none has: it may be a clash", () => {
    const built = build([...lysine, ...residue("LIG", 2, { ...acyl, O2: [1.4, -0.2, 1.4] }, "B")], dictionary);
    expect(linksOf(built)).toEqual([]);
    expect(saidOf(built, "LINK_POSSIBLE")).toEqual(["B 2 LIG C1 to A 1 LYS NZ, 1.35 Angstrom"]);
  });

  test("are not named where the user's edits add them", () => {
    const selections = ["chain B and name C1", "chain A and name NZ"];
    const edit = {
      kind: "bond",
      action: "add",
      selections,
      ideal: 1.34,
      sigma: 0.02,
      file: "e.eff",
      place: "line 1",
    } as const;
    const lines = [...lysine, ...residue("LIG", 2, { ...acyl, O2: [1.4, -0.2, 1.4] }, "B")];
    const built = build(lines, { ...dictionary, edits: { edits: [edit], longestBond: 10 } });
    expect(saidOf(built, "LINK_POSSIBLE")).toEqual([]);
    expect(built.topology.bonds.ideal).toContain(1.34);
  });

  test("are only named where the ligand lacks more than ends", () => {
    const { C3: _, ...broken } = acyl;
    const built = build([...lysine, ...residue("LIG", 2, broken, "B")], dictionary);
    expect([linksOf(built).length, saidOf(built, "LINK_POSSIBLE").length]).toEqual([0, 1]);
  });

  const carboxyl: Readonly<Record<string, Point>> = { CB: [2.1, -1.3, 0], CG: [1.35, 0, 0], OD1: [2, 1, 0] };

  test("join lysine and an aspartate that lacks one oxygen, no truncated side chain", () => {
    const far = 30;
    const whole = aminoAcid("ASP", 2, [far, 0, 0], [far, 9, 0], carboxyl);
    const ends = aminoAcid("LYS", 1, [-far, 0, 0], [-far, 9, 0], {
      CB: [-far, 5, 8],
      CG: [-far, 5, 14],
      CD: [-9, 0, 0],
      CE: [-0.7, 1.3, 0],
      NZ: [0, 0, 0],
    });
    expect(linksOf(build([...ends, "TER", ...whole]))).toEqual(["generic 2 1"]);
    const truncated = [
      aminoAcid("ASP", 2, [far, 0, 0], [far, 9, 0], { CB: [1.45, 0, 0] }),
      // Serine cut at its C-beta lacks one end only.
      aminoAcid("SER", 2, [far, 0, 0], [far, 9, 0], { CB: [1.45, 0, 0] }),
    ];
    for (const lines of truncated) expect(linksOf(build([...ends, "TER", ...lines]))).toEqual([]);
  });

  test("are not looked for at hydrogen-bond distance", () => {
    const away = Object.fromEntries(Object.entries(acyl).map(([name, [x, y, z]]) => [name, [x + 1.4, y, z] as const]));
    const built = build([...lysine, ...residue("LIG", 2, away, "B")], dictionary);
    expect([linksOf(built).length, saidOf(built, "LINK_POSSIBLE").length]).toEqual([0, 0]);
  });
});

describe("metals in their own residues", () => {
  const cysteine = residue("CYS", 1, { CB: [-0.8, 1.6, 0], SG: [0, 0, 0] });

  test.each([
    ["SF4", "FE1-S2 FE1-S3 FE1-S4", "SF41-CYS", 2.268],
    ["FES", "FE1-S1 FE1-S2", "FES1-CYS", 2.305],
    ["F3S", "FE1-S1 FE1-S2 FE1-S3", "metal", 2.318],
  ])("iron of %s binds cysteine at the length of its cluster", (name, bonds, id, length) => {
    const sulphurs = Object.fromEntries(
      ["S1", "S2", "S3", "S4"].filter((s) => bonds.includes(s)).map((s, at) => [s, [3.1, 2 * at - 2, at - 1]]),
    ) as Record<string, Point>;
    const lines = [...cysteine, ...residue(name, 2, { FE1: [2.3, 0, 0], ...sulphurs }, "B")];
    const { topology } = build(lines, withMonomers(monomerText(name, "NON-POLYMER", bonds)));
    expect(topology.links.map((link) => link.id)).toEqual([id]);
    expect(topology.bonds.ideal[topology.bonds.link.indexOf(0)]).toBe(length);
  });

  test("iron of a porphyrin binds one histidine from each side, beside its own four nitrogens", () => {
    const text = monomerText("HEX", "NON-POLYMER", "FE-NA FE-NB FE-NC FE-ND");
    const porphyrin = { FE: [0, 0, 0], NA: [2, 0, 0], NB: [0, 2, 0], NC: [-2, 0, 0], ND: [0, -2, 0] } as const;
    const histidine = (number: number, z: number): string[] =>
      residue("HIS", number, { CE1: [1, 0, 1.4 * z], NE2: [0, 0, z] });
    const lines = [
      ...histidine(1, 2.1),
      ...histidine(2, -2.2),
      ...histidine(3, 2.6),
      ...residue("HEX", 4, porphyrin, "B"),
    ];
    expect(linksOf(build(lines, withMonomers(text)))).toEqual(["metal 4 1", "metal 4 2"]);
  });
});

describe("alternates", () => {
  const valine = peptideLines(["ALA"], strand);
  const as = (line: string, letter: string): string => `${line.slice(0, 16)}${letter}${line.slice(17)}`;
  const gamma = (letter: string, z: number): string => as(atomLine(20, "OG", "SER", 1, [2.6, -1.4, z]), letter);
  const serine = valine.map((line) => line.replace("ALA", "SER"));

  test("that lack an atom share the one of the first that has it, and no restraint is doubled", () => {
    const lines = [...serine.slice(0, 4), as(serine[4]!, "A"), gamma("A", 1), gamma("B", -1)];
    const { topology, context } = build(lines);
    expect(topology.incomplete).toHaveLength(0);
    expect(context.diagnostics.entries.map(({ code }) => code)).not.toContain("UNRESTRAINED_ATOM");
    const { i, j, count } = topology.bonds;
    const pairs = Array.from({ length: count }, (_, row) => [i[row]!, j[row]!].toSorted((a, b) => a - b).join());
    // N, CA, C, O, CB.A, OG.A, OG.B
    expect(pairs.filter((pair) => /[456]$/.test(pair)).toSorted()).toEqual(["1,4", "4,5", "4,6"]);
    expect(new Set(pairs).size).toBe(count);
  });

  test("of which the second is the whole one give the same", () => {
    const lines = [...serine.slice(0, 4), gamma("A", 1), as(serine[4]!, "B"), gamma("B", -1)];
    const { i, j, count } = build(lines).topology.bonds;
    const pairs = Array.from({ length: count }, (_, row) => [i[row]!, j[row]!].toSorted((a, b) => a - b).join());
    expect(pairs.toSorted()).toEqual(["0,1", "1,2", "1,5", "2,3", "4,5", "5,6"]);
  });

  const whole = peptideLines(["ALA", "ALA", "ALA", "ALA"], strand);
  const rename = (line: string, name: string): string => line.replace("ALA", name);
  const of = (number: number): string[] => whole.filter((line) => Number(line.slice(22, 26)) === number);
  /** Bonds between residues as "1C.A-2N.A". */
  const linkBonds = ({ model, topology }: Built): string[] => {
    const { bonds } = topology;
    const label = (atom: number): string => {
      const letter = model.atoms.altloc[atom]!;
      const number = model.residues.sequenceNumber[model.atoms.residue[atom]!];
      return `${number}${model.atoms.name[atom]}${letter === "" ? "" : `.${letter}`}`;
    };
    return Array.from({ length: bonds.count }, (_, row) => row)
      .filter((row) => bonds.link[row]! >= 0)
      .map((row) => `${label(bonds.i[row]!)}-${label(bonds.j[row]!)}`)
      .toSorted();
  };

  test("of two neighbours are linked letter by letter, and to those without from both", () => {
    const split = (number: number): string[] => of(number).flatMap((line) => [as(line, "A"), as(line, "B")]);
    const built = build([...of(1), ...split(2), ...split(3), ...of(4)]);
    expect(linkBonds(built)).toEqual(["1C-2N.A", "1C-2N.B", "2C.A-3N.A", "2C.B-3N.B", "3C.A-4N", "3C.B-4N"]);
    expect(built.topology.backbone).toHaveLength(4);
    expect(built.topology.incomplete).toHaveLength(0);
  });

  test("of different residues at one position are whole, linked on both sides and have backbone values each", () => {
    const alanine = of(2).map((line) => as(line, "A"));
    const glycine = of(2)
      .slice(0, 4)
      .map((line) => as(rename(line, "GLY"), "B"));
    const built = build([...of(1), ...alanine, ...glycine, ...of(3), ...of(4)]);
    expect(linkBonds(built)).toEqual(["1C-2N.A", "1C-2N.B", "2C.A-3N", "2C.B-3N", "3C-4N"]);
    const { topology, model } = built;
    const ofResidue = (list: Int32Array, row: number): number =>
      Array.from(list).filter((atom) => model.atoms.residue[atom] === row).length;
    // Four bonds, five with C-beta; at CA three angles of glycine are one.
    expect([ofResidue(topology.bonds.i, 1), ofResidue(topology.bonds.i, 2)]).toEqual([5, 4]);
    expect(ofResidue(topology.angles.j, 1) - ofResidue(topology.angles.j, 2)).toBe(2);
    const units = topology.backbone.map(
      ({ residue: row, nextResidueName }) => `${model.residues.name[row]} ${nextResidueName}`,
    );
    expect(units).toEqual(["ALA ALA", "GLY ALA", "ALA ALA", "ALA ALA"]);
  });
});
