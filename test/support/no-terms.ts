// Restraint lists and riders of which there are none.
import type { RidingHydrogens } from "../../src/hydrogens/riding.ts";
import type { CovalentLists } from "../../src/restraints/covalent.ts";

const none = new Int32Array(0);
const numbers = new Float64Array(0);
const ends = { ideal: numbers, sigma: numbers, link: none };

export const noTerms: CovalentLists = {
  bonds: { count: 0, i: none, j: none, ...ends },
  angles: { count: 0, i: none, j: none, k: none, ...ends },
  dihedrals: { count: 0, i: none, j: none, k: none, l: none, periodicity: new Int8Array(0), id: [], ...ends },
  chiralities: {
    count: 0,
    centre: none,
    i: none,
    j: none,
    k: none,
    idealVolume: numbers,
    sigma: numbers,
    both: new Uint8Array(0),
  },
  planes: { count: 0, offset: Int32Array.of(0), atom: none, sigma: numbers, id: [] },
};

export const noRiders: RidingHydrogens = {
  count: 0,
  hydrogen: none,
  parent: none,
  neighbour: none,
  third: none,
  local: numbers,
  followerHydrogen: none,
  followerParent: none,
  followerShift: numbers,
};
