// Where a model's geometry is wrong: the findings of all measures, residue by residue, the worst first.
import type { Clash } from "../../contacts/clashes.ts";
import { type Model, residueLabel } from "../../model/model.ts";
import type { GeometryReportResult } from "./geometry-report.ts";
import type { ResidueIdentity } from "./protein-residues.ts";

export interface Problem {
  readonly kind: "ramachandran" | "rotamer" | "cBeta" | "omega" | "clash" | "covalent" | "rna" | "fused";
  /** For a person: "clash 0.81 A with B 12 LEU CD1". */
  readonly text: string;
  /** 1 for what just counts, more for worse. */
  readonly weight: number;
}

export interface ProblemPlace {
  /** Number of the model in the file. */
  readonly model: number;
  readonly residue: string;
  /** Of its CA or P, or else of its first atom, Angstrom. */
  readonly position: readonly [number, number, number];
  readonly problems: readonly Problem[];
  /** Sum of the problems' weights. */
  readonly weight: number;
}

/** Overlap of a clash that just counts, Angstrom. */
const leastOverlap = 0.4;
const covalentLimit = 4;
const betaLimit = 0.25;

/** Every residue with a finding, by the sum of their weights, the heaviest first. */
export function listProblemPlaces(model: Model, { report, details }: GeometryReportResult): ProblemPlace[] {
  const found = new Map<string, Problem[]>();
  const add = (place: Place, problem: Problem): void => {
    const key = keyOf(place);
    const known = found.get(key);
    if (known) known.push(problem);
    else found.set(key, [problem]);
  };
  addTorsions(details, add);
  for (const outlier of details.structure.covalent.outliers) {
    const { label, kind, atoms, z, cause } = outlier;
    // What is wrong with torsions is told by the torsions.
    if (kind === "dihedral") continue;
    const names = atoms.map((atom) => (atom.startsWith(`${label} `) ? atom.slice(label.length + 1) : atom));
    const text = `${kind} ${names.join("-")} ${cause}, ${Math.abs(z).toFixed(1)} sigma`;
    add(outlier, { kind: "covalent", text, weight: Math.min(5, Math.abs(z) / covalentLimit) });
  }
  const judged = details.placed?.model ?? model;
  const modelOf = (clash: Clash): number => modelNumber(judged, judged.atoms.residue[clash.atoms[0]]!);
  for (const clash of report.clashes) addClash(clash, "clash", modelOf(clash), add);
  for (const clash of report.fused) addClash(clash, "fused", modelOf(clash), add);
  const places: ProblemPlace[] = [];
  for (let residue = 0; residue < model.residues.count; residue++) {
    const place = { label: residueLabel(model, residue), model: modelNumber(model, residue) };
    const problems = found.get(keyOf(place));
    if (problems === undefined) continue;
    // Files may repeat labels: the first has the findings.
    found.delete(keyOf(place));
    const weight = problems.reduce((sum, problem) => sum + problem.weight, 0);
    places.push({ model: place.model, residue: place.label, position: positionOf(model, residue), problems, weight });
  }
  return places.toSorted((one, other) => other.weight - one.weight);
}

type Place = Pick<ResidueIdentity, "label" | "model">;

function keyOf({ label, model }: Place): string {
  return `${model}|${label}`;
}

function modelNumber({ residues, chains, modelNumbers }: Model, residue: number): number {
  return modelNumbers[chains.model[residues.chain[residue]!]!] ?? 1;
}

function addTorsions(
  { torsions, structure: { rna } }: GeometryReportResult["details"],
  add: (place: Place, problem: Problem) => void,
): void {
  for (const residue of torsions.ramachandran.residues) {
    const { verdict, phi, psi } = residue;
    if (verdict !== "outlier") continue;
    add(residue, {
      kind: "ramachandran",
      text: `Ramachandran outlier (${phi.toFixed(0)}, ${psi.toFixed(0)})`,
      weight: 2,
    });
  }
  for (const residue of torsions.rotamers.residues) {
    const { verdict, chis } = residue;
    if (verdict !== "outlier") continue;
    const angles = chis.map((chi) => chi.toFixed(0)).join(", ");
    add(residue, { kind: "rotamer", text: `rotamer outlier (${angles})`, weight: 1 });
  }
  for (const residue of torsions.cBeta.residues) {
    const { verdict, deviation } = residue;
    if (verdict !== "outlier") continue;
    const text = `CB ${deviation.toFixed(2)} A from its ideal place`;
    add(residue, { kind: "cBeta", text, weight: Math.min(5, deviation / betaLimit) });
  }
  for (const residue of torsions.omega.residues) {
    const { kind, omega, isProline } = residue;
    if (kind === "trans" || (kind === "cis" && isProline)) continue;
    add(residue, { kind: "omega", text: `${kind} peptide before it (${omega.toFixed(0)})`, weight: 2 });
  }
  for (const residue of rna.residues) {
    const { isDeltaOutlier, isEpsilonOutlier } = residue;
    if (isDeltaOutlier) add(residue, { kind: "rna", text: "sugar pucker outlier", weight: 1 });
    if (isEpsilonOutlier) add(residue, { kind: "rna", text: "epsilon outlier", weight: 1 });
  }
}

/** At both residues. */
function addClash(
  { first, second, overlap }: Clash,
  kind: "clash" | "fused",
  model: number,
  add: (place: Place, problem: Problem) => void,
): void {
  const weight = kind === "fused" ? 5 : Math.min(4, overlap / leastOverlap);
  const words = kind === "fused" ? "as near as if bonded to" : `clash ${overlap.toFixed(2)} A with`;
  const [one, other] = [first, second].map((label) => label.slice(0, label.lastIndexOf(" "))) as [string, string];
  add({ label: one, model }, { kind, text: `${first.slice(one.length + 1)} ${words} ${second}`, weight });
  if (other !== one)
    add({ label: other, model }, { kind, text: `${second.slice(other.length + 1)} ${words} ${first}`, weight });
}

function positionOf({ atoms, residues }: Model, residue: number): [number, number, number] {
  const rows = residues.atomIndex.subarray(residues.atomOffset[residue]!, residues.atomOffset[residue + 1]!);
  const main = [...rows].find((atom) => atoms.name[atom] === "CA" || atoms.name[atom] === "P") ?? rows[0]!;
  return [atoms.xyz[3 * main]!, atoms.xyz[3 * main + 1]!, atoms.xyz[3 * main + 2]!];
}
