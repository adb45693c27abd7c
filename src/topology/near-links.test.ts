// Links by distance: glycosidic bonds with their anomers, particular residues, metals.
import { describe, expect, test } from "vitest";
import { atomLine, peptideLines, readLines } from "../../test/support/peptide.ts";
import { createRunContext } from "../base/run-context.ts";
import { loadDictionary, mergeDictionaries } from "../chemistry/dictionary.ts";
import type { Dictionary } from "../chemistry/monomer.ts";
import { readUserDictionary } from "../io/mmcif/read-dictionary.ts";
import { atomLabel, type Model } from "../model/model.ts";
import { buildTopology } from "./build-topology.ts";
import type { Topology } from "./topology.ts";

type Point = readonly [number, number, number];

/** A pyranose of the atoms that matter here; hands of C1 (C2, O1, O5) and C5 (C4, C6, O5). */
function sugarDictionary(name: string, anomer: string, series: string): string {
  const bonds = "C1 O1,C1 C2,C1 O5,C2 C3,C3 C4,C4 C5,C4 O4,C5 O5,C5 C6,C6 O6".split(",");
  const atoms = [...new Set(bonds.flatMap((bond) => bond.split(" ")))];
  const angles = "C2 C1 O5,C2 C1 O1,O1 C1 O5,C4 C5 C6,C4 C5 O5,C6 C5 O5".split(",");
  return `data_comp_list
loop_
_chem_comp.id
_chem_comp.group
${name} pyranose
data_comp_${name}
loop_
_chem_comp_atom.comp_id
_chem_comp_atom.atom_id
_chem_comp_atom.type_symbol
_chem_comp_atom.type_energy
${atoms.map((atom) => `${name} ${atom} ${atom[0]} ${atom[0] === "O" ? "O2" : "CH1"}`).join("\n")}
loop_
_chem_comp_bond.comp_id
_chem_comp_bond.atom_id_1
_chem_comp_bond.atom_id_2
_chem_comp_bond.type
_chem_comp_bond.value_dist
_chem_comp_bond.value_dist_esd
${bonds.map((bond) => `${name} ${bond} single 1.45 0.02`).join("\n")}
loop_
_chem_comp_angle.comp_id
_chem_comp_angle.atom_id_1
_chem_comp_angle.atom_id_2
_chem_comp_angle.atom_id_3
_chem_comp_angle.value_angle
_chem_comp_angle.value_angle_esd
${angles.map((angle) => `${name} ${angle} 109.5 3`).join("\n")}
loop_
_chem_comp_chir.comp_id
_chem_comp_chir.id
_chem_comp_chir.atom_id_centre
_chem_comp_chir.atom_id_1
_chem_comp_chir.atom_id_2
_chem_comp_chir.atom_id_3
_chem_comp_chir.volume_sign
${name} chir_01 C1 C2 O1 O5 ${anomer}
${name} chir_02 C5 C4 C6 O5 ${series}
`;
}

function dictionaryWith(...texts: readonly string[]): Dictionary {
  return texts.reduce((all, text) => mergeDictionaries(all, readUserDictionary(text, "sugar.cif")), loadDictionary());
}

function build(lines: readonly string[], dictionary = loadDictionary()): { model: Model; topology: Topology } {
  const context = createRunContext();
  const model = readLines(lines, context);
  return { model, topology: buildTopology(model, dictionary, { unknownLigands: "error" }, context) };
}

function ids(lines: readonly string[], dictionary?: Dictionary): string[] {
  return build(lines, dictionary).topology.links.map(({ id }) => id);
}

function residueLines(
  name: string,
  number: number,
  atoms: Readonly<Record<string, Point>>,
  element?: string,
): string[] {
  return Object.entries(atoms).map(([atom, point], at) =>
    atomLine(10 * number + at, atom, name, number, point, element ?? atom[0]!, "ABCDEFGHI"[number]!),
  );
}

/** Ideal and sigma of the bond between two atoms by label, undefined without one. */
function bondBetween({ model, topology }: { model: Model; topology: Topology }, a: string, b: string): unknown {
  const { count, i, j, ideal, sigma } = topology.bonds;
  for (let row = 0; row < count; row++) {
    const labels = [atomLabel(model, i[row]!), atomLabel(model, j[row]!)];
    if (labels.includes(a) && labels.includes(b)) return [ideal[row], sigma[row]];
  }
  return undefined;
}

const acceptor = (name: string): string[] => residueLines(name, 1, { C4: [-1.2, -0.7, 0], O4: [0, 0, 0] });
const donor = (name: string): string[] =>
  residueLines(name, 2, {
    C1: [1.2, -0.7, 0],
    O5: [2.4, 0, 0.4],
    C2: [1.2, -1.9, -0.9],
    C4: [4, -2, 0],
    C6: [4.9, 0, 0.9],
  });

