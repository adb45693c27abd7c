// Energies of distances in a block of atoms, bonds and tethers alike.
import { coincident, owns, pullApart, xyz } from "./block";

/** With `limit` > 0 distances that are too long top out, and those that are too short where `isTwoSided`. */
export function addStretches(first: i32, last: i32, atoms: usize, numbers: usize, isTwoSided: bool): f64 {
  let energy: f64 = 0;
  for (let term = <usize>first; term < <usize>last; term++) {
    const i = load<i32>(atoms + term * 8);
    const j = load<i32>(atoms + term * 8, 4);
    const a = xyz + <usize>i * 24;
    const b = xyz + <usize>j * 24;
    const n = numbers + term * 32;
    const x = load<f64>(a) - load<f64>(b);
    const y = load<f64>(a, 8) - load<f64>(b, 8);
    const z = load<f64>(a, 16) - load<f64>(b, 16);
    const distance = Math.sqrt(x * x + y * y + z * z);
    const weight = load<f64>(n, 8);
    const slack = load<f64>(n, 16);
    const limit = load<f64>(n, 24);
    let delta = load<f64>(n) - distance;
    if (slack > 0) delta = delta > slack ? delta - slack : delta < -slack ? delta + slack : 0;
    let value = weight * delta * delta;
    let derivative = -2 * weight * delta;
    if (limit > 0 && (isTwoSided || delta < 0)) {
      const damping = Math.exp((-delta * delta) / (limit * limit));
      value = weight * limit * limit * (1 - damping);
      derivative *= damping;
    }
    if (owns(i)) energy += value;
    // Coincident atoms have no direction to push along.
    if (distance >= coincident) pullApart(i, j, derivative / distance, x, y, z);
  }
  return energy;
}
