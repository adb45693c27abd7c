// Reads models from mmCIF: atoms by author names, links and secondary structure; every other category is kept.
import { addDiagnostic } from "../../base/diagnostics.ts";
import { InputError } from "../../base/errors.ts";
import type { RunContext } from "../../base/run-context.ts";
import { elementIndex } from "../../chemistry/elements.ts";
import type { UnitCell } from "../../crystal/unit-cell.ts";
import { type AtomColumns, buildModel, createAtomColumns } from "../../model/build-model.ts";
import type { AtomAddress, Helix, Model, StatedLink, Strand } from "../../model/model.ts";
import {
  type CifBlock,
  type CifCategory,
  type CifDocument,
  cifColumn,
  cifText,
  columnOf,
  findCategory,
  parseCif,
  rowCount,
} from "../../text/cif.ts";
import { guessElement } from "../pdb/guess-element.ts";

/** The parsed file and which of its blocks holds the model. */
export interface MmcifSource {
  readonly document: CifDocument;
  readonly block: number;
}

/** Reads the first block with atoms. Throws InputError CIF_* naming the line; oddities that can be understood are diagnostics. */
export function readMmcif(text: string, fileName: string, context: RunContext): Model {
  const document = parseCif(text, fileName);
  const block = document.blocks.findIndex(({ categories }) =>
    categories.some((category) => category.name === "_atom_site" && rowCount(category) > 0),
  );
  if (block < 0) throw noAtoms(document, fileName);
  const found = document.blocks[block]!;
  const columns = readAtoms(found, fileName, context);
  const source: MmcifSource = { document, block };
  return buildModel(columns, {
    ...readCell(found),
    statedLinks: readLinks(found),
    helices: readHelices(found),
    strands: readStrands(found),
    source: { format: "mmcif", fileName, content: source },
  });
}

function noAtoms(document: CifDocument, fileName: string): InputError {
  const has = (name: string): boolean => document.blocks.some((block) => findCategory(block, name) !== undefined);
  const details = { code: "MODEL_EMPTY", message: "The model has no atoms", file: fileName };
  if (has("_chem_comp_atom")) {
    return new InputError({
      ...details,
      message: "This is a restraint dictionary, not a model",
      hint: "Give it with --restraints",
    });
  }
  if (has("_refln")) return new InputError({ ...details, message: "This file holds structure factors, not a model" });
  return new InputError({ ...details, hint: "Give a PDB or mmCIF file with atoms" });
}

type Getter = (row: number) => string | null;

/** The first of these items that the category has, by row. */
function getter(category: CifCategory, ...items: string[]): Getter | null {
  const width = category.tags.length;
  const columns = items.map((item) => columnOf(category, item)).filter((column) => column >= 0);
  const [first, second] = columns;
  if (first === undefined) return null;
  if (second === undefined) return (row) => cifText(category.values[row * width + first]!);
  return (row) => cifText(category.values[row * width + first]!) ?? cifText(category.values[row * width + second]!);
}

function readAtoms(block: CifBlock, fileName: string, context: RunContext): AtomColumns {
  const site = findCategory(block, "_atom_site")!;
  const columns = createAtomColumns();
  const get = (...items: string[]): Getter => getter(site, ...items) ?? (() => null);
  const need = (...items: string[]): Getter => {
    const found = getter(site, ...items);
    if (found) return found;
    throw new InputError({
      code: "CIF_ITEM_MISSING",
      message: `_atom_site has no item ${items.join(" or ")}`,
      file: fileName,
      place: `line ${site.lines[0] ?? 0}`,
    });
  };
  const coordinates = [need("Cartn_x"), need("Cartn_y"), need("Cartn_z")] as const;
  const atomName = need("auth_atom_id", "label_atom_id");
  const residueName = need("auth_comp_id", "label_comp_id");
  const chain = need("auth_asym_id", "label_asym_id");
  const instance = get("label_asym_id");
  const number = need("auth_seq_id", "label_seq_id");
  const labelNumber = get("label_seq_id");
  const insertion = get("pdbx_PDB_ins_code");
  const symbol = get("type_symbol");
  const altloc = get("label_alt_id");
  const group = get("group_PDB");
  const occupancy = get("occupancy");
  const bFactor = get("B_iso_or_equiv");
  const charge = get("pdbx_formal_charge");
  const modelNumber = get("pdbx_PDB_model_num");
  const id = get("id");
  const segmentId = get("pdbx_auth_seg_id");
  const rows = rowCount(site);
  let segment = 0;
  let previousInstance: string | null = null;
  let previousModel = 0;
  const elements = new Map<string, number>();
  for (let row = 0; row < rows; row++) {
    const line = site.lines[row] ?? 0;
    const place = `line ${line}`;
    columns.x.push(readNumber(coordinates[0](row), fileName, line));
    columns.y.push(readNumber(coordinates[1](row), fileName, line));
    columns.z.push(readNumber(coordinates[2](row), fileName, line));
    const name = atomName(row);
    const sequenceNumber = Number(number(row) ?? Number.NaN);
    if (name === null || !Number.isInteger(sequenceNumber)) {
      throw new InputError({
        code: "CIF_ATOM",
        message: name === null ? "An atom has no name" : "An atom has no residue number",
        file: fileName,
        place,
      });
    }
    columns.name.push(name);
    columns.residueName.push(residueName(row) ?? "UNK");
    columns.chain.push(chain(row) ?? "");
    columns.sequenceNumber.push(sequenceNumber);
    columns.labelSequenceNumber.push(Number(labelNumber(row) ?? 0) || 0);
    columns.insertionCode.push(insertion(row) ?? "");
    columns.altloc.push(altloc(row) ?? "");
    columns.isHetero.push(group(row) === "HETATM");
    columns.segmentId.push(segmentId(row) ?? "");
    columns.occupancy.push(optional(occupancy(row), 1, "CIF_OCCUPANCY", place, context));
    columns.bFactor.push(optional(bFactor(row), 0, "CIF_B_FACTOR", place, context));
    columns.charge.push(Number(charge(row) ?? 0) || 0);
    const serial = Number(id(row) ?? Number.NaN);
    columns.serial.push(Number.isInteger(serial) ? serial : row + 1);
    const present = Number(modelNumber(row) ?? 1);
    columns.modelNumber.push(Number.isInteger(present) ? present : 1);
    const asym = instance(row);
    if (row > 0 && (asym !== previousInstance || present !== previousModel)) segment++;
    previousInstance = asym;
    previousModel = present;
    columns.segment.push(segment);
    columns.element.push(readElement(symbol(row), name, columns.residueName[row]!, elements, place, context));
  }
  readAnisotropic(block, site, columns);
  return columns;
}

