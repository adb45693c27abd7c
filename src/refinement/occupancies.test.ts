// Occupancies at the end of a refinement: recovered where they are asked for, as they were where not.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readLines } from "../../test/support/peptide.ts";
import { createRng } from "../base/rng.ts";
import { createRunContext } from "../base/run-context.ts";
import { loadDictionary } from "../chemistry/dictionary.ts";
import { createEngine } from "../kernels/engine.ts";
import { combine, cross, dot, minus, plus, unit } from "../math/vector3.ts";
import type { Model } from "../model/model.ts";
import { simulateMap } from "../scattering/simulate-map.ts";
import { refineModel } from "./refine-model.ts";
import { defaultRefineOptions, type RefineOptions } from "./refine-options.ts";

const lines = readFileSync(new URL("../../example/true.pdb", import.meta.url), "utf8").split("\n");
const ofResidue = (line: string): number => Number(line.slice(22, 26));
const nameOf = (line: string): string => line.slice(12, 16).trim();
const pointOf = (line: string): [number, number, number] =>
  [30, 38, 46].map((at) => Number(line.slice(at, at + 8))) as [number, number, number];
const leucine = 8;
const end = new Set(["CG", "CD1", "CD2"]);

/** The first residues of the example, the end of Leu 8 twice, with these occupancies. */
function build(first: number, second: number): Model {
  const own = lines.filter((line) => line.startsWith("ATOM") && ofResidue(line) <= 20);
  const at = (name: string): [number, number, number] =>
    pointOf(own.find((line) => ofResidue(line) === leucine && nameOf(line) === name)!);
  const turn = rotationAbout(at("CA"), at("CB"), (-120 * Math.PI) / 180);
  const altered = (line: string, letter: string, value: number, point: readonly number[]): string =>
    `${line.slice(0, 16)}${letter}${line.slice(17, 30)}${point.map((x) => x.toFixed(3).padStart(8)).join("")}${value.toFixed(2).padStart(6)}${line.slice(60)}`;
  return readLines(
    own.flatMap((line) =>
      ofResidue(line) === leucine && end.has(nameOf(line))
        ? [altered(line, "A", first, pointOf(line)), altered(line, "B", second, turn(pointOf(line)))]
        : [line],
    ),
  );
}

type Point = readonly [number, number, number];

/** Turns points about the line from one point to another (Rodrigues). */
function rotationAbout(from: Point, to: Point, angle: number): (point: Point) => Point {
  const axis = unit(minus(to, from))!;
  return (point) => {
    const arm = minus(point, from);
    const turned = combine(
      [Math.cos(angle), arm],
      [Math.sin(angle), cross(axis, arm)],
      [(1 - Math.cos(angle)) * dot(axis, arm), axis],
    );
    return plus(from, turned);
  };
}

const engine = createEngine();
const truth = build(0.75, 0.25);
const settings = { resolution: 2, table: "electron", voxel: 0.7, margin: 6, noise: 0.02 } as const;
const map = simulateMap(engine, truth.atoms, settings, createRunContext({ rng: createRng(4) }));

async function refine(options: Partial<RefineOptions>) {
  const context = createRunContext();
  const wanted = { ...defaultRefineOptions, resolution: 2, cycles: 2, hydrogens: "none", ...options } as const;
  const input = { model: build(0.5, 0.5), map, dictionary: loadDictionary() };
  const { model, refinement } = await refineModel(engine, input, wanted, context);
  const { atoms } = model;
  const of = (letter: string): number[] => [...atoms.occupancy].filter((_value, row) => atoms.altloc[row] === letter);
  return { occupancies: refinement.occupancies, of, codes: context.diagnostics.entries.map(({ code }) => code) };
}

test("alternates come back to what the map has of each, and add up to 1", async () => {
  const { occupancies, of } = await refine({ occupancies: "refine" });
  expect(occupancies!.isApplied).toBe(true);
  expect(occupancies!.groups.map(({ altlocs }) => altlocs)).toEqual([["A", "B"]]);
  const [[first], [second]] = [of("A"), of("B")];
  expect([of("A"), of("B")]).toEqual([new Array(3).fill(first), new Array(3).fill(second)]);
  expect(first! + second!).toBeCloseTo(1, 6);
  expect(first).toBeGreaterThan(0.6);
  expect(first).toBeLessThan(0.9);
});

test("nobody's occupancies change unasked, nor without the model map, which is said", async () => {
  const unasked = await refine({});
  expect(unasked.occupancies).toBeNull();
  expect([...unasked.of("A"), ...unasked.of("B")]).toEqual(new Array(6).fill(0.5));
  const without = await refine({ occupancies: "refine", modelMap: "off" });
  expect(without.occupancies).toBeNull();
  expect(without.of("A")).toEqual(new Array(3).fill(0.5));
  expect(without.codes).toContain("OCCUPANCIES_KEPT");
});
