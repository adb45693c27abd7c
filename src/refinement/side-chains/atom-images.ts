// Gaussian images of atoms on a map's grid.
import type { MapFrame } from "../../density/map.ts";

/** Images are cut at this many standard deviations, where 0.6 % of the height is left. */
const imageReach = 3.2;
const tableSteps = 1024;

/** exp(-x / 2) for x = 0 .. imageReach^2, in steps. */
const heights: Float64Array = Float64Array.from({ length: tableSteps + 2 }, (_value, step) =>
  Math.exp((-0.5 * step * imageReach ** 2) / tableSteps),
);

/** Adds amplitude * exp(-r^2 / (2 width^2)) of each of these atoms to the values on a grid; nothing wraps around. */
export function addImages(
  frame: MapFrame,
  values: Float32Array,
  atoms: { readonly rows: ArrayLike<number>; readonly xyz: Float64Array; readonly amplitude: Float64Array },
  width: number,
): void {
  const { size, corner, orthogonalization: o, fractionalization: f } = frame;
  const [nx, ny, nz] = size;
  const reach = imageReach * width;
  const scale = tableSteps / (reach * reach);
  // Columns of the frame: one step along each axis.
  const [ax, bx, cx] = [o[0] / nx, o[1] / ny, o[2] / nz];
  const [by, cy, cz] = [o[4] / ny, o[5] / nz, o[8] / nz];
  // Extent along an axis of a sphere: the length of the axis's reciprocal vector.
  const spans = [
    nx * reach * Math.hypot(f[0], f[1], f[2]),
    ny * reach * Math.hypot(f[4], f[5]),
    nz * reach * Math.abs(f[8]),
  ];
  for (let at = 0; at < atoms.rows.length; at++) {
    const row = atoms.rows[at]!;
    const amplitude = atoms.amplitude[row]!;
    if (amplitude === 0) continue;
    const dx = atoms.xyz[3 * row]! - corner[0];
    const dy = atoms.xyz[3 * row + 1]! - corner[1];
    const dz = atoms.xyz[3 * row + 2]! - corner[2];
    const u = nx * (f[0] * dx + f[1] * dy + f[2] * dz);
    const v = ny * (f[4] * dy + f[5] * dz);
    const w = nz * f[8] * dz;
    const kEnd = Math.min(nz - 1, Math.floor(w + spans[2]!));
    const jEnd = Math.min(ny - 1, Math.floor(v + spans[1]!));
    const iEnd = Math.min(nx - 1, Math.floor(u + spans[0]!));
    const iStart = Math.max(0, Math.ceil(u - spans[0]!));
    for (let k = Math.max(0, Math.ceil(w - spans[2]!)); k <= kEnd; k++) {
      const z = cz * k - dz;
      for (let j = Math.max(0, Math.ceil(v - spans[1]!)); j <= jEnd; j++) {
        const y = by * j + cy * k - dy;
        const rest = y * y + z * z;
        const shift = bx * j + cx * k - dx;
        const line = nx * (j + ny * k);
        for (let i = iStart; i <= iEnd; i++) {
          const x = ax * i + shift;
          const place = (x * x + rest) * scale;
          if (place < tableSteps) values[line + i]! += amplitude * heights[(place + 0.5) | 0]!;
        }
      }
    }
  }
}
