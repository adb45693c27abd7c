// What a topology holds for small structures: links, ends, ions, unknown residues, alternates, user dictionaries.
import { describe, expect, test } from "vitest";
import { atomLine, peptideLines, readLines } from "../../test/support/peptide.ts";
import { createRunContext, type RunContext } from "../base/run-context.ts";
import { loadDictionary, mergeDictionaries } from "../chemistry/dictionary.ts";
import { readUserDictionary } from "../io/mmcif/read-dictionary.ts";
import type { Model } from "../model/model.ts";
import { atomLabel } from "../model/model.ts";
import { buildTopology, type TopologyOptions } from "./build-topology.ts";
import type { Topology } from "./topology.ts";

const strand = { phi: -120, psi: 130 };
type Point = readonly [number, number, number];

function build(
  model: Model,
  unknownLigands: TopologyOptions["unknownLigands"] = "error",
  context: RunContext = createRunContext(),
  dictionary = loadDictionary(),
): Topology {
  return buildTopology(model, dictionary, { unknownLigands }, context);
}

function linkIds(lines: readonly string[], context = createRunContext()): string[] {
  return build(readLines(lines), "error", context).links.map((link) => link.id);
}

function codes(context: RunContext): string[] {
  return context.diagnostics.entries.map((entry) => entry.code);
}

/** The same lines with residue `from` and all after it moved along x. */
function movedFrom(lines: readonly string[], from: number, shift: number): string[] {
  return lines.map((line) => {
    if (!/^ATOM|^HETATM/.test(line) || Number(line.slice(22, 26)) < from) return line;
    const x = (Number(line.slice(30, 38)) + shift).toFixed(3).padStart(8);
    return `${line.slice(0, 30)}${x}${line.slice(38)}`;
  });
}

/** Ideal value of the bond between two named atoms ("A 1 ALA C"), undefined without one. */
function idealBond(model: Model, { bonds }: Topology, first: string, second: string): number | undefined {
  for (let bond = 0; bond < bonds.count; bond++) {
    const labels = [atomLabel(model, bonds.i[bond]!), atomLabel(model, bonds.j[bond]!)];
    if (labels.includes(first) && labels.includes(second)) return bonds.ideal[bond];
  }
  return undefined;
}

