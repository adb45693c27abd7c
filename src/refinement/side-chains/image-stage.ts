// Fourier terms of images of atoms on a grid, and maps of such terms, in one workspace.
import type { MapFrame } from "../../density/map.ts";
import type { ComputeEngine } from "../../kernels/engine.ts";
import { createRawSpectrum, forwardTransform, freeSpectrum, inverseTransform } from "../../kernels/spectrum.ts";
import { type FourierTerms, offsetsIn, termsAt } from "../target-terms.ts";
import { addImages } from "./atom-images.ts";

export interface ComplexTerms {
  readonly re: Float32Array;
  readonly im: Float32Array;
}

interface ImageSettings {
  readonly frame: MapFrame;
  readonly terms: FourierTerms;
  /** Standard deviation of the images, Angstrom. */
  readonly width: number;
  readonly xyz: Float64Array;
}

export interface ImageStage extends ImageSettings {
  /** Each term of one image of amplitude 1. */
  readonly peak: Float64Array;
  /** Terms of the images of some atoms. */
  imagesOf(rows: ArrayLike<number>, amplitude: Float64Array): ComplexTerms;
  /** The map of some terms, which is overwritten by what is asked for next. */
  mapOf(terms: ComplexTerms): Float32Array;
  dispose(): void;
}

export function createImageStage(engine: ComputeEngine, settings: ImageSettings): ImageStage {
  const { frame, terms, width, xyz } = settings;
  const points = frame.size[0] * frame.size[1] * frame.size[2];
  const values = engine.memory.rawFloat32(points);
  const spectrum = createRawSpectrum(engine, ...frame.size);
  const offsets = offsetsIn(spectrum, terms);
  const { orthogonalization: o } = frame;
  const height = ((2 * Math.PI) ** 1.5 * width ** 3 * points) / Math.abs(o[0] * o[4] * o[8]);
  return {
    ...settings,
    peak: terms.squared.map((squared) => height * Math.exp(-2 * Math.PI ** 2 * width ** 2 * squared)),
    imagesOf(rows, amplitude) {
      values.fill(0);
      addImages(frame, values, { rows, xyz, amplitude }, width);
      forwardTransform(engine, values, spectrum, terms.limits);
      return termsAt(spectrum, offsets);
    },
    mapOf({ re, im }) {
      spectrum.re.fill(0);
      spectrum.im.fill(0);
      for (let term = 0; term < offsets.length; term++) {
        spectrum.re[offsets[term]!] = re[term]!;
        spectrum.im[offsets[term]!] = im[term]!;
      }
      inverseTransform(engine, spectrum, values, terms.limits);
      return values;
    },
    dispose() {
      freeSpectrum(engine, spectrum);
      engine.memory.free(values);
    },
  };
}

/** Terms of what two maps add up to. */
export function sumOfTerms(first: ComplexTerms, second: ComplexTerms): ComplexTerms {
  return {
    re: first.re.map((value, term) => value + second.re[term]!),
    im: first.im.map((value, term) => value + second.im[term]!),
  };
}
