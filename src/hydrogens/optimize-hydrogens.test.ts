// Groups with a choice go where they make hydrogen bonds and no bumps, and what may not move stays.
import { describe, expect, test } from "vitest";
import { atomLine, type Point, place, readLines } from "../../test/support/peptide.ts";
import { pointOf, residueLines } from "../../test/support/residue.ts";
import { createRunContext } from "../base/run-context.ts";
import { loadDictionary } from "../chemistry/dictionary.ts";
import { distanceBetween } from "../math/internal-coordinates.ts";
import { atomLabel, type Model } from "../model/model.ts";
import { type AddHydrogensOptions, addHydrogens } from "./add-hydrogens.ts";

function complete(lines: readonly string[], options: AddHydrogensOptions = {}) {
  return addHydrogens(readLines(lines), loadDictionary(), options, createRunContext());
}

function rowOf({ atoms }: Model, label: string, model: Model): number {
  const row = Array.from({ length: atoms.count }, (_, at) => at).find((at) => atomLabel(model, at) === label);
  if (row === undefined) throw new Error(`no atom ${label}`);
  return row;
}

function between(model: Model, first: string, second: string): number {
  return distanceBetween(model.atoms.xyz, rowOf(model, first, model), rowOf(model, second, model));
}

function named(lines: readonly string[], name: string): Point {
  return pointOf(lines.find((line) => line.slice(12, 16).trim() === name)!);
}

/** A water's oxygen this far from c, at the dihedral over b and c from a. */
function waterLine(
  lines: readonly string[],
  from: readonly [string, string, string],
  torsion: number,
  distance = 2.8,
): string {
  const [a, b, c] = from.map((name) => named(lines, name)) as [Point, Point, Point];
  return atomLine(90, "O", "HOH", 9, place(a, b, c, distance, 115, torsion), "O", "W").replace("ATOM  ", "HETATM");
}

const serine = residueLines("SER", "A", [["OG", ["N", "CA", "CB"], 1.42, -60]]);

describe("a hydroxyl", () => {
  test.each([-150, -90, -30, 40, 100])("turns to an acceptor at %i degrees", (torsion) => {
    const lines = [...serine, waterLine(serine, ["CA", "CB", "OG"], torsion)];
    const { model, report } = complete(lines);
    expect(between(model, "A 1 SER HG", "W 9 HOH O")).toBeLessThan(2.1);
    const mover = report.movers.find(({ kind }) => kind === "hydroxyl");
    expect(mover).toMatchObject({ kind: "hydroxyl", group: "A 1 SER HG", isFlipped: false, flip: null });
    expect(mover!.after).toBeGreaterThan(mover!.before);
    expect(between(model, "A 1 SER HG", "A 1 SER OG")).toBeCloseTo(0.84, 3);
  });

  test("stays where the dictionary puts it when nothing is to be chosen", () => {
    const { report } = complete(serine, { choice: "none" });
    expect(report.movers).toEqual([]);
  });

  test("and another one point one way around, not at each other", () => {
    // Turned by half about an axis across the line from one oxygen to the other.
    const own = named(serine, "OG");
    const partner = place(named(serine, "CA"), named(serine, "CB"), own, 2.8, 115, 60);
    const along = partner.map((value, axis) => (value - own[axis]!) / 2.8) as unknown as Point;
    const arm = named(serine, "CB").map((value, axis) => value - own[axis]!) as unknown as Point;
    const normal = [1, 2, 0].map((i, axis) => along[i]! * arm[(axis + 2) % 3]! - along[(axis + 2) % 3]! * arm[i]!);
    const length = Math.hypot(...normal);
    const turned = serine.map((line) => {
      const middle = own.map((value, axis) => (value + partner[axis]!) / 2);
      const from = pointOf(line).map((value, axis) => value - middle[axis]!);
      const share = from.reduce((sum, value, axis) => sum + (value * normal[axis]!) / length, 0);
      const at = middle.map((value, axis) => value + (2 * share * normal[axis]!) / length - from[axis]!);
      return `${line.slice(0, 20)} B${line.slice(22, 30)}${at.map((value) => value.toFixed(3).padStart(8)).join("")}${line.slice(54)}`;
    });
    const { model } = complete([...serine, ...turned]);
    expect(between(model, "A 1 SER OG", "B 1 SER OG")).toBeCloseTo(2.8, 2);
    const bonds = [between(model, "A 1 SER HG", "B 1 SER OG"), between(model, "B 1 SER HG", "A 1 SER OG")];
    expect(Math.min(...bonds)).toBeLessThan(2.2);
    expect(between(model, "A 1 SER HG", "B 1 SER HG")).toBeGreaterThan(1.6);
  });
});

test("an ammonium turns one of its hydrogens to an acceptor between them", () => {
  const lysine = residueLines("LYS", "A", [
    ["CG", ["N", "CA", "CB"], 1.52, -60],
    ["CD", ["CA", "CB", "CG"], 1.52, 180],
    ["CE", ["CB", "CG", "CD"], 1.52, 180],
    ["NZ", ["CG", "CD", "CE"], 1.49, 180],
  ]);
  const lines = [...lysine, waterLine(lysine, ["CD", "CE", "NZ"], 120)];
  const nearest = (model: Model): number =>
    Math.min(...["HZ1", "HZ2", "HZ3"].map((name) => between(model, `A 1 LYS ${name}`, "W 9 HOH O")));
  expect(nearest(complete(lines, { choice: "none" }).model)).toBeGreaterThan(2.3);
  expect(nearest(complete(lines).model)).toBeLessThan(2.1);
});

