// Spheres around atoms on a periodic grid of any angles: painting them, shrinking their shell, and sums over their unions.
import { wrap } from "./wrap";

/** Position in grid units, reach along y and z, and lengths of the frame, set by `aim`. */
let px: f64 = 0, py: f64 = 0, pz: f64 = 0;
let reachX: f64 = 0, reachY: f64 = 0, reachZ: f64 = 0;
/** Ends of the span at hand, as unwrapped indices along x. */
let spanFirst: i32 = 0, spanLast: i32 = 0;

/** Aims at the sphere around a place; the frame holds fractionalization (9), orthogonalization (9) and corner (3). */
@inline
function aim(frame: usize, nx: i32, ny: i32, nz: i32, place: usize, radius: f64): void {
  const f0 = load<f64>(frame), f1 = load<f64>(frame, 8), f2 = load<f64>(frame, 16);
  const f3 = load<f64>(frame, 24), f4 = load<f64>(frame, 32), f5 = load<f64>(frame, 40);
  const f6 = load<f64>(frame, 48), f7 = load<f64>(frame, 56), f8 = load<f64>(frame, 64);
  const rx = load<f64>(place) - load<f64>(frame, 144);
  const ry = load<f64>(place, 8) - load<f64>(frame, 152);
  const rz = load<f64>(place, 16) - load<f64>(frame, 160);
  px = (f0 * rx + f1 * ry + f2 * rz) * <f64>nx;
  py = (f3 * rx + f4 * ry + f5 * rz) * <f64>ny;
  pz = (f6 * rx + f7 * ry + f8 * rz) * <f64>nz;
  reachX = radius * Math.sqrt(f0 * f0 + f1 * f1 + f2 * f2) * <f64>nx;
  reachY = radius * Math.sqrt(f3 * f3 + f4 * f4 + f5 * f5) * <f64>ny;
  reachZ = radius * Math.sqrt(f6 * f6 + f7 * f7 + f8 * f8) * <f64>nz;
}

/** Whether the row at iy, iz meets the sphere aimed at; sets the ends of the span. */
@inline
function findSpan(frame: usize, nx: i32, ny: i32, nz: i32, iy: i32, iz: i32, limit: f64): bool {
  return findSpanInPlane(frame, ny, iy, (<f64>iz - pz) / <f64>nz, load<f64>(frame, 72) / <f64>nx, limit);
}

/** The same with what all rows of a plane share: `gz` along z from the centre, in parts of the box, and the step along x. */
@inline
function findSpanInPlane(frame: usize, ny: i32, iy: i32, gz: f64, step: f64, limit: f64): bool {
  const gy = (<f64>iy - py) / <f64>ny;
  const dz = load<f64>(frame, 136) * gz;
  const dy = load<f64>(frame, 104) * gy + load<f64>(frame, 112) * gz;
  const left = limit - dz * dz - dy * dy;
  if (left < 0) return false;
  const skew = load<f64>(frame, 80) * gy + load<f64>(frame, 88) * gz;
  const middle = skew == 0 ? px : px - skew / step;
  const half = Math.sqrt(left) / step;
  spanFirst = <i32>Math.ceil(middle - half);
  spanLast = <i32>Math.floor(middle + half);
  return spanFirst <= spanLast;
}

/** Raises the labels of so many points of a row, from x on and round the box, to `value`. */
@inline
function raiseSpan(row: usize, x: i32, length: i32, nx: i32, value: i32): void {
  if (x + ((length + 15) & ~15) > nx) {
    for (let rest = length; rest > 0; rest--) {
      if (load<u8>(row + <usize>x) < <u8>value) store<u8>(row + <usize>x, <u8>value);
      x++;
      if (x == nx) x = 0;
    }
    return;
  }
  const values = i8x16.splat(<i8>value);
  const lanes = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  // What a vector holds beyond the span lies in the same row and is written back as it was.
  for (let at = row + <usize>x; length > 0; at += 16, length -= 16) {
    const wanted = i8x16.lt_u(lanes, i8x16.splat(<i8>min(length, 16)));
    v128.store(at, i8x16.max_u(v128.load(at), v128.and(values, wanted)));
  }
}

/** Raises the labels of points in spheres to `value`, in the planes zBegin to zEnd. */
export function paintSpheres(
  labels: usize,
  frame: usize,
  nx: i32,
  ny: i32,
  nz: i32,
  count: i32,
  xyz: usize,
  radii: usize,
  value: i32,
  zBegin: i32,
  zEnd: i32,
  _scratch: usize,
): void {
  const step = load<f64>(frame, 72) / <f64>nx;
  for (let atom: usize = 0; atom < <usize>count; atom++) {
    const radius = load<f64>(radii + atom * 8);
    aim(frame, nx, ny, nz, xyz + atom * 24, radius);
    const firstZ = <i32>Math.ceil(pz - reachZ), lastZ = <i32>Math.floor(pz + reachZ);
    const firstY = <i32>Math.ceil(py - reachY), lastY = <i32>Math.floor(py + reachY);
    for (let iz = firstZ; iz <= lastZ; iz++) {
      const z = wrap(iz, nz);
      if (z < zBegin || z >= zEnd) continue;
      const gz = (<f64>iz - pz) / <f64>nz;
      for (let iy = firstY; iy <= lastY; iy++) {
        if (!findSpanInPlane(frame, ny, iy, gz, step, radius * radius)) continue;
        const row = labels + <usize>nx * (<usize>wrap(iy, ny) + <usize>ny * <usize>z);
        if (spanLast - spanFirst >= nx) {
          spanFirst = 0;
          spanLast = nx - 1;
        }
        raiseSpan(row, wrap(spanFirst, nx), spanLast - spanFirst + 1, nx, value);
      }
    }
  }
}

