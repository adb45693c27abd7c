// Puts the hydrogens a model lacks at their ideal places, and takes hydrogens out.
import { addDiagnostic } from "../base/diagnostics.ts";
import { createRunContext, type RunContext, throwIfCancelled } from "../base/run-context.ts";
import { deuteriumIndex, hydrogenIndex, isHydrogenElement } from "../chemistry/elements.ts";
import type { Dictionary } from "../chemistry/monomer.ts";
import type { DotScoreEnvironment } from "../contacts/dot-score.ts";
import { type EditedModel, editAtoms, type NewAtom } from "../model/edit-atoms.ts";
import { type Model, residueLabel, withCoordinates } from "../model/model.ts";
import { buildTopology } from "../topology/build-topology.ts";
import { identifyResidues } from "../topology/identify-residues.ts";
import { findHydrogenSites, type HydrogenSite, type NotPlaced } from "./hydrogen-sites.ts";
import { amideMovers, createFlipInput, histidineMovers, type Mover, rotorMover, waterMover } from "./movers.ts";
import { type MoverReport, optimizeHydrogens } from "./optimize-hydrogens.ts";
import type { SiteOptions } from "./site-rows.ts";

export interface AddHydrogensOptions {
  /** Hydrogens of the model stay as they are, or are taken out first (deuterium stays in any case). */
  readonly existing?: "keep" | "replace";
  readonly lengths?: SiteOptions["lengths"];
  readonly ideals?: SiteOptions["ideals"];
  readonly chargedStart?: SiteOptions["chargedStart"];
  readonly waters?: boolean;
  /**
   * What is chosen by the score of dots: nothing; torsions of hydroxyls and ammonium and the protons of histidines, the default; or
   * also whether amides and histidine rings are flipped, which moves their other atoms.
   */
  readonly choice?: "none" | "rotate" | "flip";
  /** Methyls that clash where they are staggered turn too; published clashscores have all of them staggered. */
  readonly methyls?: boolean;
  /** B of a hydrogen over that of the atom it is on. */
  readonly bFactorRatio?: number;
}

export interface HydrogenReport {
  /** Residues of which the dictionary knows nothing: "A 201 LIG". */
  readonly withoutDictionary: readonly string[];
  readonly notPlaced: readonly NotPlaced[];
  /** Residues at which a peptide begins or goes on after a gap, with a single hydrogen on N. */
  readonly brokenStarts: readonly string[];
  /** Groups with a choice of places; empty where none was made. */
  readonly movers: readonly MoverReport[];
}

export interface AddedHydrogens {
  readonly model: Model;
  /** Numbers of hydrogens put in, kept and taken out. */
  readonly added: number;
  readonly kept: number;
  readonly removed: number;
  /** Row in the new model of each row of the old one, -1 where it was taken out. */
  readonly rowOf: Int32Array;
  /** Of each row of the new model: the row of the atom a hydrogen was put on, -1 for atoms that were there. */
  readonly parents: Int32Array;
  readonly report: HydrogenReport;
}

/**
 * The model with all hydrogens that its residues have by the dictionary, at neutral pH, those with a choice where they fit best.
 * They follow the atoms of their residue; see docs/methods/hydrogen-placement.md for the rules. Residues without dictionary entry
 * and hydrogens without place are reported.
 */
export function addHydrogens(
  model: Model,
  dictionary: Dictionary,
  options: AddHydrogensOptions,
  context: RunContext,
): AddedHydrogens {
  const { model: base, rowOf } = options.existing === "replace" ? withoutHydrogens(model, "keep") : unchanged(model);
  // What is odd about the model is told by those who restrain it.
  const quiet = createRunContext({ signal: context.signal, memoryLimit: context.memoryLimit });
  const identified = identifyResidues(base, dictionary, { unknownLigands: "hold" }, quiet);
  throwIfCancelled(context);
  const choice = options.choice ?? "rotate";
  const found = findHydrogenSites(base, dictionary, identified, {
    lengths: options.lengths ?? "electron-cloud",
    ideals: options.ideals ?? "contacts",
    chargedStart: options.chargedStart ?? "residue-1",
    histidine: choice === "none" ? "epsilon" : "both",
    waters: options.waters ?? false,
  });
  const placed = insertHydrogens(base, found.sites, options.bFactorRatio ?? 1);
  const { chosen, rejected, movers } =
    choice === "none"
      ? { chosen: placed.model, rejected: null, movers: [] }
      : choosePlaces(placed, found.sites, dictionary, {
          flips: choice === "flip",
          methyls: options.methyls ?? false,
          context: quiet,
        });
  const report: HydrogenReport = {
    withoutDictionary: identified.held.map((residue) => residueLabel(base, residue)),
    notPlaced: found.notPlaced,
    brokenStarts: found.brokenStarts,
    movers,
  };
  tell(report, context);
  const kept = countHydrogens(base);
  return {
    model: chosen,
    added: countHydrogens(chosen) - kept,
    kept,
    removed: countHydrogens(model) - kept,
    rowOf: follow(follow(rowOf, placed.rowOf), rejected),
    parents: parentsIn(placed, found.sites, rejected, chosen.atoms.count),
    report,
  };
}

/** Rows followed through another edit; null for none. */
function follow(rowOf: Int32Array, next: Int32Array | null): Int32Array {
  return next === null ? rowOf : rowOf.map((row) => (row < 0 ? -1 : next[row]!));
}

