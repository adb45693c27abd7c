// Dots, clashes and clashscores against values recorded from Probe 2.26.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createRunContext } from "../../src/base/run-context.ts";
import { type ClashReport, computeClashes, defaultClashOptions } from "../../src/contacts/clashes.ts";
import { dotsOfRadius, isPresent, probeRadius } from "../../src/contacts/contact-scene.ts";
import { createContactScene } from "../../src/contacts/create-contact-scene.ts";
import { analysisWeights, createDotScoreEnvironment, scoreAtoms } from "../../src/contacts/dot-score.ts";
import {
  collectNeighbours,
  createDotAnalysis,
  dotKind,
  examineDots,
  isAside,
} from "../../src/contacts/examine-dots.ts";
import { type ContactModel, contactModel, withTopology } from "../support/contact-model.ts";
import { hasSharedData, readSharedModel } from "./shared-data.ts";

interface LonePair {
  readonly pair: string;
  readonly d: number;
  readonly min_dot_gap?: number;
  readonly n_dots: number;
  readonly types?: Readonly<Record<string, number>>;
}

const golden = "../spec/golden/";

function readGolden<Value>(read: (document: { probe: { lone_pair_tests: { points: LonePair[] } } }) => Value): Value {
  const path = new URL(`../../../shared/data/${golden}golden-validation.json`, import.meta.url).pathname;
  return read(JSON.parse(readFileSync(path, "utf8")) as Parameters<typeof read>[0]);
}

/** Dots by the kinds of Probe: wide and close contact, small and bad overlap, hydrogen bond; and the smallest gap. */
function countDots({ model, topology }: ContactModel): { counts: Record<string, number>; leastGap: number } {
  const scene = createContactScene(model, topology);
  const analysis = createDotAnalysis(scene);
  const counts: Record<string, number> = {};
  let leastGap = Infinity;
  for (let source = 0; source < scene.atomCount; source++) {
    if (!isPresent(scene, source)) continue;
    collectNeighbours(scene, source, { largestGap: 2 * probeRadius, betweenWaters: false }, analysis);
    const count = examineDots(scene, source, analysis);
    const dots = dotsOfRadius(scene, scene.radius[source]!);
    for (let dot = 0; dot < count; dot++) {
      const kind = analysis.kind[dot]!;
      const gap = analysis.gap[dot]!;
      if (kind === dotKind.none) continue;
      if (kind === dotKind.contact && isAside(scene, source, analysis.target[dot]!, dots, dot)) continue;
      const name =
        kind === dotKind.hydrogenBond
          ? "hb"
          : kind === dotKind.contact
            ? gap > 0.25
              ? "wc"
              : "cc"
            : gap > -0.4
              ? "so"
              : "bo";
      counts[name] = (counts[name] ?? 0) + 1;
      leastGap = Math.min(leastGap, gap);
    }
  }
  return { counts, leastGap };
}

function clashesOf({ model, topology }: ContactModel): ClashReport {
  return computeClashes(model, topology, defaultClashOptions, createRunContext());
}

