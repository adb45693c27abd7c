// Distances of metals to the atoms that coordinate them, by element, donor and residue.
import { covalentRadius } from "./covalent-radii.ts";
import { elementIndex } from "./elements.ts";

/** Ideal and sigma, Angstrom or degrees. */
export type Target = readonly [ideal: number, sigma: number];

interface Donors {
  readonly water: Target;
  readonly carboxylate: Target;
  readonly carbonyl: Target;
  readonly imidazole?: Target;
  readonly thiolate?: Target;
}

/** Harding 2006, Acta Cryst. D62, 678 (means and spreads of small molecules and well resolved proteins). */
const table: Readonly<Record<string, Donors>> = {
  NA: { water: [2.41, 0.1], carboxylate: [2.41, 0.1], carbonyl: [2.38, 0.1] },
  MG: { water: [2.07, 0.05], carboxylate: [2.07, 0.1], carbonyl: [2.26, 0.25] },
  K: { water: [2.81, 0.15], carboxylate: [2.82, 0.1], carbonyl: [2.74, 0.15] },
  CA: { water: [2.39, 0.1], carboxylate: [2.36, 0.1], carbonyl: [2.36, 0.1] },
  MN: {
    water: [2.19, 0.05],
    carboxylate: [2.15, 0.05],
    carbonyl: [2.19, 0.25],
    imidazole: [2.21, 0.1],
    thiolate: [2.35, 0.25],
  },
  FE: {
    water: [2.09, 0.1],
    carboxylate: [2.04, 0.1],
    carbonyl: [2.04, 0.25],
    imidazole: [2.16, 0.15],
    thiolate: [2.3, 0.05],
  },
  CO: {
    water: [2.09, 0.1],
    carboxylate: [2.05, 0.05],
    carbonyl: [2.08, 0.25],
    imidazole: [2.14, 0.1],
    thiolate: [2.25, 0.15],
  },
  CU: {
    water: [2.13, 0.25],
    carboxylate: [1.99, 0.15],
    carbonyl: [2.04, 0.25],
    imidazole: [2.02, 0.1],
    thiolate: [2.15, 0.25],
  },
  ZN: {
    water: [2.09, 0.05],
    carboxylate: [1.99, 0.05],
    carbonyl: [2.07, 0.25],
    imidazole: [2.03, 0.05],
    thiolate: [2.31, 0.1],
  },
};

/** Sigma where the donor is none of the tabulated ones, Angstrom. */
const looseSigma = 0.25;
/** Coordination bonds to N and O are this much longer than the sum of covalent radii, Angstrom. */
const coordinationExcess = 0.1;

/** Sulphur of cysteine to the iron of clusters, by residue name of the cluster. */
const clusterTargets: Readonly<Record<string, Target>> = {
  SF4: [2.268, 0.034],
  FES: [2.305, 0.044],
  F3S: [2.318, 0.016],
};

export interface MetalDonor {
  /** Symbols in any case. */
  readonly metal: string;
  readonly metalResidue: string;
  readonly element: string;
  readonly residue: string;
  readonly atom: string;
  readonly isWater: boolean;
  readonly isPeptide: boolean;
}

/** Ideal and sigma of a coordination bond, Angstrom. */
export function metalTarget(donor: MetalDonor): Target {
  const { element, residue, isWater } = donor;
  const cluster = clusterTargets[donor.metalResidue];
  if (cluster && residue === "CYS") return cluster;
  const donors = table[donor.metal.toUpperCase()];
  const generic = genericTarget(donor);
  if (donors === undefined) return generic;
  if (element === "O") {
    if (isWater) return donors.water;
    if (donor.isPeptide && donor.atom === "O") return donors.carbonyl;
    return [donors.carboxylate[0], residue === "ASP" || residue === "GLU" ? donors.carboxylate[1] : looseSigma];
  }
  if (element === "N") {
    if (donors.imidazole === undefined) return generic;
    return residue === "HIS" ? donors.imidazole : [donors.imidazole[0], looseSigma];
  }
  if (element === "S" && donors.thiolate) return residue === "CYS" ? donors.thiolate : [donors.thiolate[0], looseSigma];
  return generic;
}

function genericTarget({ metal, element }: MetalDonor): Target {
  const excess = element === "N" || element === "O" ? coordinationExcess : 0;
  return [covalentRadius(elementIndex(metal)) + covalentRadius(elementIndex(element)) + excess, looseSigma];
}

export interface ZincSite {
  readonly sulphur: Target;
  readonly nitrogen?: Target;
  readonly sulphurAngle?: Target;
  readonly nitrogenAngle?: Target;
}

/**
 * Tetrahedral zinc bound by cysteines and histidines, four in all, by the number of cysteines; distances in Angstrom, angles at
 * the zinc in degrees (Touw, van Beusekom, Evers, Vriend & Joosten 2016, Acta Cryst. D72, 1110).
 */
export const zincSites: Readonly<Record<number, ZincSite>> = {
  4: { sulphur: [2.33, 0.029], sulphurAngle: [109.45, 5.46] },
  3: { sulphur: [2.318, 0.027], nitrogen: [2.074, 0.056], sulphurAngle: [112.15, 3.96] },
  2: {
    sulphur: [2.306, 0.029],
    nitrogen: [2.04, 0.05],
    sulphurAngle: [116.23, 4.58],
    nitrogenAngle: [102.38, 5.44],
  },
  1: { sulphur: [2.298, 0.017], nitrogen: [2.002, 0.045], nitrogenAngle: [107.23, 4.78] },
};
