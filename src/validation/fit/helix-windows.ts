// Straight stretches of helix in a model, of whichever hand, and their axes.
import { lengthOf, minus, type Vector3 } from "../../math/vector3.ts";
import type { Model } from "../../model/model.ts";

/** Residues of one stretch. */
export const residuesPerWindow = 7;

/** Axis of a stretch of helix, from N to C terminus. */
export interface HelixWindow {
  /** Number and name of the first residue: the same in copies of a chain. */
  readonly label: string;
  readonly centre: Vector3;
  readonly direction: Vector3;
}

/** Distances of CA atoms two, three and four residues apart in a helix; they do not tell its hand. */
const helixDistances = [
  [2, 5.0, 6.0],
  [3, 4.4, 5.9],
  [4, 5.4, 7.0],
] as const;
const longestStep = 4.3;
/** Weights of four neighbours that leave nothing of a turn of 100 degrees per residue: 0.5 cos 50 and -0.5 cos 150, scaled. */
const axisWeights = [0.213, 0.287, 0.287, 0.213] as const;
/** Furthest that the local axis may bend from the line, Angstrom, root mean square. */
const straightness = 0.5;

/** Stretches of seven residues that do not overlap, of the first model. */
export function findHelixWindows(model: Model): HelixWindow[] {
  const { chains } = model;
  const windows: HelixWindow[] = [];
  for (let chain = 0; chain < chains.count; chain++) {
    if (chains.model[chain] !== 0) continue;
    const trace = alphaCarbons(model, chain);
    for (let first = 0; first + residuesPerWindow <= trace.length; ) {
      const points = trace.slice(first, first + residuesPerWindow).map(({ place }) => place);
      const window = isHelix(points) ? axisOf(points, trace[first]!.label) : null;
      if (window !== null) windows.push(window);
      first += window === null ? 1 : residuesPerWindow;
    }
  }
  return windows;
}

interface AlphaCarbon {
  readonly label: string;
  readonly place: Vector3;
}

function alphaCarbons({ atoms, residues, chains }: Model, chain: number): AlphaCarbon[] {
  const trace: AlphaCarbon[] = [];
  for (let entry = chains.residueOffset[chain]!; entry < chains.residueOffset[chain + 1]!; entry++) {
    const residue = chains.residueIndex[entry]!;
    for (let at = residues.atomOffset[residue]!; at < residues.atomOffset[residue + 1]!; at++) {
      const atom = residues.atomIndex[at]!;
      if (atoms.name[atom] !== "CA" || atoms.element[atom] !== 6) continue;
      trace.push({
        label: `${residues.sequenceNumber[residue]!}${residues.insertionCode[residue]!} ${residues.name[residue]!}`,
        place: [atoms.xyz[3 * atom]!, atoms.xyz[3 * atom + 1]!, atoms.xyz[3 * atom + 2]!],
      });
      break;
    }
  }
  return trace;
}

function isHelix(points: readonly Vector3[]): boolean {
  for (let at = 0; at < points.length; at++) {
    if (at > 0 && !(lengthOf(minus(points[at]!, points[at - 1]!)) < longestStep)) return false;
    for (const [apart, low, high] of helixDistances) {
      if (at < apart) continue;
      const distance = lengthOf(minus(points[at]!, points[at - apart]!));
      if (!(distance > low && distance < high)) return false;
    }
  }
  return true;
}

/** Null where the helix is bent. */
function axisOf(points: readonly Vector3[], label: string): HelixWindow | null {
  const local = Array.from({ length: points.length - 3 }, (_value, first) =>
    combine(points.slice(first, first + 4), axisWeights),
  );
  const centre = combine(
    local,
    local.map(() => 1 / local.length),
  );
  // Slope of each coordinate along the chain.
  const slopes = local.map((_point, at) => at - (local.length - 1) / 2);
  const [x, y, z] = combine(local, slopes);
  const length = Math.hypot(x, y, z);
  const direction: Vector3 = [x / length, y / length, z / length];
  let squares = 0;
  for (const point of local) {
    const [dx, dy, dz] = [point[0] - centre[0], point[1] - centre[1], point[2] - centre[2]];
    const along = dx * direction[0] + dy * direction[1] + dz * direction[2];
    squares += dx * dx + dy * dy + dz * dz - along * along;
  }
  return Math.sqrt(squares / local.length) <= straightness ? { label, centre, direction } : null;
}

function combine(points: readonly Vector3[], weights: readonly number[]): Vector3 {
  const sum: [number, number, number] = [0, 0, 0];
  points.forEach((point, at) => {
    for (let axis = 0; axis < 3; axis++) sum[axis]! += weights[at]! * point[axis]!;
  });
  return sum;
}