function unchanged(model: Model): Pick<EditedModel, "model" | "rowOf"> {
  return { model, rowOf: Int32Array.from({ length: model.atoms.count }, (_, row) => row) };
}

/** Parents of the hydrogens that were put in and not rejected, by their rows in the end. */
function parentsIn(
  { rowOf, rows, isNew }: PlacedHydrogens,
  sites: readonly HydrogenSite[],
  rejected: Int32Array | null,
  count: number,
): Int32Array {
  const parents = new Int32Array(count).fill(-1);
  const last = (row: number): number => (rejected === null ? row : rejected[row]!);
  sites.forEach(({ parent }, site) => {
    for (const row of rows[site]!) {
      if (isNew[row] === 1 && last(row) >= 0) parents[last(row)] = last(rowOf[parent]!);
    }
  });
  return parents;
}

interface PlacedHydrogens {
  readonly model: Model;
  /** Rows of each site's hydrogens. */
  readonly rows: readonly (readonly number[])[];
  /** 1 for hydrogens that were put in. */
  readonly isNew: Uint8Array;
  /** Row of each row before. */
  readonly rowOf: Int32Array;
}

function insertHydrogens(base: Model, sites: readonly HydrogenSite[], bFactorRatio: number): PlacedHydrogens {
  const { add, numbers } = newAtoms(base, sites, bFactorRatio);
  const { model, rowOf, added } = editAtoms(base, { add });
  const isNew = new Uint8Array(model.atoms.count);
  for (const row of added) isNew[row] = 1;
  const rows = sites.map(({ hydrogens }, site) =>
    hydrogens.map(({ row }, h) => (row >= 0 ? rowOf[row]! : added[numbers[site]![h]!]!)),
  );
  return { model: add.length === 0 ? base : model, rows, isNew, rowOf };
}

/** Turns, chooses and flips what can be, and takes out the protons that are not chosen; `rejected` is where rows went then. */
function choosePlaces(
  { model, rows, isNew }: PlacedHydrogens,
  sites: readonly HydrogenSite[],
  dictionary: Dictionary,
  { flips, methyls, context }: { readonly flips: boolean; readonly methyls: boolean; readonly context: RunContext },
): { readonly chosen: Model; readonly rejected: Int32Array | null; readonly movers: readonly MoverReport[] } {
  const topology = buildTopology(model, dictionary, { unknownLigands: "hold" }, context);
  const collect = (environment: DotScoreEnvironment): Mover[] => {
    const movers = sites.flatMap((site, at) => {
      const own = [model, environment, site, rows[at]!] as const;
      if (!methyls && site.plan.element === "C") return [];
      return rotorMover(...own) ?? waterMover(...own) ?? [];
    });
    const input = createFlipInput(model, topology);
    for (let residue = 0; residue < model.residues.count; residue++) {
      movers.push(...histidineMovers(input, residue, isNew, flips));
      if (flips) movers.push(...amideMovers(input, residue));
    }
    return movers;
  };
  const { xyz, rejected, movers } = optimizeHydrogens(model, topology, collect, context);
  const moved = withCoordinates(model, xyz);
  if (rejected.length === 0) return { chosen: moved, rejected: null, movers };
  const remove = new Uint8Array(model.atoms.count);
  for (const row of rejected) remove[row] = 1;
  const edited = editAtoms(moved, { remove });
  return { chosen: edited.model, rejected: edited.rowOf, movers };
}

/** The model without its hydrogens; deuterium stays unless it is to go too. */
export function removeHydrogens(model: Model, options: { readonly deuterium?: "keep" | "remove" } = {}): Model {
  return withoutHydrogens(model, options.deuterium ?? "keep").model;
}

/** The same with the way from the old rows to the new ones. */
export function withoutHydrogens(model: Model, deuterium: "keep" | "remove"): Pick<EditedModel, "model" | "rowOf"> {
  const goes = (element: number): boolean =>
    element === hydrogenIndex || (element === deuteriumIndex && deuterium === "remove");
  const remove = Uint8Array.from(model.atoms.element, (element) => (goes(element) ? 1 : 0));
  return remove.includes(1) ? editAtoms(model, { remove }) : unchanged(model);
}

function countHydrogens({ atoms }: Model): number {
  return atoms.element.reduce((count, element) => count + (isHydrogenElement(element) ? 1 : 0), 0);
}

/** Atoms of all sites that are not there yet, in the order of sites, names and alternates, and the number of each by site. */
function newAtoms(
  { atoms }: Model,
  sites: readonly HydrogenSite[],
  bFactorRatio: number,
): { readonly add: readonly NewAtom[]; readonly numbers: readonly (readonly number[])[] } {
  const ends = runEnds(atoms.residue);
  const add: NewAtom[] = [];
  const numbers: number[][] = sites.map(() => []);
  for (let first = 0; first < sites.length; ) {
    let end = first + 1;
    while (end < sites.length && isSameSite(sites[first]!, sites[end]!)) end++;
    for (let h = 0; h < sites[first]!.plan.hydrogens.length; h++) {
      for (let at = first; at < end; at++) {
        const { parent, altloc, occupancy, hydrogens, placed } = sites[at]!;
        const hydrogen = hydrogens[h];
        if (hydrogen === undefined || hydrogen.row >= 0) continue;
        numbers[at]![h] = add.length;
        add.push({
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
  return { add, numbers };
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