describe("peptide links", () => {
  test("join residues in order, before proline by its own link", () => {
    expect(linkIds(peptideLines(["ALA", "PRO", "ALA"], strand))).toEqual(["PTRANS", "TRANS"]);
  });

  test("are cis within 45 degrees of cis, else trans, and cis or twisted ones are named", () => {
    const context = createRunContext();
    const ids = linkIds(
      peptideLines(["ALA", "ALA", "PRO", "ALA", "ALA"], { ...strand, omega: [180, 20, -10, 90, 178] }),
      context,
    );
    expect(ids).toEqual(["CIS", "PCIS", "TRANS", "TRANS"]);
    const named = context.diagnostics.entries.map(({ code, count, examples }) => [code, count, examples[0]]);
    expect(named).toContainEqual(["CIS_PEPTIDE", 1, "A 1 ALA to A 2 ALA, omega 20"]);
    expect(named).toContainEqual(["TWISTED_PEPTIDE", 1, "A 3 PRO to A 4 ALA, omega 90"]);
  });

  test("are trans where they look cis between broken bonds, and named", () => {
    const lines = peptideLines(["ALA", "ALA", "ALA"], { ...strand, omega: [180, 20, 180] });
    const torn = lines.map((line) =>
      line.slice(12, 16).trim() === "CA" && Number(line.slice(22, 26)) === 1
        ? `${line.slice(0, 30)}${(Number(line.slice(30, 38)) - 0.4).toFixed(3).padStart(8)}${line.slice(38)}`
        : line,
    );
    const context = createRunContext();
    expect(linkIds(lines)).toEqual(["CIS", "TRANS"]);
    expect(linkIds(torn, context)).toEqual(["TRANS", "TRANS"]);
    expect(codes(context)).toContain("BROKEN_CIS_PEPTIDE");
  });

  test("hold over a stretched bond and break with a word over a gap", () => {
    const lines = peptideLines(["ALA", "ALA", "ALA"], strand);
    const stretched = createRunContext();
    expect(linkIds(movedFrom(lines, 2, 3), stretched)).toEqual(["TRANS", "TRANS"]);
    expect(codes(stretched)).toContain("STRETCHED_LINK");
    const broken = createRunContext();
    expect(linkIds(movedFrom(lines, 2, 8), broken)).toEqual(["TRANS"]);
    expect(codes(broken)).toContain("CHAIN_BREAK");
  });

  test("cross a jump in the numbering only where there is a bond", () => {
    const renumbered = (lines: readonly string[]): string[] =>
      lines.map((line) => (line.slice(22, 26) === "   2" ? `${line.slice(0, 22)}  12${line.slice(26)}` : line));
    const lines = peptideLines(["ALA", "ALA"], strand);
    expect(linkIds(renumbered(lines))).toEqual(["TRANS"]);
    const context = createRunContext();
    expect(linkIds(renumbered(movedFrom(lines, 2, 2)), context)).toEqual([]);
    expect(codes(context)).not.toContain("CHAIN_BREAK");
  });

  test("take in a modified residue that its dictionary calls a ligand, but no ligand beside the chain", () => {
    const alanine = loadDictionary().monomers.get("ALA")!;
    const modified = new Map([["XAA", { ...alanine, id: "XAA", group: "NON-POLYMER" }]]);
    const dictionary = mergeDictionaries(loadDictionary(), { monomers: modified });
    const lines = peptideLines(["ALA", "ALA"], strand).map((line, at) => (at > 4 ? line.replace("ALA", "XAA") : line));
    const ids = (from: readonly string[]): string[] =>
      build(readLines(from), "error", createRunContext(), dictionary).links.map(({ id }) => id);
    expect(ids(lines)).toEqual(["TRANS"]);
    expect(ids(movedFrom(lines, 2, 2.5))).toEqual([]);
  });

  test("stop at a chain terminator", () => {
    const lines = peptideLines(["ALA", "ALA"], strand);
    expect(linkIds([...lines.slice(0, 5), "TER", ...lines.slice(5)])).toEqual([]);
  });

  test("do not form, with a word, where an atom of the bond is absent", () => {
    const context = createRunContext();
    const lines = peptideLines(["ALA", "ALA"], strand).filter((line) => !line.includes(" N   ALA A   2"));
    expect(linkIds(lines, context)).toEqual([]);
    expect(codes(context)).toContain("LINK_ATOM_ABSENT");
  });

  test("restrain omega but neither phi nor psi", () => {
    const { dihedrals } = build(readLines(peptideLines(["ALA", "ALA", "ALA"], strand)));
    expect(dihedrals.id).toEqual(["omega", "omega"]);
    expect([...dihedrals.ideal]).toEqual([180, 180]);
  });
});

