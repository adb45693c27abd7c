// Density in a cylinder around an axis, and how far it is a helix of one hand.

import { type TrilinearGrid, trilinearValue } from "../../density/trilinear.ts";
import { cross, type Vector3 } from "../../math/vector3.ts";
import { type HelixWindow, residuesPerWindow } from "./helix-windows.ts";

const ringStep = 0.5;
const rings = 9;
const anglesPerRing = 18;
/** 100 degrees per residue. */
const anglesPerResidue = 5;
/** Layers of 0.75 Angstrom. */
const layersPerResidue = 2;
const rise = 1.5;
/** Radius (Angstrom), angle (degrees), height (Angstrom), electrons: standard geometry at phi -57.8, psi -47. */
const helixAtoms = [
  [1.57, -26.6, -0.92, 7],
  [2.29, 0, 0, 6],
  [1.68, 26.8, 1.06, 6],
  [1.94, 20.6, 2.25, 8],
  [3.35, 16.7, -0.77, 6],
] as const;

/** Values of one residue of helix by layer, ring and angle, less the mean of each ring: that says nothing of the hand. */
export type Residue = Float64Array;

const cellOf = (layer: number, ring: number, angle: number): number => angle + anglesPerRing * (ring + rings * layer);
const wrap = (angle: number): number => ((angle % anglesPerRing) + anglesPerRing) % anglesPerRing;
const radiusOf = (ring: number): number => ringStep * (ring + 1);

/** Density of an endless right-handed helix around its axis. */
export function helixTemplate(blur: number): Residue {
  const values = new Float64Array(layersPerResidue * rings * anglesPerRing);
  const reach = Math.ceil((4 * blur) / rise) + 2;
  for (let layer = 0; layer < layersPerResidue; layer++) {
    for (let ring = 0; ring < rings; ring++) {
      for (let angle = 0; angle < anglesPerRing; angle++) {
        const radius = radiusOf(ring);
        let sum = 0;
        for (let residue = -reach; residue <= reach; residue++) {
          for (const [r, degrees, height, electrons] of helixAtoms) {
            const turn = ((degrees + 100 * residue - (360 / anglesPerRing) * angle) * Math.PI) / 180;
            const dz = height + rise * residue - (rise / layersPerResidue) * layer;
            const squared = r * r + radius * radius - 2 * r * radius * Math.cos(turn) + dz * dz;
            sum += electrons * Math.exp(-squared / (2 * blur * blur));
          }
        }
        values[cellOf(layer, ring, angle)] = sum;
      }
    }
  }
  removeRingMeans(values, 1);
  return values;
}

/** Makes the mean over each ring, all layers of a residue together, zero. */
export function removeRingMeans(values: Float64Array, residues: number): void {
  const layers = layersPerResidue * residues;
  for (let ring = 0; ring < rings; ring++) {
    let sum = 0;
    for (let layer = 0; layer < layers; layer++) {
      for (let angle = 0; angle < anglesPerRing; angle++) sum += values[cellOf(layer, ring, angle)]!;
    }
    for (let layer = 0; layer < layers; layer++) {
      for (let angle = 0; angle < anglesPerRing; angle++) {
        values[cellOf(layer, ring, angle)]! -= sum / (layers * anglesPerRing);
      }
    }
  }
}

/** A line through the density. */
export type Axis = Pick<HelixWindow, "centre" | "direction">;

const centringRounds = 4;
const coarseAngles = 6;

/** Moves the axis sideways into the middle of the density around it. */
export function centreOnDensity(grid: TrilinearGrid, { centre, direction }: HelixWindow): Axis {
  const [across, up] = perpendiculars(direction);
  let place = centre;
  for (let round = 0; round < centringRounds; round++) {
    const values: number[] = [];
    const offsets: (readonly [number, number])[] = [];
    for (let layer = 0; layer < residuesPerWindow; layer++) {
      const along = rise * (layer - (residuesPerWindow - 1) / 2);
      for (let step = 0; step < rings * coarseAngles; step++) {
        const radius = radiusOf(step % rings);
        const turn = (2 * Math.PI * Math.floor(step / rings)) / coarseAngles;
        const [u, v] = [radius * Math.cos(turn), radius * Math.sin(turn)];
        values.push(
          trilinearValue(
            grid,
            place[0] + along * direction[0] + u * across[0] + v * up[0],
            place[1] + along * direction[1] + u * across[1] + v * up[1],
            place[2] + along * direction[2] + u * across[2] + v * up[2],
          ),
        );
        offsets.push([u, v]);
      }
    }
    const mean = meanOf(values);
    let [sum, sumU, sumV] = [0, 0, 0];
    values.forEach((value, point) => {
      const [u, v] = offsets[point]!;
      const weight = Math.max(0, value - mean) * Math.hypot(u, v);
      sum += weight;
      sumU += weight * u;
      sumV += weight * v;
    });
    if (!(sum > 0)) break;
    const [u, v] = [sumU / sum, sumV / sum];
    place = [
      place[0] + u * across[0] + v * up[0],
      place[1] + u * across[1] + v * up[1],
      place[2] + u * across[2] + v * up[2],
    ];
  }
  return { centre: place, direction };
}

