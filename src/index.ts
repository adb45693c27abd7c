// The public library surface.
export {
  addDiagnostic,
  createDiagnostics,
  type Diagnostic,
  type Diagnostics,
  type Severity,
} from "./base/diagnostics.ts";
export { CancelledError, InputError, type InputErrorDetails } from "./base/errors.ts";
export { createRng, type Rng } from "./base/rng.ts";
export { createRunContext, type Progress, type RunContext } from "./base/run-context.ts";
export { loadDictionary, mergeDictionaries } from "./chemistry/dictionary.ts";
export type { Dictionary, EnergyType, Link, Modification, Monomer } from "./chemistry/monomer.ts";
export { type ReferenceTables, readReferenceTables } from "./chemistry/reference-tables.ts";
export { type Clash, type ClashReport, computeClashes } from "./contacts/clashes.ts";
export type { UnitCell } from "./crystal/unit-cell.ts";
export { type DensityMap, type MapFrame, mapFrame } from "./density/map.ts";
export {
  type AddedHydrogens,
  type AddHydrogensOptions,
  addHydrogens,
  removeHydrogens,
} from "./hydrogens/add-hydrogens.ts";
export {
  type AtomScore,
  type ResidueScores,
  readAtomScores,
  readCifScores,
  readResidueScores,
} from "./io/mapq/read-q-tables.ts";
export { readUserDictionary } from "./io/mmcif/read-dictionary.ts";
export { writeMmcif } from "./io/mmcif/write-mmcif.ts";
export type { MapFile } from "./io/mrc/read-mrc.ts";
export { writeMrc } from "./io/mrc/write-mrc.ts";
export { whyNotPdb, writePdb } from "./io/pdb/write-pdb.ts";
export { readMap } from "./io/read-map.ts";
export { readModel } from "./io/read-model.ts";
export { type ComputeEngine, createEngine } from "./kernels/engine.ts";
export type { Vector3 } from "./math/vector3.ts";
export {
  type AtomTable,
  atomLabel,
  type ChainTable,
  type Model,
  type ResidueTable,
  residueLabel,
  withCoordinates,
} from "./model/model.ts";
export { selectAtoms } from "./model/selection.ts";
export { refineModel } from "./refinement/refine-model.ts";
export {
  type Assessment,
  type CycleRecord,
  defaultCycles,
  defaultRefineOptions,
  type RefineOptions,
  type RefineResult,
} from "./refinement/refine-options.ts";
export type { ScatteringTable } from "./scattering/form-factors.ts";
export { type SimulateOptions, simulateMap } from "./scattering/simulate-map.ts";
export { gunzip, gzip, isGzip } from "./text/gzip.ts";
export { buildTopology, type TopologyOptions } from "./topology/build-topology.ts";
export type { Topology } from "./topology/topology.ts";
export { type Belonging, chooseMapFrame, measureBelonging } from "./validation/fit/belonging.ts";
export { type Blob, findMissingDensity, type MissingDensity } from "./validation/fit/blobs.ts";
export { computeFit, type Fit, type FitOptions } from "./validation/fit/correlation.ts";
export { computeEmringer, type Emringer } from "./validation/fit/emringer.ts";
export {
  type FitReport,
  type FitReportOptions,
  type FitReportResult,
  reportFit,
} from "./validation/fit/fit-report.ts";
export type { HalfMaps } from "./validation/fit/half-map-fsc.ts";
export { computeInclusion, type Inclusion } from "./validation/fit/inclusion.ts";
export type { AtomFit, ChainFit, ConformerFit, PartFit, ResidueFit } from "./validation/fit/local-correlation.ts";
export { computeLocalResolution, type LocalResolution } from "./validation/fit/local-resolution.ts";
export { computeQScores, type QScoreOptions, type QScores } from "./validation/fit/q-score.ts";
export { type QScoreSummary, summarizeQScores } from "./validation/fit/q-score-summary.ts";
export { assessResolution, type ResolutionAssessment, type ResolutionOptions } from "./validation/fit/resolution.ts";
export {
  type GeometryReport,
  type GeometryReportOptions,
  type GeometryReportResult,
  reportGeometry,
} from "./validation/geometry/geometry-report.ts";
export type { GeometryCounts, GeometrySummary, TermStatistics } from "./validation/geometry/geometry-statistics.ts";
export { type GeometryTables, loadGeometryTables } from "./validation/geometry/geometry-tables.ts";
export { computeGeometry, type ModelGeometry } from "./validation/geometry/model-geometry.ts";
export { listProblemPlaces, type ProblemPlace } from "./validation/geometry/problem-places.ts";