describe("chain ends", () => {
  test("a chain that breaks off has the carbonyl of the middle, one with OXT the carboxylate", () => {
    const lines = peptideLines(["ALA", "ALA"], strand);
    const open = readLines(lines);
    expect(idealBond(open, build(open), "A 2 ALA C", "A 2 ALA O")).toBe(1.229);
    const last: Point = [0, 0, 0];
    const closed = readLines([...lines, atomLine(11, "OXT", "ALA", 2, last, "O")]);
    const topology = build(closed);
    expect(idealBond(closed, topology, "A 2 ALA C", "A 2 ALA O")).toBeGreaterThan(1.24);
    expect(idealBond(closed, topology, "A 2 ALA C", "A 2 ALA OXT")).toBeGreaterThan(1.24);
  });

  test("hydrogens of a free amine are bonded under either name of the first", () => {
    const lines = peptideLines(["ALA", "ALA"], strand);
    for (const names of [
      ["H", "H2", "H3"],
      ["H1", "H2", "H3"],
      ["HT1", "HT2", "HT3"],
    ]) {
      const context = createRunContext();
      const points: Point[] = [
        [-0.4, 0.8, 0.3],
        [-0.4, -0.8, 0.3],
        [-0.4, 0, -0.9],
      ];
      const model = readLines([
        ...lines,
        ...names.map((name, at) => atomLine(20 + at, name, "ALA", 1, points[at]!, "H")),
      ]);
      const topology = build(model, "error", context);
      expect(codes(context)).not.toContain("UNKNOWN_ATOM");
      expect(Array.from(topology.hydrogenParent.slice(-3), (atom) => model.atoms.name[atom])).toEqual(["N", "N", "N"]);
    }
  });
});

describe("nucleic acids", () => {
  const nucleotide = (number: number, x: number, names: readonly string[]): string[] =>
    names.map((name, at) => atomLine(100 * number + at, name, "U", number, [x + 0.9 * at, 0.3 * at, 0], name[0]!));

  test("link O3' to the phosphorus of the next, and a first residue without phosphate is a 5' end", () => {
    const lines = [
      ...nucleotide(1, 0, ["O5'", "C5'", "C4'", "C3'", "O3'"]),
      ...nucleotide(2, 5, ["P", "OP1", "OP2", "O5'", "C5'"]),
    ];
    const model = readLines(lines);
    const topology = build(model);
    expect(topology.links.map((link) => link.id)).toEqual(["p"]);
    expect(idealBond(model, topology, "A 1 U O3'", "A 2 U P")).toBe(1.607);
    expect(topology.energyType[0]).toBe("OH1");
    expect(topology.energyType[8]).not.toBe("OH1");
  });

  test("are found under the names of older formats", () => {
    const lines = [
      ...nucleotide(1, 0, ["O5*", "C5*", "C4*", "C3*", "O3*"]),
      ...nucleotide(2, 5, ["P", "O1P", "O2P", "O5*", "C5*"]),
    ];
    const context = createRunContext();
    const topology = build(readLines(lines), "error", context);
    expect(topology.links.map((link) => link.id)).toEqual(["p"]);
    expect(codes(context)).not.toContain("UNKNOWN_ATOM");
    expect(topology.unrestrained).toHaveLength(0);
  });
});

describe("disulfides", () => {
  const cysteine = (number: number, sulphur: Point, chain: string): string[] => [
    atomLine(10 * number, "CB", "CYS", number, [sulphur[0] - 1.8, sulphur[1], sulphur[2]], "C", chain),
    atomLine(10 * number + 1, "SG", "CYS", number, sulphur, "S", chain),
  ];

  test("join sulphurs within 3 A, the nearest pair first and each sulphur once", () => {
    const lines = [
      ...cysteine(1, [0, 0, 0], "A"),
      ...cysteine(2, [0, 2.9, 0], "B"),
      ...cysteine(3, [0, 2.9, 2.1], "C"),
    ];
    const { links } = build(readLines(lines));
    expect(links).toEqual([{ id: "SS", firstResidue: 1, secondResidue: 2 }]);
  });

  test("do not form around a metal, which binds both sulphurs instead", () => {
    const lines = [
      ...cysteine(1, [0, 0, 0], "A"),
      ...cysteine(2, [0, 2.8, 0], "B"),
      atomLine(50, "ZN", "ZN", 9, [1.8, 1.4, 0], "ZN", "C"),
    ];
    expect(linkIds(lines)).toEqual(["ZN-CYS", "ZN-CYS"]);
    expect(linkIds(lines.slice(0, 4))).toEqual(["SS"]);
  });

  test("may join neighbours that share a peptide", () => {
    const lines = peptideLines(["CYS", "CYS"], strand);
    const sulphurs = [1, 2].map((number) => atomLine(90 + number, "SG", "CYS", number, [4, 4, 2 * number], "S"));
    expect(linkIds([...lines, ...sulphurs])).toEqual(["TRANS", "SS"]);
  });
});

