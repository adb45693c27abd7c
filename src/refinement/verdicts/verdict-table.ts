// The verdicts on residues as a table and in words.
import type { TableColumn } from "../../text/tsv.ts";
import type { ResidueSummary, ResidueVerdict } from "./residue-verdicts.ts";

/** In words, what there is to say of a residue; empty where nothing happened and nothing is wrong. */
export function describeVerdict(residue: ResidueVerdict): string {
  const { sideChain, peptideFlipped, fit, outliers, cleared } = residue;
  const words: string[] = [];
  if (sideChain !== null) words.push(`side chain ${sideChain.kind}: ${sideChain.from} -> ${sideChain.to}`);
  if (peptideFlipped) words.push("peptide flipped");
  if (fit === "better" || fit === "worse") words.push(`fits ${fit}`);
  for (const kind of cleared) words.push(`no ${namesOf[kind]} any more`);
  for (const { isNew, text, reason, because } of outliers)
    words.push(`${isNew ? "now" : "still"} ${text}: ${reasonNames[reason]} (${because})`);
  return words.join("; ");
}

const namesOf: Readonly<Record<ResidueVerdict["cleared"][number], string>> = {
  ramachandran: "Ramachandran outlier",
  rotamer: "rotamer outlier",
  cBeta: "CB off its place",
  omega: "odd peptide",
  clash: "clash",
};

const reasonNames: Readonly<Record<ResidueVerdict["outliers"][number]["reason"], string>> = {
  density: "the density supports it",
  "no density": "there is no density to go by",
  "no room": "every other rotamer touches something",
  open: "nothing speaks for it",
};

/** The columns in their order. */
export const verdictColumns: readonly TableColumn<ResidueVerdict>[] = [
  { name: "model", value: (row) => row.model },
  { name: "chain", value: (row) => row.chain },
  { name: "number", value: (row) => row.number },
  { name: "insertion_code", value: (row) => row.insertionCode },
  { name: "residue", value: (row) => row.name },
  { name: "moved", unit: "A", decimals: 2, value: (row) => row.moved.rmsd },
  { name: "moved_most", unit: "A", decimals: 2, value: (row) => row.moved.most },
  { name: "rotamer_before", value: (row) => row.rotamer.before },
  { name: "rotamer_after", value: (row) => row.rotamer.after },
  { name: "side_chain", value: (row) => row.sideChain?.kind },
  { name: "peptide", value: (row) => (row.peptideFlipped ? "flipped" : null) },
  { name: "cc_before", value: (row) => row.cc.before },
  { name: "cc_after", value: (row) => row.cc.after },
  { name: "cc_change_in_sigmas", decimals: 1, value: (row) => row.cc.z },
  { name: "fit", value: (row) => row.fit },
  { name: "q_before", value: (row) => row.q.before },
  { name: "q_after", value: (row) => row.q.after },
  { name: "outliers_cleared", value: (row) => row.cleared.join(" ") },
  { name: "outliers", value: (row) => row.outliers.map(({ kind }) => kind).join(" ") },
  { name: "verdict", value: describeVerdict },
];

/** One line for a person. */
export function describeSummary(summary: ResidueSummary): string {
  const { residues, sideChainsChanged, sideChainsFlipped, peptidesFlipped, fitsBetter, fitsWorse, outliers } = summary;
  const [cleared, added] = (["cleared", "new"] as const).map((key) =>
    Object.values(outliers).reduce((sum, counts) => sum + counts[key], 0),
  );
  return (
    `Of ${residues} residues, ${fitsBetter} fit better and ${fitsWorse} worse; ${sideChainsChanged} side chains changed, ` +
    `${sideChainsFlipped} flipped, ${peptidesFlipped} peptides flipped; ${cleared} outliers and clashes are gone, ${added} are new`
  );
}
