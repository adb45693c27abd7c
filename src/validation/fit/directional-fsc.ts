// Directional FSC: the resolution of half maps inside cones, how far it depends on direction, and whether views are missing.
import { addDiagnostic } from "../../base/diagnostics.ts";
import type { RunContext } from "../../base/run-context.ts";
import { type DensityMap, mapFrame } from "../../density/map.ts";
import { transformValues } from "../../density/map-transform.ts";
import type { ComputeEngine } from "../../kernels/engine.ts";
import { freeSpectrum } from "../../kernels/spectrum.ts";
import { eigenSymmetric3, type SymmetricMatrix3 } from "../../math/eigen3.ts";
import { solveLinear } from "../../math/solve.ts";
import type { Vector3 } from "../../math/vector3.ts";
import { type DirectionalSums, directionOfCell, sumByDirection } from "./direction-cells.ts";
import { areHalfMapsUsable, type HalfMaps } from "./half-map-fsc.ts";
import { smoothShells } from "./local-windows.ts";

export interface DirectionalResolution {
  /** Unit vector in the frame of the map; its negative is the same direction. */
  readonly direction: Vector3;
  /** Where the FSC inside the cone falls below 0.143, Angstrom; null where it begins below. */
  readonly d0143: number | null;
  /** The FSC did not fall below 0.143 before Nyquist: `d0143` is that limit. */
  readonly atNyquist: boolean;
}

export interface DirectionalFsc {
  readonly perDirection: readonly DirectionalResolution[];
  /** Of the directions that have one, Angstrom. */
  readonly best: number;
  readonly worst: number;
  readonly mean: number;
  readonly sd: number;
  /** Resolutions along three axes at right angles that describe all directions best, from fine to coarse. */
  readonly principal: readonly { readonly resolution: number; readonly axis: Vector3 }[];
  /** Coarsest over finest principal resolution; 1 where all directions are equal. */
  readonly anisotropy: number;
  /** Part of the variance between directions that the principal axes explain. */
  readonly explained: number;
  /** The resolution along one axis is so much worse, and so plainly, that views along the others must have been preferred. */
  readonly hasPreferredOrientation: boolean;
}

export interface DirectionalFscOptions {
  /** On the half maps' grid. */
  readonly mask?: Float32Array;
  /** Directions over half of the sphere; default 100. */
  readonly directions?: number;
}

const coneAngle = (20 * Math.PI) / 180;
const threshold = 0.143;
/** Shells of fewer terms in a cone are too few to begin with. */
const fewestTerms = 10;
/** Of directions with a resolution: fewer do not define principal axes. */
const leastDirections = 12;
/** Above these the map is called anisotropic. */
const preferredAnisotropy = 1.2;
const preferredExplained = 0.5;

/**
 * FSC of half maps in cones of 20 degrees around directions spread over the sphere (Tan et al. 2017, Nature Methods 14, 793). Null
 * where the half maps say nothing, or less than half of the directions do. Throws InputError HALF_MAPS_DIFFER.
 */
export function computeDirectionalFsc(
  engine: ComputeEngine,
  halfMaps: HalfMaps,
  { mask, directions = 100 }: DirectionalFscOptions,
  context: RunContext,
): DirectionalFsc | null {
  if (!areHalfMapsUsable(null, halfMaps, context)) return null;
  const sums = directionalSums(engine, halfMaps, mask);
  const perDirection = spreadDirections(directions).map((direction) => resolutionInCone(sums, direction));
  const known = perDirection.filter((entry) => entry.d0143 !== null);
  if (known.length < Math.max(leastDirections, perDirection.length / 2)) return null;
  const values = known.map(({ d0143 }) => d0143!);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  const fitted = fitPrincipal(known);
  if (fitted === null) return null;
  const { principal, explained } = fitted;
  const anisotropy = principal[2]!.resolution / principal[0]!.resolution;
  const hasPreferredOrientation = anisotropy >= preferredAnisotropy && explained >= preferredExplained;
  if (hasPreferredOrientation) {
    const { axis, resolution } = principal[2]!;
    const along = axis.map((value) => value.toFixed(2)).join(", ");
    const message = `The resolution depends on direction: ${resolution.toFixed(1)} A along (${along}), ${principal[0]!.resolution.toFixed(1)} A across`;
    addDiagnostic(context.diagnostics, "warning", "PREFERRED_ORIENTATION", message);
  }
  return {
    perDirection,
    best: Math.min(...values),
    worst: Math.max(...values),
    mean,
    sd: Math.sqrt(variance),
    principal,
    anisotropy,
    explained,
    hasPreferredOrientation,
  };
}

