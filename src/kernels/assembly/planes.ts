// Transforms along x and y of whole planes, a few at a time, so that a plane is still in the cache between the two.
import { forwardRows, inverseRows, transformColumns } from "./fft";

/** Real planes `begin` to `end` to spectra of x and y; `begin` is a multiple of `group`, the number of planes taken at once. */
export function forwardPlanes(
  nx: i32,
  factorsX: usize,
  factorCountX: i32,
  twiddlesX: usize,
  rootsX: usize,
  ny: i32,
  factorsY: usize,
  factorCountY: i32,
  twiddlesY: usize,
  rootsY: usize,
  real: usize,
  re: usize,
  im: usize,
  stride: i32,
  planeStride: i32,
  keep: i32,
  group: i32,
  begin: i32,
  end: i32,
  scratch: usize,
): void {
  for (let z = begin; z < end; z += group) {
    const next = min(end, z + group);
    forwardRows(
      nx,
      factorsX,
      factorCountX,
      twiddlesX,
      rootsX,
      real,
      re,
      im,
      ny,
      stride,
      planeStride,
      keep,
      ny * z,
      ny * next,
      scratch,
    );
    transformColumns(
      ny,
      factorsY,
      factorCountY,
      twiddlesY,
      rootsY,
      re,
      im,
      false,
      keep,
      stride,
      planeStride,
      z,
      next,
      scratch,
    );
  }
}

/** The reverse of forwardPlanes. */
export function inversePlanes(
  nx: i32,
  factorsX: usize,
  factorCountX: i32,
  twiddlesX: usize,
  rootsX: usize,
  ny: i32,
  factorsY: usize,
  factorCountY: i32,
  twiddlesY: usize,
  rootsY: usize,
  real: usize,
  re: usize,
  im: usize,
  stride: i32,
  planeStride: i32,
  keep: i32,
  group: i32,
  begin: i32,
  end: i32,
  scratch: usize,
): void {
  for (let z = begin; z < end; z += group) {
    const next = min(end, z + group);
    transformColumns(
      ny,
      factorsY,
      factorCountY,
      twiddlesY,
      rootsY,
      re,
      im,
      true,
      keep,
      stride,
      planeStride,
      z,
      next,
      scratch,
    );
    inverseRows(
      nx,
      factorsX,
      factorCountX,
      twiddlesX,
      rootsX,
      re,
      im,
      ny,
      stride,
      planeStride,
      keep,
      real,
      ny * z,
      ny * next,
      scratch,
    );
  }
}
