// Everything dots need of a model: positions, radii, classes and bonds of its atoms and of the hydrogens thought onto waters.
import type { BondGraph } from "./bond-graph.ts";
import { type ContactGrid, collectNear } from "./contact-grid.ts";
import { createDotSphere } from "./dot-sphere.ts";

/** Radius of the ball that must fit between two atoms for them to be in contact, Angstrom. */
export const probeRadius = 0.25;
/** Dots per square Angstrom. */
export const dotDensity = 16;
export interface ContactScene {
  /** Atoms of the model; phantom hydrogens follow them. */
  readonly atomCount: number;
  readonly count: number;
  readonly xyz: Float64Array;
  readonly radius: Float64Array;
  readonly largestRadius: number;
  readonly flags: Uint16Array;
  /** 0 no alternate location, else one number per letter. */
  readonly conformer: Uint8Array;
  readonly model: Uint16Array;
  /** Hydrogens of occupancy 0 have their parent's, phantoms their water's. */
  readonly occupancy: Float64Array;
  /** The water that a phantom hydrogen is on and the acceptor it points at, -1 for atoms. */
  readonly phantomParent: Int32Array;
  readonly phantomAcceptor: Int32Array;
  /** Atoms of the model only. */
  readonly graph: BondGraph;
  /** Atoms that are there: neither of low occupancy nor disbelieved. */
  readonly grid: ContactGrid;
  /** Dots by radius. */
  readonly spheres: Map<number, Float64Array>;
}

/** Dots of an atom's sphere around the origin. */
export function dotsOfRadius({ spheres }: ContactScene, radius: number): Float64Array {
  let dots = spheres.get(radius);
  if (dots === undefined) {
    dots = createDotSphere(radius, dotDensity);
    spheres.set(radius, dots);
  }
  return dots;
}

export function isPresent({ grid }: ContactScene, atom: number): boolean {
  return grid.cellOf[atom]! >= 0;
}

/** Whether two atoms can be there at once. */
export function canMeet({ conformer, model }: ContactScene, a: number, b: number): boolean {
  return model[a] === model[b] && (conformer[a] === conformer[b] || conformer[a] === 0 || conformer[b] === 0);
}

/** Atoms that may be within `reach` of an atom's place, itself among them; returns how many were written. */
export function collectNearAtom(scene: ContactScene, atom: number, reach: number, found: number[]): number {
  const { xyz } = scene;
  return collectNear(scene.grid, [xyz[3 * atom]!, xyz[3 * atom + 1]!, xyz[3 * atom + 2]!], reach, found);
}