function directionalSums(engine: ComputeEngine, { first, second }: HalfMaps, mask?: Float32Array): DirectionalSums {
  const frame = mapFrame(first);
  const transform = ({ values }: DensityMap) => transformValues(engine, values, frame.size, mask);
  const [one, other] = [transform(first), transform(second)];
  const sums = sumByDirection(one, other, frame);
  freeSpectrum(engine, one);
  freeSpectrum(engine, other);
  return sums;
}

/** Points of a Fibonacci lattice on the upper half of the sphere. */
function spreadDirections(count: number): Vector3[] {
  const golden = Math.PI * (3 - Math.sqrt(5));
  return Array.from({ length: count }, (_value, at) => {
    const z = 1 - (at + 0.5) / count;
    const radius = Math.sqrt(1 - z * z);
    return [radius * Math.cos(golden * at), radius * Math.sin(golden * at), z] as const;
  });
}

function resolutionInCone({ shells, width, cells }: DirectionalSums, direction: Vector3): DirectionalResolution {
  const cosine = Math.cos(coneAngle);
  const total = new Float64Array(4 * shells);
  cells.forEach((cell, row) => {
    const [x, y, z] = directionOfCell(row);
    if (Math.abs(x * direction[0] + y * direction[1] + z * direction[2]) < cosine) return;
    for (let at = 0; at < total.length; at++) total[at]! += cell[at]!;
  });
  const fsc = Array.from({ length: shells }, (_value, shell) => {
    const norm = Math.sqrt(total[4 * shell + 1]! * total[4 * shell + 2]!);
    return norm > 0 ? total[4 * shell + 3]! / norm : 0;
  });
  let begin = 1;
  while (begin < shells && total[4 * begin]! < fewestTerms) begin++;
  const curve = smoothShells(fsc);
  for (let shell = begin; shell < shells; shell++) {
    if (curve[shell]! >= threshold) continue;
    if (shell === begin) return { direction, d0143: null, atNyquist: false };
    const [above, below] = [curve[shell - 1]!, curve[shell]!];
    const place = shell - 1 + (above - threshold) / (above - below);
    return { direction, d0143: 1 / (place * width), atNyquist: false };
  }
  return { direction, d0143: begin < shells ? 1 / ((shells - 1) * width) : null, atNyquist: begin < shells };
}

/** Least squares of d^2 = u T u over the directions u: exact where signal falls off with an anisotropic B over white noise. */
function fitPrincipal(
  entries: readonly DirectionalResolution[],
): Pick<DirectionalFsc, "principal" | "explained"> | null {
  const rows = entries.map(({ direction: [x, y, z] }) => [x * x, y * y, z * z, 2 * x * y, 2 * x * z, 2 * y * z]);
  const squares = entries.map(({ d0143 }) => d0143! ** 2);
  const normal = rows[0]!.flatMap((_a, i) =>
    rows[0]!.map((_b, j) => rows.reduce((sum, row) => sum + row[i]! * row[j]!, 0)),
  );
  const right = rows[0]!.map((_a, i) => rows.reduce((sum, row, at) => sum + row[i]! * squares[at]!, 0));
  const tensor = solveLinear(normal, right);
  if (tensor === null) return null;
  const { values, vectors } = eigenSymmetric3(tensor as unknown as SymmetricMatrix3);
  const mean = squares.reduce((sum, value) => sum + value, 0) / squares.length;
  let [left, whole] = [0, 0];
  squares.forEach((value, at) => {
    const calculated = rows[at]!.reduce((sum, entry, i) => sum + entry * tensor[i]!, 0);
    left += (value - calculated) ** 2;
    whole += (value - mean) ** 2;
  });
  const smallest = Math.min(...squares);
  const principal = [0, 1, 2].map((row) => ({
    // A fit to scattered values may fall below all of them.
    resolution: Math.sqrt(Math.max(0.25 * smallest, values[row]!)),
    axis: [vectors[3 * row]!, vectors[3 * row + 1]!, vectors[3 * row + 2]!] as const,
  }));
  return { principal, explained: whole > 0 ? Math.max(0, 1 - left / whole) : 0 };
}
