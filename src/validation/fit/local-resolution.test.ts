// Local resolution of half maps that are sharper on one side than on the other.
import { describe, expect, test } from "vitest";
import { createRng } from "../../base/rng.ts";
import { createRunContext } from "../../base/run-context.ts";
import { type DensityMap, mapFrame } from "../../density/map.ts";
import { filterValues } from "../../density/map-transform.ts";
import { createEngine } from "../../kernels/engine.ts";
import { computeLocalResolution, localResolutionAtAtoms } from "./local-resolution.ts";

const engine = createEngine();
const [nx, ny, nz] = [96, 48, 48];
const box: Omit<DensityMap, "values"> = {
  size: [nx, ny, nz],
  start: [-10, 0, 5],
  sampling: [nx, ny, nz],
  cell: { a: nx, b: ny, c: nz, alpha: 90, beta: 90, gamma: 90 },
  offset: [0, 0, 0],
};
const rng = createRng(21);
const white = (): Float32Array => Float32Array.from({ length: nx * ny * nz }, () => rng.normal());
const frame = mapFrame(box);

const strength = 10;
/** The B with which white signal, `strength` times as strong as noise, has a sixth of the noise's power, and FSC 0.143, at d. */
const bFor = (d: number): number => 2 * Math.log(6 * strength * strength) * d * d;

/** Signal that ends at 3 A in the right half and at 6 A in the left one, in noise. */
function halfMaps() {
  const signal = white();
  const damped = (d: number) => filterValues(engine, signal, frame, (s) => strength * Math.exp((-bFor(d) * s * s) / 4));
  const [fine, coarse] = [damped(3), damped(6)];
  const half = (): DensityMap => {
    const noise = white();
    const values = fine.map((value, at) => (at % nx < nx / 2 ? coarse[at]! : value) + noise[at]!);
    return { ...box, values };
  };
  return { first: half(), second: half() };
}

const mask = new Float32Array(nx * ny * nz).fill(1);
for (let at = 0; at < mask.length; at++) if (at % nx < 4) mask[at] = 0;

describe("half maps of 3 A on one side and 6 A on the other", () => {
  const context = createRunContext();
  const result = computeLocalResolution(engine, halfMaps(), { resolution: 3.5, mask }, context)!;
  const at = (x: number): number => result.map.values[x + nx * (24 + ny * 24)]!;

  test("have these resolutions within 15 % well inside of each side", () => {
    for (const x of [14, 20, 26]) expect(Math.abs(at(x) - 6)).toBeLessThan(0.9);
    for (const x of [70, 76, 82]) expect(Math.abs(at(x) - 3)).toBeLessThan(0.45);
  });

  test("are measured in the mask alone, and all of it", () => {
    const { values } = result.map;
    for (let voxel = 0; voxel < values.length; voxel++)
      if (values[voxel]! > 0 !== mask[voxel]! > 0) throw new Error(`${voxel}`);
    expect(result.diameter).toBe(25);
  });

  test("with a constant added have the same", () => {
    const { first, second } = halfMaps();
    const raise = (map: DensityMap) => ({ ...map, values: map.values.map((value) => value + 400) });
    const measure = (one: DensityMap, other: DensityMap) =>
      computeLocalResolution(engine, { first: one, second: other }, { resolution: 3.5, mask }, createRunContext())!;
    const [plain, raised] = [measure(first, second), measure(raise(first), raise(second))];
    for (let voxel = 0; voxel < mask.length; voxel += 97)
      expect(Math.abs(raised.map.values[voxel]! - plain.map.values[voxel]!)).toBeLessThan(0.05);
  });

  test("give atoms the value of their place; an atom elsewhere has none, which is counted", () => {
    const other = createRunContext();
    // In the frame of the map, whose first voxel is at (-10, 0, 5).
    const values = localResolutionAtAtoms(
      result.map,
      Float64Array.of(66.5, 24, 29, 10, 24, 29, 500, 0, 0, -9.9, 24, 29),
      other,
    );
    expect(Math.abs(values[0]! - 3)).toBeLessThan(0.45);
    expect(Math.abs(values[1]! - 6)).toBeLessThan(0.9);
    expect([values[2], values[3]]).toEqual([0, 0]);
    expect(other.diagnostics.entries).toMatchObject([{ code: "LOCAL_RESOLUTION_ABSENT", count: 2 }]);
  });
});

test("two maps of noise have the window's diameter for resolution, identical ones Nyquist's limit", () => {
  const noise = () => ({ ...box, values: white() });
  const options = { resolution: 3.5, mask, diameter: 30 };
  const first = noise();
  const random = computeLocalResolution(engine, { first, second: noise() }, options, createRunContext())!;
  expect(random.median).toBe(30);
  const same = computeLocalResolution(engine, { first, second: first }, options, createRunContext())!;
  expect([same.best, same.worst]).toEqual([same.median, same.median]);
  expect(Math.abs(same.median - 2)).toBeLessThan(0.1);
});

test("a cancelled run stops", () => {
  const context = createRunContext({ signal: AbortSignal.abort() });
  expect(() => computeLocalResolution(engine, halfMaps(), { resolution: 3, mask }, context)).toThrow("cancelled");
});