describe("bonds stated by the file", () => {
  const amide = [
    atomLine(1, "ND2", "ASN", 1, [0, 0, 0]),
    atomLine(2, "CG", "ASN", 1, [-1.3, 0, 0]),
    atomLine(3, "C1", "GOL", 2, [1.5, 0, 0], "C", "B"),
    atomLine(4, "O1", "GOL", 2, [2.2, 1.2, 0], "O", "B"),
    atomLine(5, "ZN", "ZN", 3, [-1, 2, 0], "ZN", "C"),
  ];
  const link = (first: string, second: string): string =>
    `LINK        ${first}               ${second}     1555   1555`;

  test("have length and angles by elements where the dictionary has no link for them", () => {
    const context = createRunContext();
    const model = readLines([link(" ND2 ASN A   1 ", " C1  GOL B   2 "), ...amide], context);
    const topology = build(model, "error", context);
    expect(topology.links.map(({ id }) => id)).toEqual(["generic"]);
    expect(idealBond(model, topology, "A 1 ASN ND2", "B 2 GOL C1")).toBeCloseTo(1.47, 3);
    const { i, j, k, ideal } = topology.angles;
    const angles = Array.from(topology.angles.link, (row, at) => [row, i[at], j[at], k[at], ideal[at]]).filter(
      ([row]) => row === 0,
    );
    expect(angles).toEqual([
      [0, 1, 0, 2, 109.5],
      [0, 3, 2, 0, 109.5],
    ]);
    expect(codes(context)).toContain("LINK_GENERIC");
  });

  test("of metals have the length of the metal, and the two do not repel", () => {
    const context = createRunContext();
    const model = readLines([link(" ND2 ASN A   1 ", "ZN    ZN C   3 "), ...amide], context);
    const topology = build(model, "error", context);
    expect(topology.links.map(({ id }) => id)).toEqual(["metal"]);
    expect(idealBond(model, topology, "A 1 ASN ND2", "C 3 ZN ZN")).toBe(2.03);
    const { exclude, excludeOffset } = topology.nonbonded;
    expect([...exclude.subarray(excludeOffset[0]!, excludeOffset[1]!)]).toEqual([1, 4]);
  });

  test("of metals are left out, with a word, where they are much too long", () => {
    const context = createRunContext();
    const far = atomLine(5, "ZN", "ZN", 3, [-1, 4, 0], "ZN", "C");
    const model = readLines([link(" ND2 ASN A   1 ", "ZN    ZN C   3 "), ...amide.slice(0, 4), far], context);
    expect(build(model, "error", context).links).toEqual([]);
    expect(codes(context)).toContain("LINK_METAL_LONG");
  });
});

describe("residues of one atom", () => {
  test("need no dictionary and are listed as unrestrained", () => {
    const lines = ["ZN", "MG", "CL", "U1"].map((name, at) =>
      atomLine(at + 1, name, name, at + 1, [9 * at, 0, 0], name === "U1" ? "U" : name),
    );
    const water = atomLine(9, "O", "WAT", 9, [0, 9, 0], "O");
    const context = createRunContext();
    const topology = build(readLines([...lines, water]), "error", context);
    expect([...topology.unrestrained]).toEqual([0, 1, 2, 3, 4]);
    expect(codes(context)).toEqual([]);
    const [zinc, magnesium, , , oxygen] = topology.nonbonded.radius;
    expect([zinc, magnesium]).toEqual([0.74, 0.71]);
    expect(oxygen).toBeGreaterThan(1.4);
  });
});

