// The public library surface.
export { addDiagnostic, createDiagnostics, type Diagnostic, type Diagnostics } from "./base/diagnostics.ts";
export { CancelledError, InputError } from "./base/errors.ts";
export { createRunContext, type Progress, type RunContext } from "./base/run-context.ts";
export { type DensityMap, mapFrame } from "./density/map.ts";
export type { Model } from "./model/model.ts";
