// Entry of the compiled kernels: re-exports every kernel of this folder.
export { factorizeCurvature, solveCurvature } from "./curvature";
export { addDensity } from "./density";
export { gatherDensity } from "./density-gradient";
export { transformColumns } from "./fft";
export { sampleTricubic } from "./interpolation";
export { scaleMap, subtractMap } from "./maps";
export { filterNeighbours } from "./neighbours";
export { selectPairs, shareOutPairs } from "./pairs";
export { forwardPlanes, inversePlanes } from "./planes";
export { scoreShells } from "./q-score";
export { collectGradient, placeRiders, unpackFree } from "./riders";
export { paintSpheres, shrinkShell, sumSpheres } from "./spheres";
export { addTerms } from "./terms";
export { combine, dots } from "./vectors";
