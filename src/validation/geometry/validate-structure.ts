// All that a model's restraints, RNA, atom values and gaps tell, and the numbers that a report shows of it.
import type { RunContext } from "../../base/run-context.ts";
import type { Dictionary } from "../../chemistry/monomer.ts";
import type { Model } from "../../model/model.ts";
import type { Topology } from "../../topology/topology.ts";
import { type AtomValueAnalysis, type AtomValueSummary, analyzeAtomValues } from "./atom-values.ts";
import { analyzeCompleteness, type Completeness } from "./completeness.ts";
import { analyzeCovalent, type CovalentAnalysis, type CovalentSummary } from "./covalent.ts";
import { analyzeRna, type RnaAnalysis, type RnaSummary } from "./rna.ts";

export interface StructureValidation {
  readonly covalent: CovalentAnalysis;
  readonly rna: RnaAnalysis;
  readonly atomValues: AtomValueAnalysis;
  readonly completeness: Completeness;
}

/** Residue by residue and in sum; the topology is the model's, with its backbone values applied (`computeGeometry`). */
export function validateStructure(
  input: { readonly model: Model; readonly dictionary: Dictionary; readonly topology: Topology },
  context: RunContext,
): StructureValidation {
  const { model, dictionary, topology } = input;
  return {
    covalent: analyzeCovalent(model, topology),
    rna: analyzeRna(model),
    atomValues: analyzeAtomValues(model, topology.bonds),
    completeness: analyzeCompleteness(model, dictionary, context),
  };
}

export interface StructureSummary extends AtomValueSummary {
  readonly covalent: CovalentSummary;
  /** Null without nucleic acid. */
  readonly rna: (RnaSummary & { readonly table: string }) | null;
  readonly completeness: Completeness["summary"];
}

/** The numbers of a report. */
export function summarizeStructure({ covalent, rna, atomValues, completeness }: StructureValidation): StructureSummary {
  const hasNucleicAcid = rna.summary.count > 0 || rna.summary.dna > 0;
  return {
    covalent: covalent.summary,
    rna: hasNucleicAcid ? { ...rna.summary, table: rna.source } : null,
    ...atomValues.summary,
    completeness: completeness.summary,
  };
}
