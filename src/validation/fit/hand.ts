// Is the map its mirror image: do helices in it turn right, as those of proteins do.
import type { DensityMap, Vector3 } from "../../density/map.ts";
import { type TrilinearGrid, trilinearGrid, trilinearValue } from "../../density/trilinear.ts";
import type { Model } from "../../model/model.ts";
import { findHelixWindows, type HelixWindow, residuesPerWindow } from "./helix-windows.ts";

/** Density along the model's helices compared with an ideal helix and with its mirror image. */
export interface MapHand {
  /** Stretches of seven residues of helix. */
  readonly windows: number;
  /** Mean correlation with a right-handed helix turned and shifted to fit best; null without helices. */
  readonly ccAsGiven: number | null;
  /** The same with its mirror image. */
  readonly ccMirrored: number | null;
  /** Mean difference of the two over its standard error; null for fewer than six windows. */
  readonly z: number | null;
  /** Null where the density does not tell. */
  readonly isMirrored: boolean | null;
  /** Share of residues whose CA has the hand of D amino acids: near 1 for a model that is a mirror image; null without CB atoms. */
  readonly mirroredCentres: number | null;
}

/** Standard errors that a verdict needs. */
const leastZ = 4;
const fewestWindows = 6;
const mostWindows = 400;

/** The model's helices say only where to look: neither their hand nor their side chains count. */
export function measureHand(model: Model, map: DensityMap, resolution: number): MapHand {
  const mirroredCentres = shareOfMirroredCentres(model);
  const found = findHelixWindows(model);
  const stride = Math.max(1, found.length / mostWindows);
  const windows = Array.from(
    { length: Math.min(found.length, mostWindows) },
    (_value, at) => found[Math.floor(at * stride)]!,
  );
  const template = helixTemplate(blurPerResolution * resolution);
  const grid = trilinearGrid(map);
  const pairs = windows.map((window) => compareHands(grid, window, template)).filter((pair) => pair !== null);
  if (pairs.length === 0) {
    return { windows: 0, ccAsGiven: null, ccMirrored: null, z: null, isMirrored: null, mirroredCentres };
  }
  const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const differences = pairs.map(({ right, left }) => right - left);
  const mean = meanOf(differences);
  const variance = meanOf(differences.map((value) => (value - mean) ** 2)) / (pairs.length - 1);
  const z = pairs.length >= fewestWindows && variance > 0 ? mean / Math.sqrt(variance) : null;
  return {
    windows: pairs.length,
    ccAsGiven: meanOf(pairs.map(({ right }) => right)),
    ccMirrored: meanOf(pairs.map(({ left }) => left)),
    z,
    isMirrored: z === null || Math.abs(z) < leastZ ? null : z < 0,
    mirroredCentres,
  };
}

const ringStep = 0.5;
const rings = 9;
const anglesPerRing = 18;
/** 100 degrees per residue. */
const anglesPerResidue = 5;
/** Layers of 0.75 Angstrom. */
const layersPerResidue = 2;
const rise = 1.5;
/** Standard deviation of an atom's image in units of the resolution: truncated images at 3 and 4 Angstrom. */
const blurPerResolution = 0.35;

/** Radius (Angstrom), angle (degrees), height (Angstrom), electrons: standard geometry at phi -57.8, psi -47. */
const helixAtoms = [
  [1.57, -26.6, -0.92, 7],
  [2.29, 0, 0, 6],
  [1.68, 26.8, 1.06, 6],
  [1.94, 20.6, 2.25, 8],
  [3.35, 16.7, -0.77, 6],
] as const;

/** Values of one residue of helix by layer, ring and angle, less the mean of each ring: that says nothing of the hand. */
type Residue = Float64Array;

const at = (layer: number, ring: number, angle: number): number => angle + anglesPerRing * (ring + rings * layer);
const wrap = (angle: number): number => ((angle % anglesPerRing) + anglesPerRing) % anglesPerRing;
const radiusOf = (ring: number): number => ringStep * (ring + 1);

/** Density of an endless right-handed helix around its axis. */
function helixTemplate(blur: number): Residue {
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
        values[at(layer, ring, angle)] = sum;
      }
    }
  }
  removeRingMeans(values, 1);
  return values;
}

/** Makes the mean over each ring, all layers of a residue together, zero. */
function removeRingMeans(values: Float64Array, residues: number): void {
  const layers = layersPerResidue * residues;
  for (let ring = 0; ring < rings; ring++) {
    let sum = 0;
    for (let layer = 0; layer < layers; layer++) {
      for (let angle = 0; angle < anglesPerRing; angle++) sum += values[at(layer, ring, angle)]!;
    }
    for (let layer = 0; layer < layers; layer++) {
      for (let angle = 0; angle < anglesPerRing; angle++) {
        values[at(layer, ring, angle)]! -= sum / (layers * anglesPerRing);
      }
    }
  }
}

