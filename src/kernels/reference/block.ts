// A block of atoms in the plain twin of the energy kernel: reads all coordinates, writes the gradient of its own atoms alone.

/** Nearer atoms have no direction to push along, Angstrom. */
const coincident = 1e-9;

/** Coordinates, and the gradient of the atoms low .. high - 1, the only ones that are written. */
export interface Block {
  readonly xyz: Float64Array;
  readonly gradient: Float64Array;
  readonly low: number;
  readonly high: number;
}

export const owns = ({ low, high }: Block, atom: number): boolean => atom >= low && atom < high;

export function pull(block: Block, atom: number, x: number, y: number, z: number): void {
  if (!owns(block, atom)) return;
  const { gradient } = block;
  gradient[3 * atom]! += x;
  gradient[3 * atom + 1]! += y;
  gradient[3 * atom + 2]! += z;
}

export function pullAll(block: Block, atoms: readonly number[], scale: number, g: Float64Array): void {
  atoms.forEach((atom, row) =>
    pull(block, atom, scale * g[3 * row]!, scale * g[3 * row + 1]!, scale * g[3 * row + 2]!),
  );
}

/** Calls with every two atoms and their distance; adds the gradient of what comes back, the slope along it. */
export function forEachDistance(
  block: Block,
  atoms: Int32Array,
  first: number,
  last: number,
  slopeOf: (term: number, distance: number, isOwn: boolean) => number,
): void {
  const { xyz } = block;
  for (let term = first; term < last; term++) {
    const i = atoms[2 * term]!;
    const j = atoms[2 * term + 1]!;
    const x = xyz[3 * i]! - xyz[3 * j]!;
    const y = xyz[3 * i + 1]! - xyz[3 * j + 1]!;
    const z = xyz[3 * i + 2]! - xyz[3 * j + 2]!;
    const distance = Math.sqrt(x * x + y * y + z * z);
    const slope = slopeOf(term, distance, owns(block, i));
    if (distance < coincident || slope === 0) continue;
    const scale = slope / distance;
    pull(block, i, scale * x, scale * y, scale * z);
    pull(block, j, -scale * x, -scale * y, -scale * z);
  }
}
