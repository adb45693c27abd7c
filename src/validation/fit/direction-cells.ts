// Sums of Fourier terms over cells of direction and shells, from which cones are put together.
import { pairedLimits, rowOf } from "../../density/fourier-sums.ts";
import type { MapFrame } from "../../density/map.ts";
import type { Spectrum } from "../../kernels/spectrum.ts";
import type { Vector3 } from "../../math/vector3.ts";

export interface DirectionalSums {
  /** Shell n is at n * width. */
  readonly shells: number;
  /** Per Angstrom. */
  readonly width: number;
  /** Per cell and shell: terms, sums of |F1|^2, |F2|^2 and Re(F1 F2*). */
  readonly cells: readonly Float64Array[];
}

/** Cells along an edge of a face of the cube around the origin: less than 4 degrees each. */
const perEdge = 24;
const faces = 3;

/** Terms up to the Nyquist limit of the coarsest axis, in shells one voxel of the transform wide. */
export function sumByDirection(first: Spectrum, second: Spectrum, frame: MapFrame): DirectionalSums {
  const { fractionalization: f, boxCell, size } = frame;
  const limits = pairedLimits(size);
  const width = 1 / Math.max(boxCell.a, boxCell.b, boxCell.c);
  const nyquist = Math.min(size[0] / boxCell.a, size[1] / boxCell.b, size[2] / boxCell.c) / 2;
  const shells = Math.floor(nyquist / width) + 1;
  const cells = Array.from({ length: faces * perEdge * perEdge }, () => new Float64Array(4 * shells));
  for (let l = -limits.l; l <= limits.l; l++) {
    for (let k = -limits.k; k <= limits.k; k++) {
      const one = rowOf(first, k, l);
      const other = rowOf(second, k, l);
      const ky = k * f[4];
      const kz = k * f[5] + l * f[8];
      for (let h = l > 0 || (l === 0 && k > 0) ? 0 : 1; h <= limits.h; h++) {
        const sx = h * f[0];
        const sy = h * f[1] + ky;
        const sz = h * f[2] + kz;
        const shell = Math.round(Math.sqrt(sx * sx + sy * sy + sz * sz) / width);
        if (shell >= shells) continue;
        const cell = cells[cellOf(sx, sy, sz)]!;
        const [a, b] = [first.re[one + h]!, first.im[one + h]!];
        const [c, d] = [second.re[other + h]!, second.im[other + h]!];
        cell[4 * shell]! += 1;
        cell[4 * shell + 1]! += a * a + b * b;
        cell[4 * shell + 2]! += c * c + d * d;
        cell[4 * shell + 3]! += a * c + b * d;
      }
    }
  }
  return { shells, width, cells };
}

/** Cell of a direction and of its negative: the face that it leaves the cube by, and where. */
function cellOf(x: number, y: number, z: number): number {
  const [ax, ay, az] = [Math.abs(x), Math.abs(y), Math.abs(z)];
  if (ax >= ay && ax >= az) return placeOnFace(0, y / x, z / x);
  if (ay >= az) return placeOnFace(1, x / y, z / y);
  return placeOnFace(2, x / z, y / z);
}

function placeOnFace(face: number, u: number, v: number): number {
  const column = Math.min(perEdge - 1, Math.floor(0.5 * (u + 1) * perEdge));
  const row = Math.min(perEdge - 1, Math.floor(0.5 * (v + 1) * perEdge));
  return column + perEdge * (row + perEdge * face);
}

/** Unit vector through the middle of a cell. */
export function directionOfCell(cell: number): Vector3 {
  const u = (2 * ((cell % perEdge) + 0.5)) / perEdge - 1;
  const v = (2 * ((Math.floor(cell / perEdge) % perEdge) + 0.5)) / perEdge - 1;
  const length = Math.hypot(1, u, v);
  const face = Math.floor(cell / (perEdge * perEdge));
  if (face === 0) return [1 / length, u / length, v / length];
  return face === 1 ? [u / length, 1 / length, v / length] : [u / length, v / length, 1 / length];
}