/** 1 where the label is 2, and where it is 1 with no label 0 at any of the offsets (x, y, z each). */
export function shrinkShell(
  labels: usize,
  mask: usize,
  nx: i32,
  ny: i32,
  nz: i32,
  offsets: usize,
  count: i32,
  zBegin: i32,
  zEnd: i32,
  _scratch: usize,
): void {
  for (let z = zBegin; z < zEnd; z++) {
    for (let y = 0; y < ny; y++) {
      const row = <usize>nx * (<usize>y + <usize>ny * <usize>z);
      for (let x = 0; x < nx; x++) {
        const label = load<u8>(labels + row + <usize>x);
        let keep: u8 = label == 2 ? 1 : 0;
        if (label == 1) {
          keep = 1;
          for (let at: usize = 0; at < <usize>count; at++) {
            const ox = x + load<i32>(offsets + at * 12);
            const oy = y + load<i32>(offsets + at * 12, 4);
            const oz = z + load<i32>(offsets + at * 12, 8);
            const near = <usize>wrap(ox, nx) + <usize>nx * (<usize>wrap(oy, ny) + <usize>ny * <usize>wrap(oz, nz));
            if (load<u8>(labels + near) == 0) {
              keep = 0;
              break;
            }
          }
        }
        store<u8>(mask + row + <usize>x, keep);
      }
    }
  }
}

/**
 * For each group of atoms the sums over the union of their spheres, each point once: count, x, y, xx, yy, xy of two maps.
 * `boxes` holds, per group, the lowest index and the width along x, y and z of a box that holds all of its spheres; scratch has
 * room for one byte per point of the largest box.
 */
export function sumSpheres(
  first: usize,
  second: usize,
  frame: usize,
  nx: i32,
  ny: i32,
  nz: i32,
  xyz: usize,
  radius: f64,
  groupStart: usize,
  groupAtoms: usize,
  boxes: usize,
  sums: usize,
  begin: i32,
  end: i32,
  scratch: usize,
): void {
  for (let group = <usize>begin; group < <usize>end; group++) {
    const box = boxes + group * 24;
    const lowX = load<i32>(box), lowY = load<i32>(box, 4), lowZ = load<i32>(box, 8);
    const wideX = load<i32>(box, 12), wideY = load<i32>(box, 16), wideZ = load<i32>(box, 20);
    memory.fill(scratch, 0, <usize>wideX * <usize>wideY * <usize>wideZ);
    let points: f64 = 0, sumX: f64 = 0, sumY: f64 = 0, sumXX: f64 = 0, sumYY: f64 = 0, sumXY: f64 = 0;
    const last = load<i32>(groupStart + group * 4, 4);
    for (let entry = load<i32>(groupStart + group * 4); entry < last; entry++) {
      const atom = <usize>load<i32>(groupAtoms + <usize>entry * 4);
      aim(frame, nx, ny, nz, xyz + atom * 24, radius);
      const firstZ = <i32>Math.ceil(pz - reachZ), lastZ = <i32>Math.floor(pz + reachZ);
      const firstY = <i32>Math.ceil(py - reachY), lastY = <i32>Math.floor(py + reachY);
      for (let iz = firstZ; iz <= lastZ; iz++) {
        const z = <usize>wrap(iz, nz);
        const inZ = <usize>wideY * <usize>wrap(iz - lowZ, nz);
        for (let iy = firstY; iy <= lastY; iy++) {
          if (!findSpan(frame, nx, ny, nz, iy, iz, radius * radius)) continue;
          const row = <usize>nx * (<usize>wrap(iy, ny) + <usize>ny * z);
          const seen = scratch + <usize>wideX * (<usize>wrap(iy - lowY, ny) + inZ);
          for (let ix = spanFirst; ix <= spanLast; ix++) {
            const mark = seen + <usize>wrap(ix - lowX, nx);
            if (load<u8>(mark)) continue;
            store<u8>(mark, 1);
            const at = (row + <usize>wrap(ix, nx)) * 4;
            const x = <f64>load<f32>(first + at);
            const y = <f64>load<f32>(second + at);
            points += 1;
            sumX += x;
            sumY += y;
            sumXX += x * x;
            sumYY += y * y;
            sumXY += x * y;
          }
        }
      }
    }
    const out = sums + group * 48;
    store<f64>(out, points);
    store<f64>(out, sumX, 8);
    store<f64>(out, sumY, 16);
    store<f64>(out, sumXX, 24);
    store<f64>(out, sumYY, 32);
    store<f64>(out, sumXY, 40);
  }
}
