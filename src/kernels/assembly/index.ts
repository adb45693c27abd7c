// Entry of the compiled kernels: re-exports every kernel of this folder.
export { addDensity, sampleTricubic } from "./density";
export { transformColumns } from "./fft";
export { filterNeighbours } from "./neighbours";
export { selectPairs } from "./pairs";
export { forwardPlanes, inversePlanes } from "./planes";
export { addScaled, dot, setSum } from "./vectors";
