// How far around an atom local correlations look: the size of a carbon atom's image at a resolution and B.
import { elementIndex } from "../../chemistry/elements.ts";
import { type FormFactor, formFactor } from "../../scattering/form-factors.ts";

/** Simpson intervals of the integral over s. */
const intervals = 200;
/** Step along r in the search for the inflection, Angstrom. */
const radialStep = 0.01;
const smallestRadius = 3;
const largestRadius = 10;

/**
 * Density at distance r (Angstrom) of an atom whose terms beyond `resolution` are missing:
 * (2 / r) times the integral over s from 0 to 1/d of s f(s) exp(-B s^2 / 4) sin(2 pi r s); per cubic Angstrom.
 */
export function truncatedImage(factor: FormFactor, b: number, resolution: number, r: number): number {
  const last = 1 / resolution;
  const step = last / intervals;
  let sum = 0;
  for (let at = 0; at <= intervals; at++) {
    const s = at * step;
    let f = 0;
    factor.a.forEach((a, k) => {
      f += a * Math.exp((-(factor.b[k]! + b) * s * s) / 4);
    });
    // The integrand over r; its limit at r = 0 is 2 pi s^2 f.
    const wave = r < 1e-6 ? 2 * Math.PI * s * s : (s * Math.sin(2 * Math.PI * r * s)) / r;
    sum += (at === 0 || at === intervals ? 1 : at % 2 === 1 ? 4 : 2) * f * wave;
  }
  return (2 * sum * step) / 3;
}

/** Twice the first inflection point of the image of carbon, Angstrom; the largest radius where there is none before it. */
export function imageRadius(resolution: number, b: number): number {
  const carbon = formFactor("electron", elementIndex("C"))!;
  const imageAt = (r: number): number => truncatedImage(carbon, b, resolution, r);
  let [before, here] = [imageAt(0), imageAt(radialStep)];
  for (let r = radialStep; 2 * r < largestRadius; r += radialStep) {
    const after = imageAt(r + radialStep);
    if (after - 2 * here + before >= 0) return 2 * r;
    [before, here] = [here, after];
  }
  return largestRadius;
}

/** Radius of the spheres of local correlations: the resolution or, where larger, the image's radius; from 3 to 10 Angstrom. */
export function localCorrelationRadius(resolution: number, meanB: number): number {
  return Math.min(largestRadius, Math.max(smallestRadius, resolution, imageRadius(resolution, meanB)));
}
