// EMRinger: the scan finds density where it is, the score has its known values, and chance is told from signal.
import { describe, expect, test } from "vitest";
import { atomLine, peptideLines, readLines } from "../../../test/support/peptide.ts";
import { createRng } from "../../base/rng.ts";
import { createRunContext } from "../../base/run-context.ts";
import type { DensityMap } from "../../density/map.ts";
import type { Model } from "../../model/model.ts";
import { type Chi1Scan, describeProfiles, samplesPerTurn, scanChi1 } from "./chi1-scan.ts";
import { computeEmringer, type Emringer, scoreScan } from "./emringer.ts";
import { exactBinning, publishedBinning, rotamericZ } from "./emringer-score.ts";

const size = 24;
const emptyMap: DensityMap = {
  values: new Float32Array(size ** 3),
  size: [size, size, size],
  start: [0, 0, 0],
  sampling: [size, size, size],
  cell: { a: 12, b: 12, c: 12, alpha: 90, beta: 90, gamma: 90 },
  offset: [-6, -6, -6],
};

function blobAt(point: readonly number[]): DensityMap {
  const values = Float32Array.from({ length: size ** 3 }, (_value, at) => {
    const x = (at % size) / 2 - 6 - point[0]!;
    const y = (Math.floor(at / size) % size) / 2 - 6 - point[1]!;
    const z = Math.floor(at / size ** 2) / 2 - 6 - point[2]!;
    return Math.exp(-(x * x + y * y + z * z) / (2 * 0.7 ** 2));
  });
  return { ...emptyMap, values };
}

/** N, CA, CB and OG in a frame where chi1 is the angle of OG about z; N lies in the plane of x and z. */
function serine(chi1: number): { readonly model: Model; readonly oxygen: readonly [number, number, number] } {
  const angle = (chi1 * Math.PI) / 180;
  const oxygen = [1.3 * Math.cos(angle), 1.3 * Math.sin(angle), 1.53 + 0.5] as const;
  const lines = [
    atomLine(1, "N", "SER", 1, [1.38, 0, -0.49]),
    atomLine(2, "CA", "SER", 1, [0, 0, 0]),
    atomLine(3, "CB", "SER", 1, [0, 0, 1.53]),
    atomLine(4, "OG", "SER", 1, oxygen),
  ];
  return { model: readLines(lines), oxygen };
}

describe("the scan", () => {
  test.each([0, 60, 185, 300])("has its highest value where the density is, at a chi1 of %i", (chi1) => {
    const { oxygen } = serine(chi1);
    // The side chain that is scanned stands elsewhere.
    const scan = scanChi1(serine(chi1 + 100).model, blobAt(oxygen));
    expect(scan.count).toBe(1);
    expect(Math.abs(5 * scan.peak[0]! - chi1)).toBeLessThanOrEqual(5);
    expect(scan.peakValue[0]).toBeGreaterThan(0.8);
  });

  test("leaves out residues without the atom, without a third rotamer, of the second conformer and beyond the map", () => {
    const { oxygen } = serine(60);
    const lines = [
      ...["A", "B"].flatMap((altloc) =>
        [
          atomLine(1, "N", "SER", 1, [1.38, 0, -0.49]),
          atomLine(2, "CA", "SER", 1, [0, 0, 0]),
          atomLine(3, "CB", "SER", 1, [0, 0, 1.53]),
          atomLine(4, "OG", "SER", 1, altloc === "A" ? oxygen : [0, 1.3, 1.9]),
        ].map((line) => line.slice(0, 16) + altloc + line.slice(17)),
      ),
      ...peptideLines(["LEU", "ALA", "GLY", "VAL"], { phi: -60, psi: -45 }).map(
        (line) => `${line.slice(0, 22)}${String(Number(line.slice(22, 26)) + 10).padStart(4)}${line.slice(26)}`,
      ),
      atomLine(40, "N", "SER", 30, [101.38, 0, -0.49]),
      atomLine(41, "CA", "SER", 30, [100, 0, 0]),
      atomLine(42, "CB", "SER", 30, [100, 0, 1.53]),
      atomLine(43, "OG", "SER", 30, [101, 0, 2]),
    ];
    const scan = scanChi1(readLines(lines), blobAt(oxygen));
    expect([...scan.residue]).toEqual([0]);
    expect(Math.abs(5 * scan.peak[0]! - 60)).toBeLessThanOrEqual(5);
  });
});

