// What a model lacks: atoms of residues, pieces of chains, and residues that the dictionary does not know.
import { createRunContext, type RunContext } from "../../base/run-context.ts";
import { elementIndex, isHydrogenElement } from "../../chemistry/elements.ts";
import type { Dictionary } from "../../chemistry/monomer.ts";
import { distanceBetween } from "../../math/internal-coordinates.ts";
import type { Model } from "../../model/model.ts";
import { isLikeGroup, isNucleotideGroup, isPeptideGroup } from "../../topology/found-link.ts";
import { type IdentifiedResidues, identifyResidues } from "../../topology/identify-residues.ts";
import { atomNamed, listPositions, type ResiduePosition } from "../../topology/residue-atoms.ts";
import { identifyResidue, type ResidueIdentity } from "./protein-residues.ts";

/** A residue without some of its non-hydrogen atoms. */
export interface IncompleteResidue extends ResidueIdentity {
  readonly missing: readonly string[];
  /** How many non-hydrogen atoms it would have. */
  readonly expected: number;
  /** Of a polymer what is missing lies in its side chains or bases, in its backbone, or in both; "ligand" for other residues. */
  readonly part: "side chain" | "backbone" | "both" | "ligand";
}

/** Two residues that follow each other in a chain and are not bonded. */
export interface ChainBreak {
  readonly before: ResidueIdentity;
  readonly after: ResidueIdentity;
  /** Residues that the numbers leave out; null where they do not rise. */
  readonly missingResidues: number | null;
  /** From C to N or from O3' to P, Angstrom; null where one is missing. */
  readonly distance: number | null;
}

export interface Completeness {
  readonly incomplete: readonly IncompleteResidue[];
  readonly breaks: readonly ChainBreak[];
  /** Residues of several atoms that no dictionary describes, as they occur. */
  readonly unknown: readonly ResidueIdentity[];
  readonly summary: {
    /** Residues that the dictionary knows, without water and UNK. */
    readonly residues: number;
    readonly incompleteResidues: number;
    readonly missingAtoms: number;
    /** Residues of polymers that lack atoms of side chain or base alone. */
    readonly truncatedSideChains: number;
    readonly breaks: number;
    /** Residues without dictionary by name. */
    readonly unknown: Readonly<Record<string, number>>;
  };
}

const peptideBackbone = new Set(["N", "CA", "C", "O", "OXT"]);
const nucleotideBackbone = /^(P|OP\d|.*')$/;

/** Compares a model with its dictionary, as linked as it is; alternates count as one residue. Asks no questions of geometry. */
export function analyzeCompleteness(model: Model, dictionary: Dictionary, context: RunContext): Completeness {
  // What is found odd here is reported when restraints are built.
  const silent = createRunContext({ signal: context.signal });
  const identified = identifyResidues(model, dictionary, { unknownLigands: "hold" }, silent);
  const incomplete: IncompleteResidue[] = [];
  let residues = 0;
  for (let residue = 0; residue < model.residues.count; residue++) {
    const expected = expectedAtoms(model, identified, residue);
    if (expected.length <= 1) continue;
    residues++;
    const missing = expected.filter((name) => atomNamed(identified.matched, residue, 0, name) < 0);
    if (missing.length === 0) continue;
    const part = partOf(identified.monomers[residue]!.group, missing);
    incomplete.push({ ...identifyResidue(model, residue, ""), missing, expected: expected.length, part });
  }
  const breaks = findBreaks(model, identified);
  const unknown = identified.held.map((residue) => identifyResidue(model, residue, ""));
  const names: Record<string, number> = {};
  for (const { name } of unknown) names[name] = (names[name] ?? 0) + 1;
  return {
    incomplete,
    breaks,
    unknown,
    summary: {
      residues,
      incompleteResidues: incomplete.length,
      missingAtoms: incomplete.reduce((sum, { missing }) => sum + missing.length, 0),
      truncatedSideChains: incomplete.filter(({ part }) => part === "side chain").length,
      breaks: breaks.length,
      unknown: names,
    },
  };
}

/** Non-hydrogen atoms of a residue's template; none for UNK, which may have any. */
function expectedAtoms(model: Model, { matched }: IdentifiedResidues, residue: number): readonly string[] {
  const template = matched.templates[residue];
  if (template === undefined || model.residues.name[residue] === "UNK") return [];
  let names = heavyNames.get(template.slots);
  if (names === undefined) {
    const { monomer, slots } = template;
    const elementOf = new Map(monomer.atoms.map(({ id, element }) => [id, element]));
    names = [...slots.keys()].filter((name) => !isHydrogenElement(elementIndex(elementOf.get(name)!)));
    heavyNames.set(template.slots, names);
  }
  return names;
}

const heavyNames = new WeakMap<ReadonlyMap<string, number>, readonly string[]>();

function partOf(group: string, missing: readonly string[]): IncompleteResidue["part"] {
  const isPeptide = isPeptideGroup(group);
  if (!isPeptide && !isNucleotideGroup(group)) return "ligand";
  const inBackbone = missing.filter((name) =>
    isPeptide ? peptideBackbone.has(name) : nucleotideBackbone.test(name),
  ).length;
  if (inBackbone === 0) return "side chain";
  return inBackbone === missing.length ? "backbone" : "both";
}

type PolymerEnds = readonly [tail: string, head: string];

/** Atoms that join residues of a polymer; undefined for ligands, and for what only looks like part of a chain. */
function polymerEnds(group: string): PolymerEnds | undefined {
  if (isLikeGroup(group)) return undefined;
  if (isPeptideGroup(group)) return peptideEnds;
  return isNucleotideGroup(group) ? nucleotideEnds : undefined;
}

const peptideEnds: PolymerEnds = ["C", "N"];
const nucleotideEnds: PolymerEnds = ["O3'", "P"];

function findBreaks(model: Model, identified: IdentifiedResidues): ChainBreak[] {
  const { monomers, links } = identified;
  const linked = new Set(links.map(({ first, second }) => `${first} ${second}`));
  const breaks: ChainBreak[] = [];
  for (let chain = 0; chain < model.chains.count; chain++) {
    let last: ResiduePosition | undefined;
    for (const position of listPositions(model, chain)) {
      const ends = polymerEnds(monomers[position.residues[0]!]?.group ?? "");
      const lastEnds = last && polymerEnds(monomers[last.residues[0]!]!.group);
      const isJoined = last?.residues.some((a) => position.residues.some((b) => linked.has(`${a} ${b}`)));
      if (last !== undefined && ends !== undefined && ends === lastEnds && !isJoined) {
        breaks.push(describeBreak(model, identified, [last.residues[0]!, position.residues[0]!], ends));
      }
      if (ends !== undefined || position.endsSegment) last = position.endsSegment ? undefined : position;
    }
  }
  return breaks;
}

function describeBreak(
  model: Model,
  { matched }: IdentifiedResidues,
  [first, second]: readonly [number, number],
  [tail, head]: PolymerEnds,
): ChainBreak {
  const { sequenceNumber } = model.residues;
  const step = sequenceNumber[second]! - sequenceNumber[first]!;
  const end = atomNamed(matched, first, 0, tail);
  const start = atomNamed(matched, second, 0, head);
  return {
    before: identifyResidue(model, first, ""),
    after: identifyResidue(model, second, ""),
    missingResidues: step >= 1 ? step - 1 : null,
    distance: end < 0 || start < 0 ? null : distanceBetween(model.atoms.xyz, end, start),
  };
}
