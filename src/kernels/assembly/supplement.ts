// Supplementary terms of a block of atoms: surfaces over two dihedrals, torsions and distances that give way.
import { owns, pullAll, xyz } from "./block";
import { dihedralWithGradient } from "./geometry";
import { at, first, last, surfacesAt, tethersAt, torsionsAt } from "./layout";
import { addStretches } from "./stretches";

/** Value, slopes per degree, second derivatives along each angle of the last surface asked for. */
export let surfaceValue: f64 = 0;
export let firstSlope: f64 = 0;
export let secondSlope: f64 = 0;
export let firstBend: f64 = 0;
export let secondBend: f64 = 0;

/** Writes weights, slopes and bends of the cubic B-spline (4 numbers each) and returns the first of its nodes. */
function placeSpline(out: usize, angle: f64, bins: i32): i32 {
  const position = ((angle + 180) / 360) * <f64>bins - 0.5;
  const below = Math.floor(position);
  const t = position - below;
  const u = 1 - t;
  store<f64>(out, (u * u * u) / 6);
  store<f64>(out, (3 * t * t * t - 6 * t * t + 4) / 6, 8);
  store<f64>(out, (3 * u * u * u - 6 * u * u + 4) / 6, 16);
  store<f64>(out, (t * t * t) / 6, 24);
  store<f64>(out, -(u * u) / 2, 32);
  store<f64>(out, (3 * t * t - 4 * t) / 2, 40);
  store<f64>(out, (4 * u - 3 * u * u) / 2, 48);
  store<f64>(out, (t * t) / 2, 56);
  store<f64>(out, u, 64);
  store<f64>(out, 3 * t - 2, 72);
  store<f64>(out, 3 * u - 2, 80);
  store<f64>(out, t, 88);
  return <i32>below - 1 + bins;
}

/** Bicubic spline of `bins` x `bins` single-precision coefficients at two angles in degrees; scratch: 24 numbers. */
export function evaluateSurface(values: usize, bins: i32, one: f64, other: f64, scratch: usize): void {
  const acrossAt = scratch + 96;
  const row = placeSpline(scratch, one, bins);
  const column = placeSpline(acrossAt, other, bins);
  const perDegree = <f64>bins / 360;
  surfaceValue = 0;
  firstSlope = 0;
  secondSlope = 0;
  firstBend = 0;
  secondBend = 0;
  for (let p = 0; p < 4; p++) {
    const line = values + <usize>(((row + p) % bins) * bins) * 4;
    const a = scratch + <usize>p * 8;
    let value: f64 = 0;
    let slope: f64 = 0;
    let bend: f64 = 0;
    for (let q = 0; q < 4; q++) {
      const coefficient = <f64>load<f32>(line + <usize>((column + q) % bins) * 4);
      const b = acrossAt + <usize>q * 8;
      value += load<f64>(b) * coefficient;
      slope += load<f64>(b, 32) * coefficient;
      bend += load<f64>(b, 64) * coefficient;
    }
    surfaceValue += load<f64>(a) * value;
    firstSlope += load<f64>(a, 32) * value * perDegree;
    secondSlope += load<f64>(a) * slope * perDegree;
    firstBend += load<f64>(a, 64) * value * perDegree * perDegree;
    secondBend += load<f64>(a) * bend * perDegree * perDegree;
  }
}

/** Scratch: gradients of both dihedrals (24 numbers), room of the surface (24). */
function addSurfaces(table: usize, begin: i32, end: i32, scratch: usize): f64 {
  const atoms = at(table, surfacesAt + 4);
  const numbers = at(table, surfacesAt + 8);
  const values = at(table, surfacesAt + 12);
  const bins = load<i32>(table + surfacesAt, 16);
  let energy: f64 = 0;
  for (let term = <usize>begin; term < <usize>end; term++) {
    const five = atoms + term * 20;
    const one = dihedralWithGradient(xyz, five, scratch);
    const other = dihedralWithGradient(xyz, five + 4, scratch + 96);
    const surface = values + <usize>(<i32>load<f64>(numbers + term * 16) * bins * bins) * 4;
    evaluateSurface(surface, bins, one, other, scratch + 192);
    const factor = load<f64>(numbers + term * 16, 8);
    if (owns(load<i32>(five))) energy += factor * surfaceValue;
    pullAll(five, 4, factor * firstSlope, scratch);
    pullAll(five + 4, 4, factor * secondSlope, scratch + 96);
  }
  return energy;
}

function addTorsions(begin: i32, end: i32, atoms: usize, numbers: usize, g: usize): f64 {
  let energy: f64 = 0;
  for (let term = <usize>begin; term < <usize>end; term++) {
    const four = atoms + term * 16;
    const n = numbers + term * 32;
    const weight = load<f64>(n, 8);
    const period = load<f64>(n, 16);
    const limit = load<f64>(n, 24);
    const whole = load<f64>(n) - dihedralWithGradient(xyz, four, g);
    const delta = whole - period * Math.floor(whole / period + 0.5);
    let value = weight * delta * delta;
    let slope = -2 * weight * delta;
    if (limit > 0) {
      const damping = Math.exp((-delta * delta) / (limit * limit));
      value = weight * limit * limit * (1 - damping);
      slope *= damping;
    }
    if (owns(load<i32>(four))) energy += value;
    pullAll(four, 4, slope, g);
  }
  return energy;
}

/** Energy of the supplement in a block of atoms; adds its gradient. Scratch: 48 numbers. */
export function addSupplement(table: usize, block: i32, scratch: usize): f64 {
  const t = torsionsAt, d = tethersAt;
  return (
    addSurfaces(table, first(table, surfacesAt, block), last(table, surfacesAt, block), scratch) +
    addTorsions(first(table, t, block), last(table, t, block), at(table, t + 4), at(table, t + 8), scratch) +
    addStretches(first(table, d, block), last(table, d, block), at(table, d + 4), at(table, d + 8), true)
  );
}