function readNumber(text: string | null, fileName: string, line: number): number {
  const value = Number(text ?? Number.NaN);
  if (text !== null && Number.isFinite(value)) return value;
  throw new InputError({
    code: "CIF_COORDINATE",
    message: `"${text ?? "?"}" is not a coordinate`,
    file: fileName,
    place: `line ${line}`,
  });
}

function optional(text: string | null, fallback: number, code: string, place: string, context: RunContext): number {
  if (text === null) return fallback;
  const value = Number(text);
  if (Number.isFinite(value)) return value;
  addDiagnostic(context.diagnostics, "warning", code, `Unreadable values are taken as ${fallback}`, place);
  return fallback;
}

function readElement(
  symbol: string | null,
  name: string,
  residueName: string,
  known: Map<string, number>,
  place: string,
  context: RunContext,
): number {
  const key = symbol ?? "";
  let element = known.get(key);
  if (element === undefined) {
    element = elementIndex(key);
    known.set(key, element);
  }
  if (element !== 0) return element;
  addDiagnostic(
    context.diagnostics,
    "warning",
    "CIF_ELEMENT_UNKNOWN",
    "Elements are missing or unknown: taken from the atom name",
    place,
  );
  return guessElement(name.length < 4 ? ` ${name}` : name, residueName);
}

const tensorItems = ["U[1][1]", "U[2][2]", "U[3][3]", "U[1][2]", "U[1][3]", "U[2][3]"];

function readAnisotropic(block: CifBlock, site: CifCategory, columns: AtomColumns): void {
  const own = tensorItems.map((item) => getter(site, `aniso_${item}`));
  if (own.every((item) => item !== null)) storeTensors(own, rowCount(site), (row) => row, columns);
  const other = findCategory(block, "_atom_site_anisotrop");
  if (!other) return;
  const id = getter(other, "id");
  const tensor = tensorItems.map((item) => getter(other, item));
  if (!id || !tensor.every((item) => item !== null)) return;
  const rowOfId = new Map(cifColumn(site, "id").map((value, row) => [value, row] as const));
  storeTensors(tensor, rowCount(other), (row) => rowOfId.get(id(row)) ?? -1, columns);
}

function storeTensors(
  tensor: readonly Getter[],
  rows: number,
  atomOf: (row: number) => number,
  columns: AtomColumns,
): void {
  for (let row = 0; row < rows; row++) {
    const u = tensor.map((item) => Number(item(row) ?? Number.NaN));
    const atom = atomOf(row);
    if (atom >= 0 && u.every(Number.isFinite)) columns.anisotropicU.set(atom, u);
  }
}

function readCell(block: CifBlock): { cell: UnitCell | null; spaceGroup: string | null } {
  const category = findCategory(block, "_cell");
  const value = (item: string): number => Number(cifColumn(category, item)[0] ?? Number.NaN);
  const edges = [value("length_a"), value("length_b"), value("length_c")] as const;
  const angles = [value("angle_alpha"), value("angle_beta"), value("angle_gamma")].map((angle) => angle || 90);
  // A cell of 1 x 1 x 1 says that there is none.
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

function readLinks(block: CifBlock): StatedLink[] {
  const category = findCategory(block, "_struct_conn");
  if (!category) return [];
  const get = (...items: string[]): Getter => getter(category, ...items) ?? (() => null);
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
  const get = (...items: string[]): Getter => getter(category, ...items) ?? (() => null);
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

function readHelices(block: CifBlock): Helix[] {
  const category = findCategory(block, "_struct_conf");
  if (!category) return [];
  const span = spanReader(category);
  const type = getter(category, "conf_type_id");
  const helixClass = getter(category, "pdbx_PDB_helix_class");
  const helices: Helix[] = [];
  for (let row = 0; row < rowCount(category); row++) {
    if (!(type?.(row) ?? "HELX").toUpperCase().startsWith("HELX")) continue;
    helices.push({ ...span(row), helixClass: Number(helixClass?.(row) ?? 1) || 1 });
  }
  return helices;
}

function readStrands(block: CifBlock): Strand[] {
  const category = findCategory(block, "_struct_sheet_range");
  if (!category) return [];
  const span = spanReader(category);
  const sheet = getter(category, "sheet_id");
  const id = getter(category, "id");
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
