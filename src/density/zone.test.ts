// The zone around points is exact in skewed boxes, and ends at their faces.
import { expect, test } from "vitest";
import { createEngine } from "../kernels/engine.ts";
import { type DensityMap, mapFrame } from "./map.ts";
import { markZone } from "./zone.ts";

test.each(["simd", "reference"] as const)("equals the distance of every voxel, %s", (kind) => {
  const engine = createEngine({ kind });
  const grid: Omit<DensityMap, "values"> = {
    size: [20, 22, 24],
    start: [2, -3, 4],
    sampling: [24, 26, 24],
    cell: { a: 20, b: 24, c: 18, alpha: 80, beta: 85, gamma: 95 },
    offset: [0, 0.2, 0],
  };
  const frame = mapFrame(grid);
  const { orthogonalization: o, corner, size } = frame;
  const inBox = (u: number, v: number, w: number): number[] => [
    corner[0] + o[0] * u + o[1] * v + o[2] * w,
    corner[1] + o[4] * v + o[5] * w,
    corner[2] + o[8] * w,
  ];
  const places = [inBox(0.5, 0.5, 0.5), inBox(0.02, 0.4, 0.6), inBox(0.7, 0.98, -0.05), inBox(1.9, 0.5, 0.5)];
  const zone = markZone(engine, frame, Float64Array.from(places.flat()), places.length, 3);
  for (let voxel = 0; voxel < zone.length; voxel++) {
    const x = voxel % size[0];
    const y = Math.floor(voxel / size[0]) % size[1];
    const z = Math.floor(voxel / (size[0] * size[1]));
    const [px, py, pz] = inBox(x / size[0], y / size[1], z / size[2]);
    const near = places.some((p) => Math.hypot(p[0]! - px!, p[1]! - py!, p[2]! - pz!) <= 3);
    expect(zone[voxel]).toBe(near ? 1 : 0);
  }
});