/** Chains of serines, for scans that are made up. */
function serines(count: number, chains = 1): Model {
  return readLines(
    Array.from({ length: count * chains }, (_value, row) =>
      atomLine(
        row + 1,
        "CA",
        "SER",
        1 + (row % count),
        [0, 0, 0],
        "C",
        String.fromCharCode(65 + Math.floor(row / count)),
      ),
    ),
  );
}

/** One narrow peak of a given height at each angle (degrees). */
function scanOf(angles: readonly number[], heights: readonly number[] = angles.map(() => 1)): Chi1Scan {
  const profiles = new Float32Array(samplesPerTurn * angles.length);
  angles.forEach((angle, row) => {
    profiles[samplesPerTurn * row + Math.round(angle / 5)] = heights[row]!;
  });
  return describeProfiles(
    Int32Array.from(angles, (_angle, row) => row),
    profiles,
  );
}

function scoreOf(scan: Chi1Scan, seed = 1, model = serines(scan.count)): Emringer {
  return scoreScan(model, scan, createRunContext({ rng: createRng(seed) }))!;
}

describe("the score", () => {
  test("is 9.199 where every peak is at a rotamer, with every number of residues", () => {
    for (const count of [1, 7, 61]) {
      const result = scoreOf(scanOf(Array.from({ length: count }, (_value, row) => 60 + 120 * (row % 3))));
      expect(result.score).toBeCloseTo(9.199, 3);
      expect(result.exactScore).toBeCloseTo(9.199, 3);
    }
  });

  test("is 0 where 39 of 72 peaks are rotameric", () => {
    const result = scoreOf(scanOf(Array.from({ length: 72 }, (_value, row) => 5 * row)));
    expect(result.exactScore).toBeCloseTo(0, 10);
    expect(result.score).toBeCloseTo((10 * rotamericZ(36, 72)) / Math.sqrt(72), 10);
  });

  test("counts 39 samples within 30 degrees of rotamers, and the 36 of the published program", () => {
    const angles = (binning: Uint8Array): number[] => [...binning.keys()].filter((k) => binning[k]).map((k) => 5 * k);
    expect(angles(exactBinning).slice(0, 14)).toEqual([30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 150]);
    expect(angles(exactBinning)).toHaveLength(39);
    expect(angles(publishedBinning).slice(0, 13)).toEqual([35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 155]);
    expect(angles(publishedBinning)).toHaveLength(36);
  });

  test("is taken at the threshold that leaves out low peaks at wrong angles", () => {
    const angles = Array.from({ length: 60 }, (_value, row) => (row < 30 ? 60 : 0));
    const result = scoreOf(
      scanOf(
        angles,
        angles.map((_angle, row) => (row < 30 ? 1 : 0.2)),
      ),
    );
    expect(result.threshold).toBeGreaterThan(0.19);
    expect(result.score).toBeCloseTo((10 * rotamericZ(30, 30)) / Math.sqrt(60), 10);
    expect(result.curve[0]).toMatchObject({ total: 60, rotameric: 30 });
    expect(result.curve.map(({ score }) => score)).toContain(result.score);
  });

  test("of peaks that are nowhere rotameric is the lowest possible, with no value at higher thresholds", () => {
    const result = scoreOf(scanOf([0, 0, 120, 240, 5]));
    expect(result.exactScore).toBeCloseTo((10 * rotamericZ(0, 5)) / Math.sqrt(5), 10);
    expect(result.curve.slice(1).every(({ exactScore }) => exactScore === null)).toBe(true);
    expect(result.pValue).toBe(1);
  });

  test("is not defined without side chains, in a constant map and outside of the map", () => {
    const context = createRunContext();
    expect(
      computeEmringer(readLines(peptideLines(["ALA", "GLY"], { phi: -60, psi: -45 })), emptyMap, context),
    ).toBeNull();
    expect(computeEmringer(serine(60).model, emptyMap, context)).toBeNull();
    expect(computeEmringer(serine(60).model, { ...blobAt([0, 0, 0]), offset: [50, 0, 0] }, context)).toBeNull();
  });

  test("of one residue is defined, with a spread that is not", () => {
    const { model, oxygen } = serine(60);
    const result = computeEmringer(model, blobAt(oxygen), createRunContext())!;
    expect(result.score).toBeCloseTo(9.199, 3);
    expect(result.bootstrapSd).toBeNull();
    expect(result.isSignificant).toBe(false);
    expect(result.peaks).toEqual([expect.objectContaining({ chain: "A", number: 1, name: "SER", isRotameric: true })]);
  });
});

