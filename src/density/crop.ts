// The part of a map around a set of points.
import { type DensityMap, type GridSize, type MapBlock, type MapGrid, mapFrame, toFractional } from "./map.ts";

/** The part of the map around the points (3 per point, Angstrom), as `blockAround` gives it. */
export function cropAround(map: DensityMap, xyz: Float64Array, margin: number): DensityMap {
  return cutBlock(map, blockAround(map, xyz, margin));
}

/** Grid block that holds all points (3 per point, Angstrom) and a margin, as far as the map reaches; at least two voxels wide. */
export function blockAround(map: MapGrid, xyz: Float64Array, margin: number): MapBlock {
  const frame = mapFrame(map);
  const f = frame.fractionalization;
  const low: [number, number, number] = [Infinity, Infinity, Infinity];
  const high: [number, number, number] = [-Infinity, -Infinity, -Infinity];
  for (let at = 0; at < xyz.length; at += 3) {
    const fractions = toFractional(frame, xyz[at]!, xyz[at + 1]!, xyz[at + 2]!);
    for (let axis = 0; axis < 3; axis++) {
      const place = fractions[axis]! * map.size[axis]!;
      if (place < low[axis]!) low[axis] = place;
      if (place > high[axis]!) high[axis] = place;
    }
  }
  const begin: [number, number, number] = [0, 0, 0];
  const size: [number, number, number] = [...map.size];
  for (let axis = 0; axis < 3; axis++) {
    const length = map.size[axis]!;
    // A sphere reaches as far along a grid axis as its radius times the length of that reciprocal axis.
    const reach = margin * Math.hypot(f[3 * axis]!, f[3 * axis + 1]!, f[3 * axis + 2]!) * length;
    const first = Math.min(Math.max(0, length - 2), Math.max(0, Math.floor(low[axis]! - reach)));
    const last = Math.max(Math.min(length - 1, first + 1), Math.min(length - 1, Math.ceil(high[axis]! + reach)));
    begin[axis] = first;
    size[axis] = last - first + 1;
  }
  return { begin, size };
}

function cutBlock(map: DensityMap, block: MapBlock): DensityMap {
  if (block.size.every((length, axis) => length === map.size[axis])) return map;
  const values = new Float32Array(block.size[0] * block.size[1] * block.size[2]);
  copyBlock(map, block, values, block.size);
  return { ...gridOfBlock(map, block), values };
}

/** The frame of a part of a map. */
export function gridOfBlock({ sampling, cell, start, offset }: MapGrid, { begin, size }: MapBlock): MapGrid {
  const first: GridSize = [start[0] + begin[0], start[1] + begin[1], start[2] + begin[2]];
  return { size, sampling, cell, start: first, offset };
}

/** Copies a block of a map to the first corner of another grid. */
export function copyBlock(
  map: Pick<DensityMap, "size" | "values">,
  { begin, size }: MapBlock,
  to: Float32Array,
  toSize: GridSize,
): void {
  for (let z = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      const from = begin[0] + map.size[0] * (y + begin[1] + map.size[1] * (z + begin[2]));
      to.set(map.values.subarray(from, from + size[0]), toSize[0] * (y + toSize[1] * z));
    }
  }
}
