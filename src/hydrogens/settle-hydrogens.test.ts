// Groups of a model with hydrogens turn to where they make hydrogen bonds; its atoms stay the same, and what may not move stays.
import { describe, expect, test } from "vitest";
import { atomLine, type Point, place, readLines } from "../../test/support/peptide.ts";
import { pointOf, residueLines } from "../../test/support/residue.ts";
import { createRunContext } from "../base/run-context.ts";
import { loadDictionary } from "../chemistry/dictionary.ts";
import { distanceBetween } from "../math/internal-coordinates.ts";
import { type Model, withCoordinates } from "../model/model.ts";
import { addHydrogens } from "./add-hydrogens.ts";
import { settleHydrogens } from "./settle-hydrogens.ts";

const dictionary = loadDictionary();

function withHydrogens(lines: readonly string[]): Model {
  return addHydrogens(readLines(lines), dictionary, { choice: "none", ideals: "dictionary" }, createRunContext()).model;
}

function settle(model: Model, movable = new Uint8Array(model.atoms.count).fill(1)) {
  const { xyz, flipped } = settleHydrogens(model, dictionary, movable, createRunContext());
  return { settled: withCoordinates(model, xyz), flipped: flipped.map(({ group }) => group) };
}

function between({ atoms }: Model, first: string, second: string): number {
  return distanceBetween(atoms.xyz, atoms.name.indexOf(first), atoms.name.lastIndexOf(second));
}

function corners(lines: readonly string[], names: readonly [string, string, string]): [Point, Point, Point] {
  return names.map((name) => pointOf(lines.find((line) => line.slice(12, 16).trim() === name)!)) as [
    Point,
    Point,
    Point,
  ];
}

const asparagine = residueLines("ASN", "A", [
  ["CG", ["N", "CA", "CB"], 1.52, 180],
  ["OD1", ["CA", "CB", "CG"], 1.23, 60],
  ["ND2", ["CA", "CB", "CG"], 1.33, -120],
]);

/** A carbonyl oxygen this far from an atom of the amide, in its plane. */
function carbonylAt(atom: "OD1" | "ND2", distance: number): string[] {
  const [a, b, c] = corners(asparagine, ["CB", "CG", atom]);
  const oxygen = place(a, b, c, distance, 120, 180);
  const carbon = place(b, c, oxygen, 1.23, 150, 180);
  return [atomLine(91, "OX", "GLY", 5, oxygen, "O", "C"), atomLine(92, "C", "GLY", 5, carbon, "C", "C")].map((line) =>
    line.replace(" OX ", " O  "),
  );
}

describe("an amide with its oxygen at another oxygen", () => {
  const model = withHydrogens([...asparagine, ...carbonylAt("OD1", 2.9)]);

  test("turns its nitrogen there, with the same atoms in the same order", () => {
    const { settled, flipped } = settle(model);
    expect(flipped).toEqual(["A 1 ASN"]);
    expect(between(model, "OD1", "O")).toBeCloseTo(2.9, 2);
    expect(between(settled, "ND2", "O")).toBeLessThan(3.1);
    expect(Math.min(between(settled, "HD21", "O"), between(settled, "HD22", "O"))).toBeLessThan(2.2);
    expect(between(settled, "CG", "ND2")).toBeCloseTo(between(model, "CG", "ND2"), 6);
    expect(settled.atoms.name).toBe(model.atoms.name);
  });

  test("stays where it may not move", () => {
    const movable = Uint8Array.from(model.atoms.residue, (residue) => (residue === 0 ? 0 : 1));
    const { settled, flipped } = settle(model, movable);
    expect(flipped).toEqual([]);
    expect(between(settled, "OD1", "O")).toBeCloseTo(2.9, 2);
    expect(settled.atoms.xyz.slice(0, 30)).toEqual(model.atoms.xyz.slice(0, 30));
  });
});

test("an amide whose hydrogens only bump stays: small moves mend that", () => {
  const [a, b, c] = corners(asparagine, ["CB", "CG", "ND2"]);
  const methyl = place(a, b, c, 3, 120, 180);
  const model = withHydrogens([...asparagine, atomLine(91, "CB", "ALA", 5, methyl, "C", "C")]);
  const found = addHydrogens(model, dictionary, { choice: "flip" }, createRunContext()).report.movers;
  expect(found.find(({ kind }) => kind === "amide")?.isFlipped).toBe(true);
  expect(settle(model).flipped).toEqual([]);
});

test("a hydroxyl turns to an acceptor, and a histidine keeps its proton", () => {
  const serine = residueLines("SER", "A", [["OG", ["N", "CA", "CB"], 1.42, -60]]);
  const water = place(...corners(serine, ["CA", "CB", "OG"]), 2.8, 115, -90);
  const model = withHydrogens([...serine, atomLine(90, "O", "HOH", 9, water, "O", "W").replace("ATOM  ", "HETATM")]);
  const { settled } = settle(model);
  expect(between(model, "HG", "O")).toBeGreaterThan(2.3);
  expect(between(settled, "HG", "O")).toBeLessThan(2.1);
  const histidine = withHydrogens(
    residueLines("HIS", "A", [
      ["CG", ["N", "CA", "CB"], 1.5, -60],
      ["ND1", ["CA", "CB", "CG"], 1.38, 90],
      ["CD2", ["CA", "CB", "CG"], 1.36, -90],
      ["CE1", ["CB", "CG", "ND1"], 1.32, 180],
      ["NE2", ["CB", "CG", "CD2"], 1.37, 180],
    ]),
  );
  expect(histidine.atoms.name.filter((name) => name === "HD1" || name === "HE2")).toEqual(["HE2"]);
  expect(between(settle(histidine).settled, "HE2", "NE2")).toBeCloseTo(between(histidine, "HE2", "NE2"), 2);
});
