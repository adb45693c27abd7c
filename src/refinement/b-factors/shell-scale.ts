// What the shells of the map's target say: likelihood, correlation, and the overall B that they lack.
import type { ModelMapTarget, TargetShell } from "../model-map-target.ts";
import type { ModelMapParameters } from "../scattering-atoms.ts";

/** What of the map's target the refinement of B factors and occupancies needs. */
export type ShellTarget = Pick<ModelMapTarget, "evaluate" | "updateShells" | "independent">;

/** Minus twice the log-likelihood at these parameters, with the scales and variances that suit them best. */
export function devianceOf(target: ShellTarget, parameters: ModelMapParameters): number {
  return sumDeviance(target, target.updateShells(parameters));
}

/** Mean over the terms of the correlation of their shell; null where no shell has any. */
export function meanCorrelation(shells: readonly TargetShell[]): number | null {
  let sum = 0;
  let count = 0;
  for (const { terms, correlation } of shells) {
    sum += terms * correlation;
    count += terms;
  }
  return count > 0 ? sum / count : null;
}

/** Minus twice the log-likelihood of these shells, up to a constant of the map. */
export function sumDeviance({ independent }: ShellTarget, shells: readonly TargetShell[]): number {
  let sum = 0;
  for (const { terms, variance } of shells) if (variance > 0) sum += terms * Math.log(variance);
  return independent * sum;
}

/**
 * B added to all atoms that makes the scale of the shells level: what a shell's scale takes up is a B that the model lacks.
 * Shells count by what they say about their scale.
 */
export function overallShift(shells: readonly TargetShell[]): number {
  let n = 0;
  let x = 0;
  let y = 0;
  let xx = 0;
  let xy = 0;
  for (const { d, terms, scale, correlation } of shells) {
    if (!(scale > 0) || !(d > 0)) continue;
    const weight = (terms * correlation ** 2) / Math.max(0.01, 1 - correlation ** 2);
    const squared = 1 / (d * d);
    const logScale = Math.log(scale);
    n += weight;
    x += weight * squared;
    y += weight * logScale;
    xx += weight * squared * squared;
    xy += weight * squared * logScale;
  }
  const spread = n * xx - x * x;
  return spread > 1e-12 * n * xx ? (-4 * (n * xy - x * y)) / spread : 0;
}
