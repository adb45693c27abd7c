// Suites by their torsions alone.
import { describe, expect, test } from "vitest";
import { loadSuites } from "../../chemistry/suite-tables.ts";
import { assignSuite } from "./assign-suite.ts";

const table = loadSuites();
const clusters = [...table.bins.values()].flat();
const centre = (name: string): number[] => [...clusters.find((cluster) => cluster.name === name)!.angles];

test("there are 46 certain and 8 provisional suites in 11 bins", () => {
  expect(clusters.filter(({ isProvisional }) => !isProvisional)).toHaveLength(46);
  expect(clusters.filter(({ isProvisional }) => isProvisional)).toHaveLength(8);
  expect(table.bins.size).toBe(11);
});

test("the centre of every cluster is that suite, with suiteness 1", () => {
  for (const { name, bin, angles } of clusters) {
    expect(assignSuite(angles, table)).toMatchObject({ suite: name, bin, suiteness: 1, distance: 0, issue: null });
  }
});

test("a suite half a half-width from its centre has suiteness one half", () => {
  const angles = centre("3b");
  angles[4]! += 35;
  expect(assignSuite(angles, table)).toMatchObject({ suite: "3b", distance: 0.5 });
  expect(assignSuite(angles, table).suiteness).toBeCloseTo(0.5, 12);
});

describe("outliers", () => {
  test.each([
    [1, 150, "epsilon-1"],
    [0, 110, "delta-1"],
    [6, 115, "delta"],
    [5, 120, "gamma"],
    [3, 10, "alpha"],
    [4, 40, "beta"],
    [2, 345, "zeta-1"],
  ])("torsion %i at %i degrees is beyond what backbones do", (index, angle, issue) => {
    const angles = centre("1a");
    angles[index] = angle;
    expect(assignSuite(angles, table)).toMatchObject({ suite: "!!", suiteness: 0, bin: null, issue });
  });

  test("epsilon is named before delta", () => {
    const angles = centre("1a");
    angles[1] = 150;
    angles[0] = 110;
    expect(assignSuite(angles, table).issue).toBe("epsilon-1");
  });

  test("a suite far from all clusters of its bin is named with the nearest", () => {
    const angles = centre("1a");
    angles[3] = 240;
    angles[4] = 120;
    expect(assignSuite(angles, table)).toMatchObject({ suite: "!!", bin: "33 p", issue: "distance", nearest: "1a" });
  });

  test("members in four torsions that are too far in seven are outliers", () => {
    const angles = centre("1a");
    angles[0] = 104.9;
    angles[6] = 104.9;
    angles[5] = 80;
    const found = assignSuite(angles, table);
    expect(found).toMatchObject({ suite: "!!", suiteness: 0, issue: "distance", nearest: "1a" });
    expect(found.distance).toBeGreaterThan(1);
  });

  test("the bin without clusters has none", () => {
    const angles = centre("1a");
    angles[5] = 300;
    expect(assignSuite(angles, table)).toMatchObject({ suite: "!!", bin: "33 m", issue: "vacant", nearest: null });
  });

  test("a suite without one of its torsions is incomplete, not an outlier", () => {
    const angles = [...centre("1a"), null].slice(1);
    expect(assignSuite(angles, table)).toMatchObject({ suite: "__", suiteness: null, issue: null });
  });
});

test("between a dominant cluster and its satellite the widths of the pair decide", () => {
  const [large, small] = [centre("1a"), centre("1m")];
  const between = (part: number): string =>
    assignSuite(
      large.map((angle, index) => angle + part * (small[index]! - angle)),
      table,
    ).suite;
  // Half-widths of beta are 64 for 1a and 32 for 1m: the border lies at two thirds of the way.
  expect([between(0.4), between(0.6), between(0.72), between(0.9)]).toEqual(["1a", "1a", "1m", "1m"]);
});