describe("glycosidic bonds", () => {
  // Order C2, O1, O5 at C1: positive is beta in D sugars (C5 negative), alpha in L sugars.
  test.each([
    ["positiv", "negativ", "BETA1-4"],
    ["negativ", "negativ", "ALPHA1-4"],
    ["positiv", "positiv", "ALPHA1-4"],
    ["negativ", "positiv", "BETA1-4"],
  ])("take the anomer of the sugar: C1 %s and C5 %s is %s", (anomer, series, id) => {
    const { topology } = build(
      [...acceptor("SUG"), ...donor("SUG")],
      dictionaryWith(sugarDictionary("SUG", anomer, series)),
    );
    expect(topology.links.map((link) => link.id)).toEqual([id]);
    // Neighbours O5, O4, C2 of the link are an odd permutation of C2, O1, O5: the volume turns its sign.
    const { centre, i, j, k, idealVolume } = topology.chiralities;
    const row = centre.indexOf(2);
    expect([i[row], j[row], k[row]]).toEqual([3, 1, 4]);
    expect(Math.sign(idealVolume[row]!)).toBe(anomer === "positiv" ? -1 : 1);
  });

  test("take the anomer of the model where the sugar leaves it open", () => {
    const dictionary = dictionaryWith(sugarDictionary("SUG", "both", "negativ"));
    const mirrored = donor("SUG").map((line) => {
      const z = (-Number(line.slice(46, 54))).toFixed(3).padStart(8);
      return line.slice(0, 46) + z + line.slice(54);
    });
    const found = [donor("SUG"), mirrored].map((lines) => ids([...acceptor("SUG"), ...lines], dictionary)[0]);
    expect(found.toSorted()).toEqual(["ALPHA1-4", "BETA1-4"]);
  });

  test("join asparagine and serine", () => {
    const dictionary = dictionaryWith(sugarDictionary("SUG", "positiv", "negativ"));
    const asparagine = residueLines("ASN", 1, { CG: [-1.2, -0.7, 0], ND2: [0, 0, 0] });
    expect(ids([...asparagine, ...donor("SUG")], dictionary)).toEqual(["pyr-ASN"]);
    const serine = residueLines("SER", 1, { CB: [-1.2, -0.7, 0], OG: [0, 0, 0] });
    expect(ids([...serine, ...donor("SUG")], dictionary)).toEqual(["pyr-SER"]);
  });

  test("are not made to a sugar that has its own oxygen, to water, or over 2 Angstrom", () => {
    const dictionary = dictionaryWith(sugarDictionary("SUG", "positiv", "negativ"));
    const own = atomLine(90, "O1", "SUG", 2, [1.1, 0.2, 1], "O", "C");
    expect(ids([...acceptor("SUG"), ...donor("SUG"), own], dictionary)).toEqual([]);
    expect(ids([...residueLines("HOH", 1, { O: [0, 0, 0] }), ...donor("SUG")], dictionary)).toEqual([]);
    const far = residueLines("SUG", 1, { C4: [-2.2, -0.7, 0], O4: [-1, 0, 0] });
    expect(ids([...far, ...donor("SUG")], dictionary)).toEqual([]);
  });

  test("have an unlisted partner's length and angles by elements", () => {
    const dictionary = dictionaryWith(sugarDictionary("SUG", "positiv", "negativ"));
    const built = build(
      [...residueLines("TYR", 1, { CZ: [-1.2, -0.7, 0], OH: [0, 0, 0] }), ...donor("SUG")],
      dictionary,
    );
    expect(built.topology.links.map(({ id }) => id)).toEqual(["generic"]);
    const [length] = bondBetween(built, "B 1 TYR OH", "C 2 SUG C1") as number[];
    expect(length).toBeCloseTo(1.42, 6);
  });
});

describe("links between particular residues", () => {
  const lysine = residueLines("LYS", 1, { CE: [-1.4, 0, 0], NZ: [0, 0, 0] });

  test("are made where the leaving atom is gone: lysine to asparagine", () => {
    const amide = residueLines("ASN", 2, { CB: [2, -1.3, 0], CG: [1.35, 0, 0], OD1: [2, 1, 0] });
    expect(ids([...lysine, ...amide])).toEqual(["LYS-ASN"]);
    const whole = [...amide, atomLine(80, "ND2", "ASN", 2, [1.4, 0.3, 1.2], "N", "C")];
    expect(ids([...lysine, ...whole])).toEqual([]);
  });

  test("are not made between amino acids that would lose nothing: a clash looks the same", () => {
    expect(ids([...lysine, ...residueLines("CYS", 2, { CB: [2.2, 1.6, 0], SG: [1.7, 0, 0] })])).toEqual([]);
  });

  test("join a free C-terminus to lysine and no other carbonyl", () => {
    const peptide = (names: readonly string[]): string[] => peptideLines(names, { phi: -120, psi: 130 });
    const at = (lines: readonly string[], number: number): Point => {
      const line = lines.find((entry) => entry.includes(`C   ALA A   ${number}`))!;
      return [30, 38, 46].map((begin) => Number(line.slice(begin, begin + 8))) as unknown as Point;
    };
    const lines = peptide(["ALA", "ALA"]);
    const near = (number: number): string[] => {
      const [x, y, z] = at(lines, number);
      return residueLines("LYS", 3, { CE: [x, y + 0.8, z + 2.5], NZ: [x, y, z + 1.35] });
    };
    expect(ids([...lines, ...near(2)])).toEqual(["TRANS", "pept-LYS"]);
    expect(ids([...lines, ...near(1)])).toEqual(["TRANS"]);
  });
});

