// Names of the twenty amino acids and of the residues that stand for one of them in tables of torsions.

const standard = new Set("ALA ARG ASN ASP CYS GLN GLU GLY HIS ILE LEU LYS MET PHE PRO SER THR TRP TYR VAL".split(" "));

/** Selenomethionine, and names of force fields for states of protonation and bonded cysteine. */
const sameTorsions = new Map([
  ["MSE", "MET"],
  ...["HID", "HIE", "HIP", "HSD", "HSE", "HSP"].map((name) => [name, "HIS"] as const),
  ...["CYX", "CYM"].map((name) => [name, "CYS"] as const),
  ["ASH", "ASP"],
  ["GLH", "GLU"],
  ["LYN", "LYS"],
] as const);

const mirrored = new Set("DAL DAR DSG DAS DCY DGN DGL DHI DIL DLE DLY MED DPN DPR DSN DTH DTR DTY DVA".split(" "));

/** The one of the twenty whose tables describe a residue name; null for all others. */
export function aminoAcidName(residueName: string): string | null {
  return standard.has(residueName) ? residueName : (sameTorsions.get(residueName) ?? null);
}

/** Whether a residue name is that of the mirror image of an amino acid. */
export function isMirroredAminoAcid(residueName: string): boolean {
  return mirrored.has(residueName);
}

/** Why a residue has no entry in tables of the twenty amino acids. */
export function whyNoTable(residueName: string): string {
  if (isMirroredAminoAcid(residueName)) return "D-amino acid: the tables are of L-amino acids";
  return residueName === "UNK" ? "unknown residue" : "no table for this residue name";
}
