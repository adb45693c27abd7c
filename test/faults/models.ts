// Small models for faults: peptides as PDB and mmCIF text with single fields changed.

/** Columns of an atom line that cases change. */
export interface AtomFields {
  readonly record?: string;
  readonly serial?: string;
  /** Four columns. */
  readonly name?: string;
  readonly altloc?: string;
  readonly residue?: string;
  /** Two columns. */
  readonly chain?: string;
  /** Four columns. */
  readonly number?: string;
  readonly insertion?: string;
  readonly x?: string;
  readonly y?: string;
  readonly z?: string;
  readonly occupancy?: string;
  readonly b?: string;
  readonly element?: string;
  readonly charge?: string;
}

/** One line of a PDB file; fields are padded to their columns, longer ones are not cut. */
export function atom(fields: AtomFields = {}): string {
  const { record = "ATOM", serial = "1", name = " CA ", altloc = " ", residue = "GLY", chain = " A" } = fields;
  const { number = "1", insertion = " ", x = "1.000", y = "2.000", z = "3.000" } = fields;
  const { occupancy = "1.00", b = "20.00", element = " C", charge = "  " } = fields;
  return (
    `${record.padEnd(6)}${serial.padStart(5)} ${name.padEnd(4)}${altloc}${residue.padStart(3)}${chain.padStart(2)}` +
    `${number.padStart(4)}${insertion}   ${x.padStart(8)}${y.padStart(8)}${z.padStart(8)}` +
    `${occupancy.padStart(6)}${b.padStart(6)}          ${element.padStart(2)}${charge}`
  );
}

export function pdb(...lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}

export const peptide: readonly (readonly [string, string, number, number, number, number])[] = [
  ["N", "GLY", 1, 7.561, 9.186, 11.965],
  ["CA", "GLY", 1, 9.019, 9.186, 11.965],
  ["C", "GLY", 1, 9.566, 10.609, 11.965],
  ["O", "GLY", 1, 9.148, 11.431, 11.15],
  ["N", "ALA", 2, 10.493, 10.904, 12.871],
  ["CA", "ALA", 2, 11.082, 12.235, 12.959],
  ["C", "ALA", 2, 12.591, 12.179, 12.743],
  ["O", "ALA", 2, 13.276, 11.376, 13.376],
  ["CB", "ALA", 2, 10.765, 12.873, 14.312],
];

/** The peptide's lines, each changed by `change`; lines for which it returns null are left out. */
export function peptideLines(
  change: (fields: AtomFields, index: number) => AtomFields | null = (fields) => fields,
): string[] {
  return peptide.flatMap(([name, residue, number, x, y, z], index) => {
    const fields = change(
      {
        serial: String(index + 1),
        name: ` ${name}`,
        residue,
        number: String(number),
        x: x.toFixed(3),
        y: y.toFixed(3),
        z: z.toFixed(3),
        element: name.slice(0, 1),
      },
      index,
    );
    return fields === null ? [] : [atom(fields)];
  });
}

const siteItems = [
  "group_PDB",
  "id",
  "type_symbol",
  "label_atom_id",
  "label_alt_id",
  "label_comp_id",
  "label_asym_id",
  "label_seq_id",
  "pdbx_PDB_ins_code",
  "Cartn_x",
  "Cartn_y",
  "Cartn_z",
  "occupancy",
  "B_iso_or_equiv",
  "auth_seq_id",
  "auth_comp_id",
  "auth_asym_id",
  "auth_atom_id",
  "pdbx_PDB_model_num",
] as const;

export type SiteItem = (typeof siteItems)[number];

/** The peptide as mmCIF: items left out, and values of the second atom changed. */
export function cif(
  changes: Partial<Record<SiteItem, string>> = {},
  without: readonly SiteItem[] = [],
  around: { readonly before?: string; readonly after?: string } = {},
): string {
  const items = siteItems.filter((item) => !without.includes(item));
  const rows = peptide.map(([name, residue, number, x, y, z], index) => {
    const values: Record<SiteItem, string> = {
      group_PDB: "ATOM",
      id: String(index + 1),
      type_symbol: name.slice(0, 1),
      label_atom_id: name,
      label_alt_id: ".",
      label_comp_id: residue,
      label_asym_id: "A",
      label_seq_id: String(number),
      pdbx_PDB_ins_code: "?",
      Cartn_x: x.toFixed(3),
      Cartn_y: y.toFixed(3),
      Cartn_z: z.toFixed(3),
      occupancy: "1.00",
      B_iso_or_equiv: "20.00",
      auth_seq_id: String(number),
      auth_comp_id: residue,
      auth_asym_id: "A",
      auth_atom_id: name,
      pdbx_PDB_model_num: "1",
    };
    return items.map((item) => (index === 1 ? (changes[item] ?? values[item]) : values[item])).join(" ");
  });
  const tags = items.map((item) => `_atom_site.${item}`);
  return `${around.before ?? "data_test\n"}loop_\n${tags.join("\n")}\n${rows.join("\n")}\n${around.after ?? ""}`;
}