describe.skipIf(!hasSharedData)("contacts equal Probe's (needs ../shared)", () => {
  const pairs = hasSharedData ? readGolden(({ probe }) => probe.lone_pair_tests.points) : [];

  test.each(pairs)("two atoms $pair at $d Angstrom: dots by kind exactly, gaps to 0.002", (point) => {
    const [first, second] = point.pair.split("-") as [string, string];
    const { counts, leastGap } = countDots(
      contactModel([
        { name: first, element: first, at: [0, 0, 0] },
        { name: second, element: second, at: [point.d, 0, 0] },
      ]),
    );
    expect(counts).toEqual(point.types ?? {});
    if (point.min_dot_gap !== undefined) expect(Math.abs(leastGap - point.min_dot_gap)).toBeLessThan(0.002);
  });

  test("4HG7 with hydrogens", async () => {
    const input = withTopology(await readSharedModel(`${golden}golden-4hg7-with-H.pdb`));
    const report = clashesOf(input);
    expect(report).toMatchObject({
      atoms: 1640,
      hydrogens: 850,
      hydrogenBondPairs: 73,
      pairsWithBadDots: 4,
      fused: [],
    });
    expect(report.clashscore).toBeCloseTo(2.439, 3);
    expect(report.clashes.map(({ first, second, overlap }) => [first, second, Number(overlap.toFixed(3))])).toEqual([
      ["A 37 LEU CD2.B", "A 81 LEU HD23", 0.659],
      ["A 18 GLN HE22", "A 96 HIS H", 0.511],
      ["A 37 LEU HD21.B", "A 81 LEU HD23", 0.47],
      ["A 37 LEU HD23.B", "A 81 LEU HD23", 0.441],
    ]);
    const { counts } = countDots(input);
    expect(counts).toMatchObject({ so: 2873, bo: 41, hb: 2559 });
    // Probe has 13137 and 10478: two pairs fewer, of alternates.
    expect(Math.abs(counts["wc"]! - 13137)).toBeLessThanOrEqual(5);
    expect(Math.abs(counts["cc"]! - 10478)).toBeLessThanOrEqual(16);
  });

  test("3LZT with hydrogens, dot for dot", async () => {
    const input = withTopology(await readSharedModel(`${golden}golden-3lzt-with-H.pdb`));
    const report = clashesOf(input);
    expect(report).toMatchObject({ atoms: 1907, hydrogens: 932, hydrogenBondPairs: 108, pairsWithBadDots: 13 });
    expect(report.clashes).toHaveLength(12);
    expect(report.clashscore).toBeCloseTo(6.2926, 4);
    expect(report.clashes.map(({ overlap }) => Number(overlap.toFixed(3)))).toEqual([
      0.619, 0.617, 0.577, 0.526, 0.504, 0.483, 0.478, 0.471, 0.459, 0.45, 0.44, 0.429,
    ]);
    expect(countDots(input).counts).toEqual({ wc: 17034, cc: 14200, so: 3871, bo: 121, hb: 3770 });
  });

  test.each([
    ["4hg7", 592.3, -94.7, 58],
    ["3lzt", 803, -147.6, 88.6],
  ])("the dot score of %s", async (name, contact, bump, hydrogenBond) => {
    const { model, topology } = withTopology(await readSharedModel(`${golden}golden-${name}-with-H.pdb`));
    const environment = createDotScoreEnvironment(model, topology, analysisWeights);
    const score = scoreAtoms(
      environment,
      Int32Array.from({ length: model.atoms.count }, (_, atom) => atom),
    );
    // The two contacts of alternates that Probe has not are worth 0.6.
    expect(Math.abs(score.contact - contact)).toBeLessThan(name === "4hg7" ? 1 : 0.05);
    expect(Math.abs(score.bump - bump)).toBeLessThan(0.05);
    expect(Math.abs(score.hydrogenBond - hydrogenBond)).toBeLessThan(0.05);
  });

  test.each([
    {
      name: "3J63, of partial occupancies",
      path: "emd5830_3j63_asc_3p8A/A_box_complete.pdb",
      count: 66,
      score: 45.961,
    },
    {
      name: "5FN5, with fused side chains",
      path: "emd3240_5fn5_gamma_secretase_4p3A/5fn5_box_complete.pdb",
      count: 298,
      score: 15.3395,
    },
  ])("$name", async ({ path, count, score }) => {
    const report = clashesOf(withTopology(await readSharedModel(path)));
    expect(report.clashes).toHaveLength(count);
    expect(report.clashscore).toBeCloseTo(score, 3);
  });

  test("6I5A, whose hydrogens have occupancy 0, clashes with its hydrogens", async () => {
    const report = clashesOf(withTopology(await readSharedModel("emd4413_6i5a_tmv_2p3A/6i5a_box_complete.pdb")));
    expect(report).toMatchObject({ atoms: 2393, hydrogens: 1186 });
    expect(report.clashes.length).toBeGreaterThan(40);
  });
});