/** Peaks at random angles and of random heights. */
function randomScan(count: number, seed: number): Chi1Scan {
  const rng = createRng(seed);
  const angles = Array.from({ length: count }, () => 5 * Math.floor(72 * rng.uniform()));
  return scanOf(
    angles,
    angles.map(() => Math.max(0.1, 1 + 0.3 * rng.normal())),
  );
}

describe("chance", () => {
  const scans = Array.from({ length: 150 }, (_value, seed) => scoreOf(randomScan(61, 1000 + seed), seed));

  test("gives 61 side chains without information a mean score of about 1, not 0", () => {
    const meanOf = (key: "score" | "exactScore"): number =>
      scans.reduce((sum, result) => sum + result[key], 0) / scans.length;
    expect(Math.abs(meanOf("score") - 1.1)).toBeLessThan(0.2);
    // Its bins hold fewer angles than it expects.
    expect(meanOf("score")).toBeLessThan(meanOf("exactScore"));
    expect(Math.abs(scans[0]!.chance.mean - meanOf("score"))).toBeLessThan(0.25);
    expect(scans[0]!.chance.upper95).toBeGreaterThan(2);
  });

  test.each(["pValue", "exactPValue"] as const)("has a uniform %s", (key) => {
    const values = scans.map((result) => result[key]);
    const share = (limit: number): number => values.filter((value) => value <= limit).length / values.length;
    // Three standard errors of 150 draws.
    for (const limit of [0.05, 0.25, 0.5, 0.75]) {
      expect(Math.abs(share(limit) - limit)).toBeLessThan(3 * Math.sqrt((limit * (1 - limit)) / values.length));
    }
  });

  test("is not what a model with 80 % of its side chains at rotamers is made by", () => {
    const rng = createRng(5);
    const angles = Array.from({ length: 61 }, () =>
      rng.uniform() < 0.8 ? 60 + 120 * Math.floor(3 * rng.uniform()) : 5 * Math.floor(72 * rng.uniform()),
    );
    const result = scoreOf(scanOf(angles));
    expect(result.pValue).toBeLessThan(0.002);
    expect(result.isSignificant).toBe(true);
    expect(result.bootstrapSd).toBeGreaterThan(0.3);
    expect(result.bootstrapSd).toBeLessThan(1.5);
  });

  test("is not made smaller by twelve copies of one chain", () => {
    const single = randomScan(40, 3);
    const copies = describeProfiles(
      Int32Array.from({ length: 480 }, (_value, row) => row),
      Float32Array.from(
        { length: 480 * samplesPerTurn },
        (_value, at) => single.profiles[at % single.profiles.length]!,
      ),
    );
    const alone = scoreOf(single, 1, serines(40));
    const twelve = scoreOf(copies, 1, serines(40, 12));
    expect(twelve.score).toBeCloseTo(alone.score, 10);
    expect(twelve.pValue).toBe(alone.pValue);
    expect(twelve.bootstrapSd).toBeCloseTo(alone.bootstrapSd!, 10);
  });

  test("is the same for the same seed", () => {
    const scan = randomScan(30, 9);
    expect(scoreOf(scan, 4)).toEqual(scoreOf(scan, 4));
  });
});

describe("windows", () => {
  test("flag a stretch of strong density with side chains off the rotamers, and only that", () => {
    const angles = Array.from({ length: 90 }, (_value, row) => (row >= 40 && row < 60 ? 0 : 180));
    const result = scoreOf(scanOf(angles));
    expect(result.windows).toHaveLength(90);
    expect(result.windows[0]).toEqual({
      chain: "A",
      number: 1,
      insertionCode: "",
      scanned: 11,
      passing: 11,
      rotameric: 11,
      isFlagged: false,
    });
    expect(result.flagged).toHaveLength(1);
    expect(result.flagged[0]!.first).toBeGreaterThan(28);
    expect(result.flagged[0]!.last).toBeLessThan(73);
  });

  test("do not reach beyond the chain", () => {
    const result = scoreOf(scanOf(Array.from({ length: 30 }, () => 0)), 1, serines(15, 2));
    expect(result.flagged).toEqual([
      { chain: "A", first: 1, last: 15 },
      { chain: "B", first: 1, last: 15 },
    ]);
  });
});