/** Map values by layer, ring and angle over a window of residues; null where the cylinder leaves the map. */
export function sampleCylinder(grid: TrilinearGrid, { centre, direction }: Axis): Float64Array | null {
  const layers = layersPerResidue * residuesPerWindow;
  const values = new Float64Array(layers * rings * anglesPerRing);
  const [across, up] = perpendiculars(direction);
  for (let layer = 0; layer < layers; layer++) {
    const along = (rise / layersPerResidue) * (layer - (layers - 1) / 2);
    for (let angle = 0; angle < anglesPerRing; angle++) {
      const turn = (2 * Math.PI * angle) / anglesPerRing;
      const [cosine, sine] = [Math.cos(turn), Math.sin(turn)];
      for (let ring = 0; ring < rings; ring++) {
        const radius = radiusOf(ring);
        const value = trilinearValue(
          grid,
          centre[0] + along * direction[0] + radius * (cosine * across[0] + sine * up[0]),
          centre[1] + along * direction[1] + radius * (cosine * across[1] + sine * up[1]),
          centre[2] + along * direction[2] + radius * (cosine * across[2] + sine * up[2]),
        );
        if (Number.isNaN(value)) return null;
        values[cellOf(layer, ring, angle)] = value;
      }
    }
  }
  return values;
}

/** Two directions that make a right-handed system with the third. */
function perpendiculars([x, y, z]: Vector3): [Vector3, Vector3] {
  const helper: Vector3 = Math.abs(x) < 0.6 ? [1, 0, 0] : [0, 1, 0];
  const raw = cross(helper, [x, y, z]);
  const length = Math.hypot(...raw);
  const across: Vector3 = [raw[0] / length, raw[1] / length, raw[2] / length];
  return [across, cross([x, y, z], across)];
}

/** Sum over the residues, each turned back by 100 degrees per residue. */
export function foldResidues(density: Float64Array): Residue {
  const folded = new Float64Array(layersPerResidue * rings * anglesPerRing);
  for (let layer = 0; layer < layersPerResidue * residuesPerWindow; layer++) {
    const turn = anglesPerResidue * Math.floor(layer / layersPerResidue);
    for (let ring = 0; ring < rings; ring++) {
      for (let angle = 0; angle < anglesPerRing; angle++) {
        folded[cellOf(layer % layersPerResidue, ring, wrap(angle - turn))]! += density[cellOf(layer, ring, angle)]!;
      }
    }
  }
  return folded;
}

/** The mirror image in a plane through the axis. */
export function reverseAngles(density: Float64Array): Float64Array {
  const mirrored = new Float64Array(density.length);
  for (let row = 0; row < density.length; row += anglesPerRing) {
    for (let angle = 0; angle < anglesPerRing; angle++) mirrored[row + angle] = density[row + wrap(-angle)]!;
  }
  return mirrored;
}

/** Highest product over all turns about the axis and shifts along it. */
export function bestProduct(folded: Residue, template: Residue): number {
  let best = Number.NEGATIVE_INFINITY;
  for (let shift = 0; shift < layersPerResidue; shift++) {
    for (let turn = 0; turn < anglesPerRing; turn++) {
      let sum = 0;
      for (let layer = 0; layer < layersPerResidue; layer++) {
        const shifted = layer + shift;
        const carried = shifted >= layersPerResidue ? anglesPerResidue : 0;
        for (let ring = 0; ring < rings; ring++) {
          let ofRing = 0;
          for (let angle = 0; angle < anglesPerRing; angle++) {
            ofRing +=
              folded[cellOf(layer, ring, angle)]! *
              template[cellOf(shifted % layersPerResidue, ring, wrap(angle + turn + carried))]!;
          }
          sum += radiusOf(ring) * ofRing;
        }
      }
      if (sum > best) best = sum;
    }
  }
  return best;
}

/** Rings count by their length. */
export function weightedProduct(first: Float64Array, second: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < first.length; index++) {
    const ring = Math.floor(index / anglesPerRing) % rings;
    sum += radiusOf(ring) * first[index]! * second[index]!;
  }
  return sum;
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