describe("residues the dictionary does not know", () => {
  const ligand = [1, 2].flatMap((number) =>
    ["C1", "C2", "O1"].map((name, at) => atomLine(10 * number + at, name, "XYZ", number, [1.4 * at, 8 * number, 0])),
  );
  const lines = [...peptideLines(["ALA", "ALA"], strand), "TER", ...ligand.map((line) => line.replace(" A ", " B "))];

  test("stop with their name, count and the ways out", () => {
    let error: unknown;
    try {
      build(readLines(lines));
    } catch (caught) {
      error = caught;
    }
    expect(error).toMatchObject({
      code: "UNKNOWN_RESIDUE",
      message: "No restraints for XYZ (2)",
      place: "residue B 1 XYZ",
    });
    expect((error as { hint: string }).hint).toMatch(/--restraints .*--unknown-ligands hold/);
  });

  test("are held when asked: every atom, named once each, without repulsion along their bonds", () => {
    const context = createRunContext();
    const model = readLines(lines);
    const topology = build(model, "hold", context);
    expect([...topology.held].map((atom) => model.atoms.name[atom])).toEqual(["C1", "C2", "O1", "C1", "C2", "O1"]);
    expect(context.diagnostics.entries).toMatchObject([
      { code: "RESIDUE_HELD", count: 2, examples: ["B 1 XYZ", "B 2 XYZ"] },
    ]);
    const first = topology.held[0]!;
    const { exclude, excludeOffset } = topology.nonbonded;
    expect([...exclude.subarray(excludeOffset[first]!, excludeOffset[first + 1]!)]).toEqual([first + 1, first + 2]);
  });

  test("are restrained by a dictionary of the user", () => {
    const text = `
data_comp_list
loop_
_chem_comp.id
_chem_comp.name
_chem_comp.group
XYZ 'test' NON-POLYMER
data_comp_XYZ
loop_
_chem_comp_atom.comp_id
_chem_comp_atom.atom_id
_chem_comp_atom.type_symbol
_chem_comp_atom.type_energy
XYZ C1 C CH3
XYZ C2 C C
XYZ O1 O O
loop_
_chem_comp_bond.comp_id
_chem_comp_bond.atom_id_1
_chem_comp_bond.atom_id_2
_chem_comp_bond.type
_chem_comp_bond.value_dist
_chem_comp_bond.value_dist_esd
XYZ C1 C2 single 1.51 0.01
XYZ C2 O1 double 1.21 0.02
loop_
_chem_comp_angle.comp_id
_chem_comp_angle.atom_id_1
_chem_comp_angle.atom_id_2
_chem_comp_angle.atom_id_3
_chem_comp_angle.value_angle
_chem_comp_angle.value_angle_esd
XYZ C1 C2 O1 120.5 1.5
`;
    const dictionary = mergeDictionaries(loadDictionary(), readUserDictionary(text, "xyz.cif"));
    const model = readLines(lines);
    const topology = build(model, "error", createRunContext(), dictionary);
    expect(idealBond(model, topology, "B 2 XYZ C2", "B 2 XYZ O1")).toBe(1.21);
    expect([topology.held.length, topology.unrestrained.length]).toEqual([0, 0]);
    expect(topology.energyType.at(-1)).toBe("O");
  });
});