/** Correlations of the density around an axis with helices of both hands; null where the cylinder leaves the map or is constant. */
function compareHands(
  grid: TrilinearGrid,
  window: HelixWindow,
  template: Residue,
): { readonly right: number; readonly left: number } | null {
  const density = sampleCylinder(grid, window);
  if (density === null) return null;
  removeRingMeans(density, residuesPerWindow);
  const squares = weightedProduct(density, density);
  if (!(squares > 0)) return null;
  const scale = Math.sqrt(squares * residuesPerWindow * weightedProduct(template, template));
  const mirrored = reverseAngles(density);
  return {
    right: bestProduct(foldResidues(density), template) / scale,
    left: bestProduct(foldResidues(mirrored), template) / scale,
  };
}

function sampleCylinder(grid: TrilinearGrid, { centre, direction }: HelixWindow): Float64Array | null {
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
        const [x, y, z] = [0, 1, 2].map(
          (axis) => centre[axis]! + along * direction[axis]! + radius * (cosine * across[axis]! + sine * up[axis]!),
        ) as [number, number, number];
        const value = trilinearValue(grid, x, y, z);
        if (Number.isNaN(value)) return null;
        values[at(layer, ring, angle)] = value;
      }
    }
  }
  return values;
}

/** Two directions that make a right-handed system with the third. */
function perpendiculars([x, y, z]: Vector3): [Vector3, Vector3] {
  const helper: Vector3 = Math.abs(x) < 0.6 ? [1, 0, 0] : [0, 1, 0];
  const cross = (a: Vector3, b: Vector3): Vector3 => [
    a[1] * b[2] - a[2] * b[1],
    a[2] * b[0] - a[0] * b[2],
    a[0] * b[1] - a[1] * b[0],
  ];
  const raw = cross(helper, [x, y, z]);
  const length = Math.hypot(...raw);
  const across: Vector3 = [raw[0] / length, raw[1] / length, raw[2] / length];
  return [across, cross([x, y, z], across)];
}

/** Sum over the residues, each turned back by 100 degrees per residue. */
function foldResidues(density: Float64Array): Residue {
  const folded = new Float64Array(layersPerResidue * rings * anglesPerRing);
  for (let layer = 0; layer < layersPerResidue * residuesPerWindow; layer++) {
    const turn = anglesPerResidue * Math.floor(layer / layersPerResidue);
    for (let ring = 0; ring < rings; ring++) {
      for (let angle = 0; angle < anglesPerRing; angle++) {
        folded[at(layer % layersPerResidue, ring, wrap(angle - turn))]! += density[at(layer, ring, angle)]!;
      }
    }
  }
  return folded;
}

/** The mirror image in a plane through the axis. */
function reverseAngles(density: Float64Array): Float64Array {
  const mirrored = new Float64Array(density.length);
  for (let row = 0; row < density.length; row += anglesPerRing) {
    for (let angle = 0; angle < anglesPerRing; angle++) mirrored[row + angle] = density[row + wrap(-angle)]!;
  }
  return mirrored;
}

/** Highest product over all turns about the axis and shifts along it. */
function bestProduct(folded: Residue, template: Residue): number {
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
              folded[at(layer, ring, angle)]! *
              template[at(shifted % layersPerResidue, ring, wrap(angle + turn + carried))]!;
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
function weightedProduct(first: Float64Array, second: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < first.length; index++) {
    const ring = Math.floor(index / anglesPerRing) % rings;
    sum += radiusOf(ring) * first[index]! * second[index]!;
  }
  return sum;
}

function shareOfMirroredCentres({ atoms, residues }: Model): number | null {
  let centres = 0;
  let mirrored = 0;
  for (let residue = 0; residue < residues.count; residue++) {
    const place = new Map<string, number>();
    for (let entry = residues.atomOffset[residue]!; entry < residues.atomOffset[residue + 1]!; entry++) {
      const atom = residues.atomIndex[entry]!;
      if (!place.has(atoms.name[atom]!)) place.set(atoms.name[atom]!, 3 * atom);
    }
    const [ca, n, c, cb] = ["CA", "N", "C", "CB"].map((name) => place.get(name));
    if (ca === undefined || n === undefined || c === undefined || cb === undefined) continue;
    const arm = (end: number, axis: number): number => atoms.xyz[end + axis]! - atoms.xyz[ca + axis]!;
    const volume =
      arm(n, 0) * (arm(c, 1) * arm(cb, 2) - arm(c, 2) * arm(cb, 1)) +
      arm(n, 1) * (arm(c, 2) * arm(cb, 0) - arm(c, 0) * arm(cb, 2)) +
      arm(n, 2) * (arm(c, 0) * arm(cb, 1) - arm(c, 1) * arm(cb, 0));
    centres++;
    if (volume < 0) mirrored++;
  }
  return centres > 0 ? mirrored / centres : null;
}
