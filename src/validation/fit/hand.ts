// Is the map its mirror image: do helices in it turn right, as those of proteins do.
import type { DensityMap } from "../../density/map.ts";
import { type TrilinearGrid, trilinearGrid } from "../../density/trilinear.ts";
import type { Model } from "../../model/model.ts";
import {
  type Axis,
  bestProduct,
  centreOnDensity,
  foldResidues,
  helixTemplate,
  meanOf,
  type Residue,
  removeRingMeans,
  reverseAngles,
  sampleCylinder,
  weightedProduct,
} from "./helix-cylinder.ts";
import { findHelixWindows, type HelixWindow, residuesPerWindow } from "./helix-windows.ts";

/** Density along the model's helices compared with an ideal helix and with its mirror image. */
export interface MapHand {
  /** Stretches of seven residues of helix. */
  readonly windows: number;
  /** Mean correlation with a right-handed helix turned and shifted to fit best; null without helices. */
  readonly ccAsGiven: number | null;
  /** The same with its mirror image. */
  readonly ccMirrored: number | null;
  /** Mean difference of the two over its standard error; null for fewer than six different windows. */
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
/** Standard deviation of an atom's image in units of the resolution: truncated images at 3 and 4 Angstrom. */
const blurPerResolution = 0.35;

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
  const compared: Comparison[] = [];
  for (const window of windows) {
    const hands = compareHands(grid, window, template);
    if (hands !== null) compared.push({ label: window.label, ...hands });
  }
  if (compared.length === 0) {
    return { windows: 0, ccAsGiven: null, ccMirrored: null, z: null, isMirrored: null, mirroredCentres };
  }
  const z = differenceOverError(compared);
  return {
    windows: compared.length,
    ccAsGiven: meanOf(compared.map(({ right }) => right)),
    ccMirrored: meanOf(compared.map(({ left }) => left)),
    z,
    isMirrored: z === null || Math.abs(z) < leastZ ? null : z < 0,
    mirroredCentres,
  };
}

interface Hands {
  readonly right: number;
  readonly left: number;
}

interface Comparison extends Hands {
  readonly label: string;
}

/** Copies of a stretch in other chains are one observation. */
function differenceOverError(compared: readonly Comparison[]): number | null {
  const byLabel = new Map<string, number[]>();
  for (const { label, right, left } of compared) {
    const known = byLabel.get(label);
    if (known) known.push(right - left);
    else byLabel.set(label, [right - left]);
  }
  const differences = [...byLabel.values()].map(meanOf);
  const mean = meanOf(differences);
  const variance = meanOf(differences.map((value) => (value - mean) ** 2)) / (differences.length - 1);
  return differences.length >= fewestWindows && variance > 0 ? mean / Math.sqrt(variance) : null;
}

/**
 * Correlations with helices of both hands, along the model's axis or along the middle of the density around it, whichever fits
 * better in either hand. Beside a helix its flank winds the other way: a model that stands aside would see a mirror image.
 */
function compareHands(grid: TrilinearGrid, window: HelixWindow, template: Residue): Hands | null {
  const asGiven = compareAlong(grid, window, template);
  const centred = compareAlong(grid, centreOnDensity(grid, window), template);
  if (asGiven === null || centred === null) return asGiven ?? centred;
  return Math.max(centred.right, centred.left) > Math.max(asGiven.right, asGiven.left) ? centred : asGiven;
}

/** Null where the cylinder leaves the map or is constant. */
function compareAlong(grid: TrilinearGrid, axis: Axis, template: Residue): Hands | null {
  const density = sampleCylinder(grid, axis);
  if (density === null) return null;
  removeRingMeans(density, residuesPerWindow);
  const squares = weightedProduct(density, density);
  if (!(squares > 0)) return null;
  const scale = Math.sqrt(squares * residuesPerWindow * weightedProduct(template, template));
  return {
    right: bestProduct(foldResidues(density), template) / scale,
    left: bestProduct(foldResidues(reverseAngles(density)), template) / scale,
  };
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
