// Puts the hydrogens a model lacks at their ideal places, and takes hydrogens out.
import { addDiagnostic } from "../base/diagnostics.ts";
import { createRunContext, type RunContext, throwIfCancelled } from "../base/run-context.ts";
import { deuteriumIndex, hydrogenIndex, isHydrogenElement } from "../chemistry/elements.ts";
import type { Dictionary } from "../chemistry/monomer.ts";
import { editAtoms, type NewAtom } from "../model/edit-atoms.ts";
import { type Model, residueLabel } from "../model/model.ts";
import { identifyResidues } from "../topology/identify-residues.ts";
import { findHydrogenSites, type HydrogenSite, type NotPlaced, type SiteOptions } from "./hydrogen-sites.ts";

export interface AddHydrogensOptions {
  /** Hydrogens of the model stay as they are, or are taken out first (deuterium stays in any case). */
  readonly existing?: "keep" | "replace";
  readonly lengths?: SiteOptions["lengths"];
  readonly ideals?: SiteOptions["ideals"];
  readonly chargedStart?: SiteOptions["chargedStart"];
  readonly waters?: boolean;
  /** B of a hydrogen over that of the atom it is on. */
  readonly bFactorRatio?: number;
}

export interface HydrogenReport {
  /** Residues of which the dictionary knows nothing: "A 201 LIG". */
  readonly withoutDictionary: readonly string[];
  readonly notPlaced: readonly NotPlaced[];
  /** Residues at which a peptide begins or goes on after a gap, with a single hydrogen on N. */
  readonly brokenStarts: readonly string[];
}

export interface AddedHydrogens {
  readonly model: Model;
  /** Numbers of hydrogens put in, kept and taken out. */
  readonly added: number;
  readonly kept: number;
  readonly removed: number;
  readonly report: HydrogenReport;
}

/**
 * The model with all hydrogens that its residues have by the dictionary, at neutral pH. They follow the atoms of their residue;
 * see docs/methods/hydrogen-placement.md for the rules. Residues without dictionary entry and hydrogens without place are reported.
 */
export function addHydrogens(
  model: Model,
  dictionary: Dictionary,
  options: AddHydrogensOptions,
  context: RunContext,
): AddedHydrogens {
  const base = options.existing === "replace" ? removeHydrogens(model) : model;
  // What is odd about the model is told by those who restrain it.
  const quiet = createRunContext({ signal: context.signal, memoryLimit: context.memoryLimit });
  const identified = identifyResidues(base, dictionary, { unknownLigands: "hold" }, quiet);
  throwIfCancelled(context);
  const found = findHydrogenSites(base, dictionary, identified, {
    lengths: options.lengths ?? "electron-cloud",
    ideals: options.ideals ?? "contacts",
    chargedStart: options.chargedStart ?? "residue-1",
    histidine: "epsilon",
    waters: options.waters ?? false,
  });
  const add = newAtoms(base, found.sites, options.bFactorRatio ?? 1);
  const { model: complete } = add.length === 0 ? { model: base } : editAtoms(base, { add });
  const kept = countHydrogens(base);
  const report: HydrogenReport = {
    withoutDictionary: identified.held.map((residue) => residueLabel(base, residue)),
    notPlaced: found.notPlaced,
    brokenStarts: found.brokenStarts,
  };
  tell(report, context);
  return { model: complete, added: add.length, kept, removed: countHydrogens(model) - kept, report };
}

/** The model without its hydrogens; deuterium stays unless it is to go too. */
export function removeHydrogens(model: Model, options: { readonly deuterium?: "keep" | "remove" } = {}): Model {
  const goes = (element: number): boolean =>
    element === hydrogenIndex || (element === deuteriumIndex && options.deuterium === "remove");
  const remove = Uint8Array.from(model.atoms.element, (element) => (goes(element) ? 1 : 0));
  return remove.includes(1) ? editAtoms(model, { remove }).model : model;
}

function countHydrogens({ atoms }: Model): number {
  return atoms.element.reduce((count, element) => count + (isHydrogenElement(element) ? 1 : 0), 0);
}

/** Atoms of all sites that are not there yet, in the order of sites, names and alternates. */
function newAtoms({ atoms }: Model, sites: readonly HydrogenSite[], bFactorRatio: number): NewAtom[] {
  const ends = runEnds(atoms.residue);
  const result: NewAtom[] = [];
  for (let first = 0; first < sites.length; ) {
    let end = first + 1;
    while (end < sites.length && isSameSite(sites[first]!, sites[end]!)) end++;
    const alternates = sites.slice(first, end);
    for (let h = 0; h < alternates[0]!.plan.hydrogens.length; h++) {
      for (const { parent, altloc, occupancy, hydrogens, placed } of alternates) {
        const hydrogen = hydrogens[h];
        if (hydrogen === undefined || hydrogen.row >= 0) continue;
        result.push({
          after: ends[parent]!,
          name: hydrogen.name,
          element: hydrogenIndex,
          altloc,
          xyz: placed.positions[h]!,
          occupancy,
          bFactor: bFactorRatio * atoms.bFactor[parent]!,
        });
      }
    }
    first = end;
  }
  return result;
}

function isSameSite(a: HydrogenSite, b: HydrogenSite): boolean {
  return a.residue === b.residue && a.plan === b.plan;
}

/** For each atom the last one of the unbroken run of atoms of its residue. */
function runEnds(residue: Int32Array): Int32Array {
  const ends = new Int32Array(residue.length);
  for (let atom = residue.length - 1; atom >= 0; atom--) {
    ends[atom] = residue[atom + 1] === residue[atom] ? ends[atom + 1]! : atom;
  }
  return ends;
}

function tell({ withoutDictionary, notPlaced, brokenStarts }: HydrogenReport, { diagnostics }: RunContext): void {
  for (const residue of withoutDictionary) {
    const message = "No hydrogens are put on residues that the dictionary does not know";
    addDiagnostic(diagnostics, "warning", "HYDROGENS_UNKNOWN_RESIDUE", message, residue);
  }
  for (const { hydrogen, reason } of notPlaced) {
    const message = "Hydrogens that could not be placed";
    addDiagnostic(diagnostics, "info", "HYDROGEN_NOT_PLACED", message, `${hydrogen}: ${reason}`);
  }
  for (const residue of brokenStarts) {
    const message = "Peptides that begin or go on after a gap have one hydrogen on N, as inside a chain";
    addDiagnostic(diagnostics, "info", "HYDROGENS_BROKEN_START", message, residue);
  }
}
