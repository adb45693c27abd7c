// A block of atoms of the energy kernel: reads all coordinates, writes the gradient of its own atoms alone.

/** Nearer atoms have no direction to push along, Angstrom. */
export const coincident: f64 = 1e-9;

/** The atoms a block owns, and where their gradient is. */
export let low: i32 = 0;
export let high: i32 = 0;
export let gradient: usize = 0;
export let xyz: usize = 0;

export function setBlock(first: i32, end: i32, gradientAt: usize, xyzAt: usize): void {
  low = first;
  high = end;
  gradient = gradientAt;
  xyz = xyzAt;
}

@inline
export function owns(atom: i32): bool {
  return atom >= low && atom < high;
}

@inline
export function pull(atom: i32, x: f64, y: f64, z: f64): void {
  if (!owns(atom)) return;
  const g = gradient + <usize>atom * 24;
  store<f64>(g, load<f64>(g) + x);
  store<f64>(g, load<f64>(g, 8) + y, 8);
  store<f64>(g, load<f64>(g, 16) + z, 16);
}

/** Terms with energy k delta^2 along the line between two atoms share this: derivative by the distance over the distance. */
@inline
export function pullApart(i: i32, j: i32, scale: f64, x: f64, y: f64, z: f64): void {
  pull(i, scale * x, scale * y, scale * z);
  pull(j, -scale * x, -scale * y, -scale * z);
}

/** Adds a multiple of the gradient of `count` atoms. */
@inline
export function pullAll(atoms: usize, count: usize, scale: f64, g: usize): void {
  for (let p: usize = 0; p < count; p++) {
    const from = g + p * 24;
    pull(load<i32>(atoms + p * 4), scale * load<f64>(from), scale * load<f64>(from, 8), scale * load<f64>(from, 16));
  }
}
