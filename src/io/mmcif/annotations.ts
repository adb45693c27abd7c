// What an mmCIF block says beside its atoms: cell, stated links, helices and strands.
import type { UnitCell } from "../../crystal/unit-cell.ts";
import type { AtomAddress, Helix, StatedLink, Strand } from "../../model/model.ts";
import { type CifBlock, type CifCategory, cifColumn, findCategory, rowCount } from "../../text/cif.ts";
import { type ItemReader, itemReader } from "./item-reader.ts";

/** Cell and space group; null for the cell of 1 x 1 x 1 that stands for none. */
export function readCell(block: CifBlock): { cell: UnitCell | null; spaceGroup: string | null } {
  const category = findCategory(block, "_cell");
  const value = (item: string): number => Number(cifColumn(category, item)[0] ?? Number.NaN);
  const edges = [value("length_a"), value("length_b"), value("length_c")] as const;
  const angles = [value("angle_alpha"), value("angle_beta"), value("angle_gamma")].map((angle) => angle || 90);
  if (!edges.every((edge) => edge > 1)) return { cell: null, spaceGroup: null };
  const [alpha, beta, gamma] = angles as [number, number, number];
  const symmetry = findCategory(block, "_symmetry") ?? findCategory(block, "_space_group");
  const spaceGroup = cifColumn(symmetry, "space_group_name_H-M")[0] ?? cifColumn(symmetry, "name_H-M_alt")[0] ?? null;
  return { cell: { a: edges[0], b: edges[1], c: edges[2], alpha, beta, gamma }, spaceGroup };
}

function linkKind(type: string | null): StatedLink["kind"] {
  const lower = (type ?? "").toLowerCase();
  if (lower === "disulf") return "disulfide";
  if (lower.startsWith("covale")) return "covalent";
  if (lower === "metalc") return "metal";
  if (lower === "hydrog") return "hydrogen-bond";
  return "other";
}

/** Bonds of _struct_conn inside the model. */
export function readLinks(block: CifBlock): StatedLink[] {
  const category = findCategory(block, "_struct_conn");
  if (!category) return [];
  const get = (...items: string[]): ItemReader => itemReader(category, ...items) ?? (() => null);
  const type = get("conn_type_id");
  const distance = get("pdbx_dist_value");
  const symmetry = [get("ptnr1_symmetry"), get("ptnr2_symmetry")] as const;
  const end = (partner: "ptnr1" | "ptnr2"): ((row: number) => AtomAddress) => {
    const chain = get(`${partner}_auth_asym_id`, `${partner}_label_asym_id`);
    const residueName = get(`${partner}_auth_comp_id`, `${partner}_label_comp_id`);
    const number = get(`${partner}_auth_seq_id`, `${partner}_label_seq_id`);
    const insertion = get(`pdbx_${partner}_PDB_ins_code`);
    const atomName = get(`${partner}_auth_atom_id`, `${partner}_label_atom_id`);
    const altloc = get(`pdbx_${partner}_label_alt_id`);
    return (row) => ({
      chain: chain(row) ?? "",
      residueName: residueName(row) ?? "",
      sequenceNumber: Number(number(row) ?? 0) || 0,
      insertionCode: insertion(row) ?? "",
      atomName: atomName(row) ?? "",
      altloc: altloc(row) ?? "",
    });
  };
  const first = end("ptnr1");
  const second = end("ptnr2");
  const links: StatedLink[] = [];
  for (let row = 0; row < rowCount(category); row++) {
    const operators = symmetry.map((read) => read(row) ?? "1_555");
    // A bond to a symmetry copy is not a bond inside the model.
    if (operators[0] !== operators[1]) continue;
    const length = Number(distance(row) ?? 0);
    links.push({
      kind: linkKind(type(row)),
      first: first(row),
      second: second(row),
      distance: length > 0 ? length : null,
    });
  }
  return links;
}

function spanReader(category: CifCategory): (row: number) => Omit<Helix, "helixClass"> {
  const get = (...items: string[]): ItemReader => itemReader(category, ...items) ?? (() => null);
  const chain = get("beg_auth_asym_id", "beg_label_asym_id");
  const first = get("beg_auth_seq_id", "beg_label_seq_id");
  const last = get("end_auth_seq_id", "end_label_seq_id");
  const firstInsertion = get("pdbx_beg_PDB_ins_code");
  const lastInsertion = get("pdbx_end_PDB_ins_code");
  return (row) => ({
    chain: chain(row) ?? "",
    firstSequenceNumber: Number(first(row) ?? 0) || 0,
    firstInsertionCode: firstInsertion(row) ?? "",
    lastSequenceNumber: Number(last(row) ?? 0) || 0,
    lastInsertionCode: lastInsertion(row) ?? "",
  });
}

/** Helices of _struct_conf. */
export function readHelices(block: CifBlock): Helix[] {
  const category = findCategory(block, "_struct_conf");
  if (!category) return [];
  const span = spanReader(category);
  const type = itemReader(category, "conf_type_id");
  const helixClass = itemReader(category, "pdbx_PDB_helix_class");
  const helices: Helix[] = [];
  for (let row = 0; row < rowCount(category); row++) {
    if (!(type?.(row) ?? "HELX").toUpperCase().startsWith("HELX")) continue;
    helices.push({ ...span(row), helixClass: Number(helixClass?.(row) ?? 1) || 1 });
  }
  return helices;
}

/** Strands of _struct_sheet_range with their senses. */
export function readStrands(block: CifBlock): Strand[] {
  const category = findCategory(block, "_struct_sheet_range");
  if (!category) return [];
  const span = spanReader(category);
  const sheet = itemReader(category, "sheet_id");
  const id = itemReader(category, "id");
  const order = findCategory(block, "_struct_sheet_order");
  const senses = new Map<string, number>();
  const orderSheet = cifColumn(order, "sheet_id");
  const orderSecond = cifColumn(order, "range_id_2");
  cifColumn(order, "sense").forEach((sense, row) => {
    senses.set(`${orderSheet[row]} ${orderSecond[row]}`, sense === "parallel" ? 1 : -1);
  });
  const strands: Strand[] = [];
  for (let row = 0; row < rowCount(category); row++) {
    const name = sheet?.(row) ?? "";
    strands.push({ ...span(row), sheet: name, sense: senses.get(`${name} ${id?.(row) ?? ""}`) ?? 0 });
  }
  return strands;
}