describe("metals", () => {
  const ion = (name: string, point: Point = [0, 0, 0]): string[] => residueLines(name, 8, { [name]: point }, name);
  const waters = (...points: readonly Point[]): string[] =>
    points.flatMap((point, at) => residueLines("HOH", at + 1, { O: point }));

  test("bind water at their own distance; waters bind neither each other nor protein", () => {
    const built = build([...ion("MG"), ...waters([2.2, 0, 0], [0, 2.2, 0], [0, 2.2, 1.6])]);
    expect(built.topology.links.map(({ id }) => id)).toEqual(["metal", "metal"]);
    expect(bondBetween(built, "I 8 MG MG", "B 1 HOH O")).toEqual([2.07, 0.05]);
    expect(bondBetween(built, "C 2 HOH O", "D 3 HOH O")).toBeUndefined();
    expect(ids([...waters([0, 0, 0]), ...residueLines("SER", 2, { CB: [2.2, 1, 0], OG: [1.5, 0, 0] })])).toEqual([]);
  });

  test("bind carboxylates and carbonyls, but no amide nitrogen and no carbon", () => {
    const aspartate = residueLines("ASP", 1, { CG: [2.8, 0.9, 0], OD1: [2.3, 0, 0] });
    const alanine = residueLines("ALA", 2, { N: [0, 2.2, 0], CA: [0, 2.4, 1.4], C: [0, 0, 3.3], O: [0, 0, 2.4] });
    const built = build([...ion("CA"), ...aspartate, ...alanine]);
    expect(built.topology.links).toHaveLength(2);
    expect(bondBetween(built, "I 8 CA CA", "B 1 ASP OD1")).toEqual([2.36, 0.1]);
    expect(bondBetween(built, "I 8 CA CA", "C 2 ALA O")).toEqual([2.36, 0.1]);
  });

  test("of four cysteines hold a tetrahedral zinc with lengths and angles of such sites", () => {
    const corners: Point[] = [
      [1.35, 1.35, 1.35],
      [-1.35, -1.35, 1.35],
      [-1.35, 1.35, -1.35],
      [1.35, -1.35, -1.35],
    ];
    const cysteines = corners.flatMap(([x, y, z], at) =>
      residueLines("CYS", at + 1, { CB: [2 * x, 2 * y, 1.4 * z], SG: [x, y, z] }),
    );
    const built = build([...ion("ZN"), ...cysteines]);
    expect(built.topology.links.map(({ id }) => id)).toEqual(Array(4).fill("ZN-CYS"));
    expect(bondBetween(built, "I 8 ZN ZN", "B 1 CYS SG")).toEqual([2.33, 0.029]);
    const { j, ideal, sigma, count } = built.topology.angles;
    const atZinc = Array.from({ length: count }, (_, row) => row).filter((row) => j[row] === 0);
    expect(atZinc.map((row) => [ideal[row], sigma[row]])).toEqual(Array.from({ length: 6 }, () => [109.45, 5.46]));
    // Without a fourth the site is none of the tabulated ones.
    const three = build([...ion("ZN"), ...cysteines.slice(0, 6)]);
    expect(bondBetween(three, "I 8 ZN ZN", "B 1 CYS SG")).toEqual([2.31, 0.1]);
  });

  test("of no table are held loosely at the sum of radii", () => {
    const built = build([...ion("CD"), ...residueLines("CYS", 1, { CB: [3.2, 1.5, 0], SG: [2.6, 0, 0] })]);
    const [length, sigma] = bondBetween(built, "I 8 CD CD", "B 1 CYS SG") as number[];
    expect(length).toBeCloseTo(2.49, 6);
    expect(sigma).toBe(0.25);
  });

  test("take the second oxygen of a carboxylate only where it is near", () => {
    const aspartate = (second: Point): string[] =>
      residueLines("ASP", 1, { CG: [2.6, 0.2, 0], OD1: [2.2, 1.1, 0], OD2: second });
    expect(ids([...ion("CA"), ...aspartate([2.3, -0.9, 0])])).toHaveLength(2);
    expect(ids([...ion("CA"), ...aspartate([2.6, -1.2, 0.3])])).toHaveLength(1);
  });
});