describe("atoms that are odd", () => {
  test("unknown to their residue's dictionary, or doubled, are named", () => {
    const context = createRunContext();
    const lines = peptideLines(["ALA"], strand);
    const topology = build(
      readLines([...lines, atomLine(8, "QQ", "ALA", 1, [5, 5, 5], "C"), atomLine(9, "CB", "ALA", 1, [6, 6, 6])]),
      "error",
      context,
    );
    expect(codes(context)).toEqual(expect.arrayContaining(["UNKNOWN_ATOM", "DOUBLED_ATOM", "UNRESTRAINED_ATOM"]));
    expect([...topology.unrestrained]).toEqual([5, 6]);
  });

  test("a centre of the wrong hand is named and keeps the right ideal", () => {
    const context = createRunContext();
    const lines = peptideLines(["ALA"], strand);
    const mirrored = lines.map(
      (line) => `${line.slice(0, 46)}${(-Number(line.slice(46, 54))).toFixed(3).padStart(8)}${line.slice(54)}`,
    );
    const right = build(readLines(lines));
    const wrong = build(readLines(mirrored), "error", context);
    expect(codes(context)).toEqual(["CHIRALITY_INVERTED"]);
    expect(wrong.chiralities.idealVolume).toEqual(right.chiralities.idealVolume);
  });

  test("residues that share a position are linked in their own alternates only", () => {
    const lines = peptideLines(["ALA", "ALA", "ALA"], strand);
    const as = (line: string, letter: string, name = line.slice(17, 20)): string =>
      line.slice(0, 16) + letter + name + line.slice(20);
    const [first, second, third] = [1, 2, 3].map((number) =>
      lines.filter((line) => Number(line.slice(22, 26)) === number),
    );
    const model = readLines([
      ...first!,
      ...second!.map((line) => as(line, "A")),
      ...second!.slice(0, 4).map((line) => as(line, "B", "GLY")),
      as(third![0]!, "A"),
      as(third![0]!, "B"),
      ...third!.slice(1),
    ]);
    const { bonds } = build(model);
    const label = (atom: number): string =>
      `${model.residues.sequenceNumber[model.atoms.residue[atom]!]}${model.atoms.name[atom]}${model.atoms.altloc[atom]}`;
    const links = Array.from({ length: bonds.count }, (_, row) => row)
      .filter((row) => bonds.link[row]! >= 0)
      .map((row) => `${label(bonds.i[row]!)}-${label(bonds.j[row]!)}`);
    expect(links.toSorted()).toEqual(["1C-2NA", "1C-2NB", "2CA-3NA", "2CB-3NB"]);
  });

  test("alternate conformers each get their terms, and do not repel each other", () => {
    const lines = peptideLines(["ALA"], strand);
    const betas = ["A", "B"].map((letter, at) => {
      const line = atomLine(20 + at, "CB", "ALA", 1, [1.9, -0.8, at === 0 ? 1.1 : -1.1]);
      return `${line.slice(0, 16)}${letter}${line.slice(17)}`;
    });
    const model = readLines([...lines.slice(0, 4), ...betas]);
    const topology = build(model);
    const [a, b] = [4, 5];
    const partners = (atom: number): number =>
      [...topology.bonds.i, ...topology.bonds.j].filter((row) => row === atom).length;
    expect([partners(a), partners(b)]).toEqual([1, 1]);
    expect(topology.nonbonded.conformer[a]).not.toBe(topology.nonbonded.conformer[b]);
  });
});

describe("non-bonded atoms", () => {
  test("one to four partners are those three bonds apart by the shortest way", () => {
    const model = readLines(peptideLines(["ALA", "ALA"], strand));
    const { oneFour, oneFourOffset, exclude, excludeOffset } = build(model).nonbonded;
    const names = (list: Int32Array, offset: Int32Array): string[] =>
      [...list.subarray(offset[0]!, offset[1]!)].map((atom) => atomLabel(model, atom).slice(2));
    expect(names(exclude, excludeOffset)).toEqual(["1 ALA CA", "1 ALA C", "1 ALA CB"]);
    expect(names(oneFour, oneFourOffset)).toEqual(["1 ALA O", "2 ALA N"]);
  });

  test("radii are those of united atoms only where the model has no hydrogens", () => {
    const lines = peptideLines(["ALA"], strand);
    const united = build(readLines(lines)).nonbonded.radius;
    const explicit = build(readLines([...lines, atomLine(9, "HA", "ALA", 1, [1.8, -0.5, -0.9])])).nonbonded.radius;
    const beta = 4;
    expect(united[beta]).toBeGreaterThan(explicit[beta]!);
  });
});
