// What pulls the atoms: density at their centres, or the model map against the target map.
import type { ModelMapTarget } from "./model-map-target.ts";
import type { ModelMapParameters } from "./scattering-atoms.ts";
import type { AtomPull, DensitySampler } from "./target.ts";

/** Stage one sums the density at atom centres; stage two compares the model map with the target map. */
export type Stage = "centres" | "modelMap";

/** Curvature of the scaled map around a well-fitted atom, per square Angstrom. */
const centreCurvature = 5;

/** The data term of a target; which of the two it is can be changed while the target lives. */
export interface DataTerm extends AtomPull {
  readonly stage: Stage;
  /** Density at the centres of the atoms. */
  useCentres(): void;
  /** The model map with these B factors and occupancies; the caller disposes of the target after changing back. */
  useModelMap(target: ModelMapTarget, parameters: Omit<ModelMapParameters, "xyz">): void;
}

/** Begins with the density at the centres; `mapFactor` as of the refinement target. */
export function createDataTerm(centres: DensitySampler, mapFactor: Float64Array): DataTerm {
  const { values, gradients } = centres;
  const pull = new Float64Array(gradients.length);
  const atoms = mapFactor.reduce((sum, factor) => sum + factor, 0);
  let modelMap: { readonly target: ModelMapTarget; readonly parameters: Omit<ModelMapParameters, "xyz"> } | null = null;
  return {
    values,
    gradients,
    get stage() {
      return modelMap === null ? "centres" : "modelMap";
    },
    get curvature() {
      return modelMap === null ? centreCurvature : modelMap.target.curvature;
    },
    useCentres() {
      modelMap = null;
    },
    useModelMap(target, parameters) {
      modelMap = { target, parameters };
    },
    sample(xyz) {
      if (modelMap === null) {
        centres.sample(xyz);
        return;
      }
      const value = modelMap.target.evaluate({ xyz, ...modelMap.parameters }, { xyz: pull });
      // The sampler's sign: the refinement target subtracts the sum of its values.
      values.fill(-value / atoms);
      for (let at = 0; at < pull.length; at++) gradients[at] = -pull[at]!;
    },
  };
}
