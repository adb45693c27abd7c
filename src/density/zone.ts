// Voxels near atoms in a box that is not periodic: what leaves one face does not come in by the other.
import type { ComputeEngine } from "../kernels/engine.ts";
import { type MapFrame, toFractional } from "./map.ts";

/** 1 for voxels within a distance (Angstrom) of any of the points; in the engine's memory: the caller frees it. */
export function markZone(
  engine: ComputeEngine,
  frame: MapFrame,
  xyz: Float64Array,
  count: number,
  distance: number,
): Uint8Array {
  const { size, fractionalization: f } = frame;
  const zone = engine.memory.uint8(size[0] * size[1] * size[2]);
  const reach = [0, 3, 6].map((row) => distance * Math.hypot(f[row]!, f[row + 1]!, f[row + 2]!));
  const inner: number[] = [];
  for (let point = 0; point < count; point++) {
    const place = toFractional(frame, xyz[3 * point]!, xyz[3 * point + 1]!, xyz[3 * point + 2]!);
    const isInner = place.every(
      (value, axis) => value - reach[axis]! > 0 && value + reach[axis]! < 1 - 1 / size[axis]!,
    );
    if (isInner) inner.push(point);
    else if (place.every((value, axis) => value + reach[axis]! >= 0 && value - reach[axis]! < 1)) {
      markSphere(zone, frame, place, reach, distance);
    }
  }
  const innerXyz = new Float64Array(3 * inner.length);
  inner.forEach((point, row) => innerXyz.set(xyz.subarray(3 * point, 3 * point + 3), 3 * row));
  const radius = new Float64Array(inner.length).fill(distance);
  engine.kernels.paintSpheres(zone, frame, { count: inner.length, xyz: innerXyz, radius }, 1);
  return zone;
}

/** The part of a sphere that is in the box; `place` and `reach` are fractions of its edges. */
function markSphere(
  zone: Uint8Array,
  { size, orthogonalization: o }: MapFrame,
  place: readonly number[],
  reach: readonly number[],
  distance: number,
): void {
  const first = size.map((points, axis) => Math.max(0, Math.ceil((place[axis]! - reach[axis]!) * points)));
  const last = size.map((points, axis) => Math.min(points - 1, Math.floor((place[axis]! + reach[axis]!) * points)));
  for (let iz = first[2]!; iz <= last[2]!; iz++) {
    const w = iz / size[2] - place[2]!;
    for (let iy = first[1]!; iy <= last[1]!; iy++) {
      const v = iy / size[1] - place[1]!;
      for (let ix = first[0]!; ix <= last[0]!; ix++) {
        const u = ix / size[0] - place[0]!;
        const dx = o[0] * u + o[1] * v + o[2] * w;
        const dy = o[4] * v + o[5] * w;
        const dz = o[8] * w;
        if (dx * dx + dy * dy + dz * dz <= distance * distance) zone[ix + size[0] * (iy + size[1] * iz)] = 1;
      }
    }
  }
}
