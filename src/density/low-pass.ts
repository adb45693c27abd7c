// Low-pass filter of a map that is a cut-out: no ripples where opposite faces differ.
import type { ComputeEngine } from "../kernels/engine.ts";
import { smoothLength } from "../kernels/fft-plan.ts";
import {
  createRawSpectrum,
  type FrequencyLimits,
  forwardTransform,
  freeSpectrum,
  inverseTransform,
  type Spectrum,
} from "../kernels/spectrum.ts";
import { copyBlock } from "./crop.ts";
import { type DensityMap, type GridSize, type MapBlock, type MapFrame, mapFrame } from "./map.ts";

/** Width of the bridge between opposite faces, in units of the resolution. */
const bridge = 2;

/**
 * A block of the map without Fourier terms of d below `resolution` (Angstrom), in a new array of the engine's memory, which the
 * caller frees. The box is continued smoothly from each face to the opposite one before the transform, so that it is periodic.
 */
export function lowPassMap(
  engine: ComputeEngine,
  map: DensityMap,
  resolution: number,
  block: MapBlock = { begin: [0, 0, 0], size: map.size },
): Float32Array {
  const size = block.size.map((length, axis) =>
    length === 1 ? 1 : smoothLength(length + Math.ceil((bridge * resolution) / axisStep(map, axis))),
  ) as [number, number, number];
  const padded = engine.memory.rawFloat32(size[0] * size[1] * size[2]);
  copyBlock(map, block, padded, size);
  continueFaces(block.size, padded, size);
  const frame = mapFrame({ ...map, size });
  const spectrum = createRawSpectrum(engine, ...size);
  const limits = {
    h: Math.floor(frame.boxCell.a / resolution),
    k: Math.floor(frame.boxCell.b / resolution),
    l: Math.floor(frame.boxCell.c / resolution),
  };
  forwardTransform(engine, padded, spectrum, limits);
  cutTerms(spectrum, frame, resolution, limits);
  inverseTransform(engine, spectrum, padded, limits);
  freeSpectrum(engine, spectrum);
  // Rows only move towards the front.
  copyBlock({ values: padded, size }, { begin: [0, 0, 0], size: block.size }, padded, block.size);
  return engine.memory.keepFirst(padded, block.size[0] * block.size[1] * block.size[2]);
}

function axisStep({ cell, sampling }: DensityMap, axis: number): number {
  return [cell.a, cell.b, cell.c][axis]! / sampling[axis]!;
}

/** Fills what a larger grid holds beside a map at its first corner, axis by axis, with a smooth passage from last to first face. */
function continueFaces(mapSize: GridSize, padded: Float32Array, size: GridSize): void {
  const strides = [1, size[0], size[0] * size[1]] as const;
  const filled: [number, number, number] = [...mapSize];
  for (let axis = 0; axis < 3; axis++) {
    const begin = filled[axis]!;
    const gap = size[axis]! - begin + 1;
    const [u, v] = [0, 1, 2].filter((other) => other !== axis) as [number, number];
    for (let index = begin; index < size[axis]!; index++) {
      const weight = 0.5 * (1 - Math.cos((Math.PI * (index - begin + 1)) / gap));
      for (let b = 0; b < filled[v]!; b++) {
        for (let a = 0; a < filled[u]!; a++) {
          const line = a * strides[u]! + b * strides[v]!;
          const last = padded[line + (begin - 1) * strides[axis]!]!;
          padded[line + index * strides[axis]!] = last + weight * (padded[line]! - last);
        }
      }
    }
    filled[axis] = size[axis]!;
  }
}

/**
 * Zeroes the terms beyond the resolution, which lie within the limits of the transform, and divides the others by the number of
 * grid points.
 */
function cutTerms(
  { nx, ny, nz, stride, planeStride, re, im }: Spectrum,
  frame: MapFrame,
  resolution: number,
  limits: FrequencyLimits,
): void {
  const f = frame.fractionalization;
  const limit = (1 / (resolution * resolution)) * (1 + 1e-9);
  const scale = 1 / (nx * ny * nz);
  for (let z = 0; z < nz; z++) {
    const l = 2 * z > nz ? z - nz : z;
    for (let y = 0; y < ny; y++) {
      const k = 2 * y > ny ? y - ny : y;
      const row = stride * y + planeStride * z;
      const isNear = Math.abs(k) <= limits.k && Math.abs(l) <= limits.l;
      const most = isNear ? Math.min(stride, limits.h + 1) : 0;
      // What lies beyond the limits of the transform may be anything.
      re.fill(0, row + most, row + stride);
      im.fill(0, row + most, row + stride);
      for (let h = 0; h < most; h++) {
        const sx = h * f[0] + k * f[3] + l * f[6];
        const sy = h * f[1] + k * f[4] + l * f[7];
        const sz = h * f[2] + k * f[5] + l * f[8];
        const isWanted = sx * sx + sy * sy + sz * sz <= limit;
        re[row + h] = isWanted ? re[row + h]! * scale : 0;
        im[row + h] = isWanted ? im[row + h]! * scale : 0;
      }
    }
  }
}
