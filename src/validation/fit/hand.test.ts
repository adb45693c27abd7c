// The hand of a map is read from its helices, and not guessed where there are none.
import { describe, expect, test } from "vitest";
import { bundleMap, helixBundle, mirrorAlongX } from "../../../test/support/helix-bundle.ts";
import { peptideLines, readLines } from "../../../test/support/peptide.ts";
import { createRng } from "../../base/rng.ts";
import { createEngine } from "../../kernels/engine.ts";
import { withCoordinates } from "../../model/model.ts";
import { measureHand } from "./hand.ts";
import { findHelixWindows } from "./helix-windows.ts";

const engine = createEngine();
const bundle = helixBundle();
const map = bundleMap(engine, bundle, 0.5);
const mirrored = mirrorAlongX(bundle, map);

describe("helices", () => {
  test("are found in both hands, along their axes", () => {
    const windows = findHelixWindows(bundle);
    // Of 14 residues two stretches of seven.
    expect(windows).toHaveLength(24);
    expect(findHelixWindows(mirrored.model)).toHaveLength(24);
    const [first, second] = windows;
    const apart = [0, 1, 2].map((axis) => second!.centre[axis]! - first!.centre[axis]!);
    const along = apart.reduce((sum, value, axis) => sum + value * first!.direction[axis]!, 0);
    expect(along).toBeCloseTo(7 * 1.54, 1);
    expect(Math.hypot(...apart)).toBeCloseTo(along, 2);
  });

  test("are not seen in strands", () => {
    const strand = readLines(
      peptideLines(
        Array.from({ length: 20 }, () => "ALA"),
        { phi: -120, psi: 130 },
      ),
    );
    expect(findHelixWindows(strand)).toEqual([]);
    expect(measureHand(strand, map, 3.5)).toEqual({
      windows: 0,
      ccAsGiven: null,
      ccMirrored: null,
      z: null,
      isMirrored: null,
      mirroredCentres: 0,
    });
  });
});

describe("the hand", () => {
  test("of a map is right, and wrong for its mirror image, with the same numbers", () => {
    const right = measureHand(bundle, map, 3.5);
    expect(right).toMatchObject({ isMirrored: false, mirroredCentres: 0 });
    expect(right.ccAsGiven).toBeGreaterThan(2 * right.ccMirrored!);
    const left = measureHand(mirrored.model, mirrored.map, 3.5);
    expect(left).toMatchObject({ isMirrored: true, mirroredCentres: 1 });
    expect(left.ccMirrored).toBeCloseTo(right.ccAsGiven!, 6);
    expect(left.z).toBeCloseTo(-right.z!, 4);
  });

  test("has the same certainty when a chain has a copy in the same place", () => {
    const [offsets, index] = [bundle.chains.residueOffset, bundle.chains.residueIndex];
    const twice = {
      ...bundle,
      chains: {
        ...bundle.chains,
        count: 2,
        id: ["A", "B"],
        model: Int32Array.of(0, 0),
        residueOffset: Int32Array.of(0, offsets[1]!, 2 * offsets[1]!),
        residueIndex: Int32Array.from([...index, ...index]),
      },
    };
    const [once, both] = [measureHand(bundle, map, 3.5), measureHand(twice, map, 3.5)];
    expect(both.windows).toBe(2 * once.windows);
    expect(both.z).toBeCloseTo(once.z!, 10);
  });

  test("of a right map is never wrong for a model that stands aside", () => {
    const verdicts = [1, 2, 3, 4].flatMap((distance) =>
      [0, 60, 120, 180, 240, 300].map((degrees) => {
        const [u, v] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
        const move = [0, distance * u, distance * v];
        const xyz = bundle.atoms.xyz.map((value, at) => value + move[at % 3]!);
        return measureHand(withCoordinates(bundle, xyz), map, 3.5).isMirrored;
      }),
    );
    expect(verdicts).not.toContain(true);
    expect(verdicts.filter((verdict) => verdict === false).length).toBeGreaterThan(8);
  });

  test("is not decided by noise", () => {
    const rng = createRng(4);
    const noise = { ...map, values: map.values.map(() => rng.normal()) };
    expect(measureHand(bundle, noise, 3.5).isMirrored).toBeNull();
  });

  test("is not decided by a constant map or by a model outside", () => {
    const constant = { ...map, values: new Float32Array(map.values.length) };
    expect(measureHand(bundle, constant, 3.5)).toMatchObject({ windows: 0, isMirrored: null });
    const outside = withCoordinates(
      bundle,
      bundle.atoms.xyz.map((value) => value + 500),
    );
    expect(measureHand(outside, map, 3.5)).toMatchObject({ windows: 0, isMirrored: null });
  });
});
