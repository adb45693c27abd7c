// Whether B factors, occupancies and anisotropic tensors of a model make sense.
import { isHydrogenElement, isMetalElement } from "../../chemistry/elements.ts";
import { type ResidueClass, residueClass } from "../../chemistry/residue-classes.ts";
import { eigenSymmetric3 } from "../../math/eigen3.ts";
import { atomLabel, type Model } from "../../model/model.ts";
import { atomsOfResidue, listPositions } from "../../topology/residue-atoms.ts";
import type { BondList } from "../../topology/topology.ts";
import { identifyResidue, type ResidueIdentity } from "./protein-residues.ts";

export type AtomValueFault =
  | "B negative"
  | "B zero"
  | "B jump"
  | "occupancy negative"
  | "occupancy zero"
  | "occupancy above 1"
  | "alternates below 1"
  | "alternates above 1"
  | "tensor not positive";

export interface AtomValueFinding extends ResidueIdentity {
  readonly fault: AtomValueFault;
  /** The atom, both atoms of a bond, or the alternates of one name. */
  readonly atoms: readonly string[];
  /** B or its difference (square Angstrom), occupancy or its sum, or the smallest eigenvalue of U (square Angstrom). */
  readonly value: number;
}

/** B factors of some atoms, square Angstrom; null without any. */
export interface BFactorSpread {
  readonly count: number;
  readonly min: number | null;
  readonly median: number | null;
  readonly mean: number | null;
  readonly max: number | null;
}

export interface AtomValueSummary {
  /** Without hydrogens. */
  readonly bFactors: BFactorSpread & {
    readonly negative: number;
    readonly zero: number;
    /** All are one value, which is then no measurement. */
    readonly isUniform: boolean;
    readonly byClass: Readonly<Record<ResidueClass, BFactorSpread>>;
    /** Bonds without hydrogens and metals, and those whose atoms differ by more than 20. */
    readonly bonds: number;
    readonly jumps: number;
    readonly worstJumps: readonly AtomValueFinding[];
  };
  readonly occupancies: {
    readonly negative: number;
    /** Without hydrogens. */
    readonly zero: number;
    readonly zeroHydrogens: number;
    readonly aboveOne: number;
    /** Between 0 and 1. */
    readonly partial: number;
    /** Residues, or places that several residues share, with alternates. */
    readonly alternates: number;
    readonly sumsBelowOne: number;
    readonly sumsAboveOne: number;
  };
  readonly tensors: { readonly count: number; readonly notPositive: number };
}

export interface AtomValueAnalysis {
  /** In the order of atoms, bonds, alternates and tensors. */
  readonly findings: readonly AtomValueFinding[];
  readonly summary: AtomValueSummary;
}

const largestJump = 20;
/** Sums of occupancies with two decimals may be off by rounding of each of three. */
const sumTolerance = 0.015;
const worstCount = 5;
const classes: readonly ResidueClass[] = ["protein", "nucleotide", "water", "carbohydrate", "other"];

/** Checks every atom, every bond of the list and every set of alternates. */
export function analyzeAtomValues(model: Model, bonds: BondList): AtomValueAnalysis {
  const findings: AtomValueFinding[] = [];
  const report: Report = (fault, atoms, value) => findings.push(describeFinding(model, fault, atoms, value));
  checkAtoms(model, report);
  const bondCount = checkBonds(model, bonds, report);
  const alternates = checkAlternates(model, report);
  const tensors = checkTensors(model, report);
  const count = (fault: AtomValueFault): number => findings.filter((finding) => finding.fault === fault).length;
  const jumps = findings.filter(({ fault }) => fault === "B jump");
  const { occupancy } = model.atoms;
  return {
    findings,
    summary: {
      bFactors: {
        ...spreadOf(model, (row) => !isHydrogen(model, row)),
        negative: count("B negative"),
        zero: rowsWhere(model, (row) => !isHydrogen(model, row) && model.atoms.bFactor[row] === 0).length,
        isUniform: isUniform(model),
        byClass: spreadByClass(model),
        bonds: bondCount,
        jumps: jumps.length,
        worstJumps: jumps.toSorted((a, b) => b.value - a.value).slice(0, worstCount),
      },
      occupancies: {
        negative: count("occupancy negative"),
        zero: count("occupancy zero"),
        zeroHydrogens: rowsWhere(model, (row) => isHydrogen(model, row) && occupancy[row] === 0).length,
        aboveOne: count("occupancy above 1"),
        partial: rowsWhere(model, (row) => occupancy[row]! > 0 && occupancy[row]! < 1).length,
        alternates,
        sumsBelowOne: count("alternates below 1"),
        sumsAboveOne: count("alternates above 1"),
      },
      tensors: { count: tensors, notPositive: count("tensor not positive") },
    },
  };
}

type Report = (fault: AtomValueFault, atoms: readonly number[], value: number) => void;

function describeFinding(
  model: Model,
  fault: AtomValueFault,
  atoms: readonly number[],
  value: number,
): AtomValueFinding {
  const { residue, altloc } = model.atoms;
  const identity = identifyResidue(model, residue[atoms[0]!]!, altloc[atoms[0]!]!);
  return { ...identity, fault, atoms: atoms.map((atom) => atomLabel(model, atom)), value };
}

