// Reads models from mmCIF: atoms by author names, links and secondary structure; every other category is kept.
import { addDiagnostic } from "../../base/diagnostics.ts";
import { InputError } from "../../base/errors.ts";
import type { RunContext } from "../../base/run-context.ts";
import { elementIndex } from "../../chemistry/elements.ts";
import { type AtomColumns, buildModel, createAtomColumns } from "../../model/build-model.ts";
import type { Model } from "../../model/model.ts";
import {
  type CifBlock,
  type CifCategory,
  type CifDocument,
  cifColumn,
  findCategory,
  parseCif,
  rowCount,
} from "../../text/cif.ts";
import { guessElement } from "../pdb/guess-element.ts";
import { readCell, readHelices, readLinks, readStrands } from "./annotations.ts";
import { type ItemReader, itemReader } from "./item-reader.ts";

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

function readAtoms(block: CifBlock, fileName: string, context: RunContext): AtomColumns {
  const site = findCategory(block, "_atom_site")!;
  const columns = createAtomColumns();
  const get = (...items: string[]): ItemReader => itemReader(site, ...items) ?? (() => null);
  const need = (...items: string[]): ItemReader => {
    const found = itemReader(site, ...items);
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
        hint: "Items auth_atom_id and auth_seq_id, or else label_atom_id and label_seq_id, name an atom",
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
  // A standard uncertainty may follow in brackets.
  const digits = text?.endsWith(")") ? text.slice(0, text.lastIndexOf("(")) : text;
  const value = digits ? Number(digits) : Number.NaN;
  if (Number.isFinite(value)) return value;
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
  const own = tensorItems.map((item) => itemReader(site, `aniso_${item}`));
  if (own.every((item) => item !== null)) storeTensors(own, rowCount(site), (row) => row, columns);
  const other = findCategory(block, "_atom_site_anisotrop");
  if (!other) return;
  const id = itemReader(other, "id");
  const tensor = tensorItems.map((item) => itemReader(other, item));
  if (!id || !tensor.every((item) => item !== null)) return;
  const rowOfId = new Map(cifColumn(site, "id").map((value, row) => [value, row] as const));
  storeTensors(tensor, rowCount(other), (row) => rowOfId.get(id(row)) ?? -1, columns);
}

function storeTensors(
  tensor: readonly ItemReader[],
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