describe("an amide", () => {
  const asparagine = residueLines("ASN", "A", [
    ["CG", ["N", "CA", "CB"], 1.52, 180],
    ["OD1", ["CA", "CB", "CG"], 1.23, 60],
    ["ND2", ["CA", "CB", "CG"], 1.33, -120],
  ]);
  // A serine's carbonyl oxygen is no donor: the nitrogen belongs there.
  const [a, b, c] = ["CB", "CG", "OD1"].map((name) => named(asparagine, name)) as [Point, Point, Point];
  const oxygen = place(a, b, c, 2.8, 120, 180);
  const carbon = place(b, c, oxygen, 1.23, 150, 180);
  const lines = [
    ...asparagine,
    atomLine(91, "O", "GLY", 5, oxygen, "O", "C"),
    atomLine(92, "C", "GLY", 5, carbon, "C", "C"),
  ];

  test("is flipped where its oxygen meets an acceptor, with lengths and angles kept", () => {
    const { model, report } = complete(lines, { choice: "flip" });
    const flip = report.movers.find(({ kind }) => kind === "amide")!;
    expect(flip).toMatchObject({ group: "A 1 ASN", isFlipped: true });
    expect(flip.flip!.flipped).toBeGreaterThan(flip.flip!.unflipped + 0.5);
    expect(between(model, "A 1 ASN ND2", "C 5 GLY O")).toBeLessThan(3.2);
    const before = readLines(lines);
    for (const [first, second] of [
      ["CG", "OD1"],
      ["CG", "ND2"],
      ["CB", "OD1"],
      ["CB", "ND2"],
      ["OD1", "ND2"],
    ]) {
      const pair = [`A 1 ASN ${first}`, `A 1 ASN ${second}`] as const;
      expect(between(model, ...pair)).toBeCloseTo(between(before, ...pair), 6);
    }
  });

  test("stays where flips are not asked for", () => {
    const { model, report } = complete(lines);
    expect(report.movers.filter(({ kind }) => kind === "amide")).toEqual([]);
    expect(between(model, "A 1 ASN OD1", "C 5 GLY O")).toBeCloseTo(2.8, 2);
  });
});

describe("a histidine", () => {
  const histidine = residueLines("HIS", "A", [
    ["CG", ["N", "CA", "CB"], 1.5, 180],
    ["ND1", ["CA", "CB", "CG"], 1.38, 90],
    ["CD2", ["CA", "CB", "CG"], 1.36, -90],
  ]);
  // The ring's own angles, which are not those of the chain.
  const [cb, cg, nd1, cd2] = ["CB", "CG", "ND1", "CD2"].map((name) => named(histidine, name)) as [
    Point,
    Point,
    Point,
    Point,
  ];
  const ce1 = place(cb, cg, nd1, 1.32, 109, 180);
  const ne2 = place(cb, cg, cd2, 1.37, 107, 180);
  const ring = [...histidine, atomLine(80, "CE1", "HIS", 1, ce1, "C"), atomLine(81, "NE2", "HIS", 1, ne2, "N")];
  const carbonyl = (from: Point, through: Point): string[] => {
    const out = [0, 1, 2].map((axis) => through[axis]! - from[axis]!);
    const length = Math.hypot(...out);
    const at = (distance: number): Point =>
      [0, 1, 2].map((axis) => through[axis]! + (distance * out[axis]!) / length) as unknown as Point;
    return [atomLine(91, "O", "GLY", 5, at(2.8), "O", "C"), atomLine(92, "C", "GLY", 5, at(4.03), "C", "C")];
  };
  const centre = [0, 1, 2].map(
    (axis) => (cg[axis]! + nd1[axis]! + cd2[axis]! + ce1[axis]! + ne2[axis]!) / 5,
  ) as unknown as Point;
  const protons = (model: Model): string[] => model.atoms.name.filter((name) => name === "HD1" || name === "HE2");

  test("alone has its proton on NE2", () => {
    expect(protons(complete(ring).model)).toEqual(["HE2"]);
  });

  test("next to an acceptor at ND1 has it there", () => {
    const { model, added, kept } = complete([...ring, ...carbonyl(centre, nd1)]);
    expect(protons(model)).toEqual(["HD1"]);
    expect(added + kept).toBe([...model.atoms.element].filter((element) => element === 1).length);
  });

  test("between two acceptors has both", () => {
    const second = carbonyl(centre, ne2).map((line) => line.replace("GLY C   5", "GLY D   5"));
    expect(protons(complete([...ring, ...carbonyl(centre, nd1), ...second]).model)).toEqual(["HD1", "HE2"]);
  });
});

test("a water turns one hydrogen to each of two acceptors", () => {
  const [oxygen, first, second] = [
    [0, 0, 0],
    [2.8, 0.3, 0.5],
    [-0.7, -1.2, 2.45],
  ] as const satisfies readonly Point[];
  const lines = [
    atomLine(1, "O", "HOH", 1, oxygen, "O", "W").replace("ATOM  ", "HETATM"),
    atomLine(2, "O", "GLY", 5, first, "O", "C"),
    atomLine(3, "O", "GLY", 7, second, "O", "D"),
  ];
  const { model, report } = complete(lines, { waters: true });
  const lengths = ["C 5 GLY O", "D 7 GLY O"].map((acceptor) =>
    Math.min(...["H1", "H2"].map((name) => between(model, `W 1 HOH ${name}`, acceptor))),
  );
  for (const length of lengths) expect(length).toBeLessThan(2.2);
  expect(report.movers).toMatchObject([{ kind: "water", group: "W 1 HOH" }]);
});