function isHydrogen({ atoms }: Model, row: number): boolean {
  return isHydrogenElement(atoms.element[row]!);
}

function rowsWhere({ atoms }: Model, holds: (row: number) => boolean): number[] {
  const rows: number[] = [];
  for (let row = 0; row < atoms.count; row++) if (holds(row)) rows.push(row);
  return rows;
}

/** B of 0 and occupancy of 0 are usual for hydrogens that a program put there. */
function checkAtoms(model: Model, report: Report): void {
  const { count, bFactor, occupancy } = model.atoms;
  // A model whose B are all 0 has none: naming every atom says no more.
  const hasB = !isUniform(model);
  for (let row = 0; row < count; row++) {
    const b = bFactor[row]!;
    const share = occupancy[row]!;
    if (b < 0) report("B negative", [row], b);
    else if (b === 0 && hasB && !isHydrogen(model, row)) report("B zero", [row], b);
    if (share < 0) report("occupancy negative", [row], share);
    else if (share > 1) report("occupancy above 1", [row], share);
    else if (share === 0 && !isHydrogen(model, row)) report("occupancy zero", [row], share);
  }
}

/** Number of bonds looked at. */
function checkBonds(model: Model, bonds: BondList, report: Report): number {
  const { bFactor, element } = model.atoms;
  const isLeftOut = (row: number): boolean => isHydrogen(model, row) || isMetalElement(element[row]!);
  let count = 0;
  for (let bond = 0; bond < bonds.count; bond++) {
    const i = bonds.i[bond]!;
    const j = bonds.j[bond]!;
    if (isLeftOut(i) || isLeftOut(j)) continue;
    count++;
    const jump = Math.abs(bFactor[i]! - bFactor[j]!);
    if (jump > largestJump) report("B jump", [i, j], jump);
  }
  return count;
}

/**
 * Number of places with alternates. Of the atoms that all alternates of a place have, the one whose sum is worst is reported; under
 * microheterogeneity the residues of a place are its alternates.
 */
function checkAlternates(model: Model, report: Report): number {
  const { altloc, name, occupancy } = model.atoms;
  let places = 0;
  for (let chain = 0; chain < model.chains.count; chain++) {
    for (const { residues } of listPositions(model, chain)) {
      const byName = new Map<string, number[]>();
      const letters = new Set<string>();
      for (const row of residues.flatMap((residue) => [...atomsOfResidue(model, residue)])) {
        if (altloc[row] === "") continue;
        letters.add(altloc[row]!);
        const rows = byName.get(name[row]!);
        if (rows) rows.push(row);
        else byName.set(name[row]!, [row]);
      }
      if (letters.size === 0) continue;
      places++;
      let worst: { rows: readonly number[]; sum: number } | undefined;
      for (const rows of byName.values()) {
        if (rows.length !== letters.size || rows.every((row) => isHydrogen(model, row))) continue;
        const sum = rows.reduce((total, row) => total + occupancy[row]!, 0);
        if (worst === undefined || Math.abs(sum - 1) > Math.abs(worst.sum - 1)) worst = { rows, sum };
      }
      if (worst === undefined || Math.abs(worst.sum - 1) <= sumTolerance) continue;
      report(worst.sum < 1 ? "alternates below 1" : "alternates above 1", worst.rows, worst.sum);
    }
  }
  return places;
}

/** Number of anisotropic atoms. */
function checkTensors(model: Model, report: Report): number {
  const { anisotropicU, count } = model.atoms;
  if (anisotropicU === null) return 0;
  let tensors = 0;
  for (let row = 0; row < count; row++) {
    const [xx, yy, zz, xy, xz, yz] = anisotropicU.subarray(6 * row, 6 * row + 6);
    if (Number.isNaN(xx)) continue;
    tensors++;
    const [smallest] = eigenSymmetric3([xx!, yy!, zz!, xy!, xz!, yz!]).values;
    if (!(smallest! > 0)) report("tensor not positive", [row], smallest!);
  }
  return tensors;
}

function spreadOf(model: Model, holds: (row: number) => boolean): BFactorSpread {
  const values = Float64Array.from(rowsWhere(model, holds), (row) => model.atoms.bFactor[row]!).toSorted();
  const count = values.length;
  if (count === 0) return { count, min: null, median: null, mean: null, max: null };
  const median = (values[(count - 1) >> 1]! + values[count >> 1]!) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  return { count, min: values[0]!, median, mean, max: values[count - 1]! };
}

function spreadByClass(model: Model): Record<ResidueClass, BFactorSpread> {
  const ofResidue = model.residues.name.map(residueClass);
  const entries = classes.map((name) => {
    const isOne = (row: number): boolean => ofResidue[model.atoms.residue[row]!] === name && !isHydrogen(model, row);
    return [name, spreadOf(model, isOne)] as const;
  });
  return Object.fromEntries(entries) as Record<ResidueClass, BFactorSpread>;
}

/** One atom alone is not uniform. */
function isUniform(model: Model): boolean {
  const { min, max, count } = spreadOf(model, (row) => !isHydrogen(model, row));
  return count > 1 && min === max;
}
