// Reads models from mmCIF: atoms by author names, links and secondary structure; every other category is kept.
import { addDiagnostic } from "../../base/diagnostics.ts";
import { InputError } from "../../base/errors.ts";
import type { RunContext } from "../../base/run-context.ts";
import { elementIndex } from "../../chemistry/elements.ts";
import {
  type AtomColumns,
  buildModel,
  createAtomColumns,
  createLabels,
  labelAtom,
  type ResidueLabels,
  setAnisotropic,
} from "../../model/build-model.ts";
import { largestCoordinate, type Model } from "../../model/model.ts";
import { type CifBlock, type CifCategory, type CifDocument, columnOf, findCategory, parseCif } from "../../text/cif.ts";
import { type CifRowWalk, walkRows } from "../../text/cif-rows.ts";
import { lineAt } from "../../text/text-bytes.ts";
import { guessElement } from "../pdb/guess-element.ts";
import { readCell, readHelices, readLinks, readStrands } from "./annotations.ts";

/** The parsed file and which of its blocks holds the model. */
export interface MmcifSource {
  readonly document: CifDocument;
  readonly block: number;
}

/** Reads the first block with atoms. Throws InputError CIF_* naming the line; oddities that can be understood are diagnostics. */
export function readMmcif(content: string | Uint8Array, fileName: string, context: RunContext): Model {
  const document = parseCif(content, fileName);
  const block = document.blocks.findIndex(({ categories }) =>
    categories.some((category) => category.name === "_atom_site" && category.rows > 0),
  );
  if (block < 0) throw noAtoms(document, fileName);
  const found = document.blocks[block]!;
  requireOneSite(found, fileName);
  const columns = readAtoms(found, fileName, context);
  const source: MmcifSource = { document, block };
  return buildModel(
    columns,
    {
      ...readCell(found),
      statedLinks: readLinks(found),
      helices: readHelices(found),
      strands: readStrands(found),
      source: { format: "mmcif", fileName, content: source },
    },
    context,
  );
}

/** Of two loops of atoms one would be lost. */
function requireOneSite({ categories }: CifBlock, fileName: string): void {
  const [, second] = categories.filter(({ name }) => name === "_atom_site");
  if (second === undefined) return;
  throw new InputError({
    code: "CIF_DUPLICATE",
    message: "Category _atom_site is given twice in a data block",
    file: fileName,
    ...(second.lines[0] === undefined ? {} : { place: `line ${second.lines[0]}` }),
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

/** Columns of the items of _atom_site that are read; -1 where there is none. */
interface SiteColumns {
  readonly xyz: readonly [number, number, number];
  readonly atomName: readonly [number, number];
  readonly residueName: readonly [number, number];
  readonly chain: readonly [number, number];
  readonly sequenceNumber: readonly [number, number];
  readonly instance: number;
  readonly labelSequenceNumber: number;
  readonly insertionCode: number;
  readonly symbol: number;
  readonly altloc: number;
  readonly group: number;
  readonly occupancy: number;
  readonly bFactor: number;
  readonly charge: number;
  readonly modelNumber: number;
  readonly id: number;
  readonly segmentId: number;
}

function findColumns(site: CifCategory, fileName: string): SiteColumns {
  const get = (item: string): number => columnOf(site, item);
  const need = (first: string, second = first): [number, number] => {
    const columns: [number, number] = [get(first), get(second)];
    if (Math.max(...columns) >= 0) return columns;
    throw new InputError({
      code: "CIF_ITEM_MISSING",
      message: `_atom_site has no item ${first === second ? first : `${first} or ${second}`}`,
      file: fileName,
      place: `line ${site.lines[0] ?? 0}`,
    });
  };
  return {
    xyz: [need("Cartn_x")[0], need("Cartn_y")[0], need("Cartn_z")[0]],
    atomName: need("auth_atom_id", "label_atom_id"),
    residueName: need("auth_comp_id", "label_comp_id"),
    chain: need("auth_asym_id", "label_asym_id"),
    sequenceNumber: need("auth_seq_id", "label_seq_id"),
    instance: get("label_asym_id"),
    labelSequenceNumber: get("label_seq_id"),
    insertionCode: get("pdbx_PDB_ins_code"),
    symbol: get("type_symbol"),
    altloc: get("label_alt_id"),
    group: get("group_PDB"),
    occupancy: get("occupancy"),
    bFactor: get("B_iso_or_equiv"),
    charge: get("pdbx_formal_charge"),
    modelNumber: get("pdbx_PDB_model_num"),
    id: get("id"),
    segmentId: get("pdbx_auth_seg_id"),
  };
}

interface SiteReader {
  readonly walk: CifRowWalk;
  readonly at: SiteColumns;
  readonly columns: AtomColumns;
  /** Of the present atom. */
  readonly labels: ResidueLabels;
  readonly elements: Map<string, number>;
  readonly fileName: string;
  readonly context: RunContext;
  /** "line 12" of the present row. */
  readonly place: () => string;
}

function readAtoms(block: CifBlock, fileName: string, context: RunContext): AtomColumns {
  const site = findCategory(block, "_atom_site")!;
  const columns = createAtomColumns(site.rows);
  const walk = walkRows(site, fileName);
  const reader: SiteReader = {
    walk,
    at: findColumns(site, fileName),
    columns,
    labels: createLabels(),
    elements: new Map(),
    fileName,
    context,
    place: () => `line ${site.source ? lineAt(site.source.text, walk.offset()) : (site.lines[0] ?? 0)}`,
  };
  const segments = new Map<string | null, number>();
  while (walk.next()) {
    const atom = columns.count;
    readSiteNames(reader, atom);
    readSiteNumbers(reader, atom);
    const instance = walk.text(reader.at.instance);
    let segment = segments.get(instance);
    if (segment === undefined) {
      segment = segments.size;
      segments.set(instance, segment);
    }
    reader.labels.segment = segment;
    labelAtom(columns, atom, reader.labels);
    columns.count++;
  }
  readAnisotropic(block, site, columns, fileName);
  return columns;
}

/** The first of two values that is there. */
function eitherText(walk: CifRowWalk, columns: readonly [number, number]): string | null {
  return walk.text(columns[0]) ?? walk.text(columns[1]);
}

function readSiteNames(reader: SiteReader, atom: number): void {
  const { walk, at, columns, labels, fileName, place } = reader;
  const name = eitherText(walk, at.atomName) || null;
  let sequenceNumber = walk.integer(at.sequenceNumber[0]);
  if (walk.isMissing(at.sequenceNumber[0])) sequenceNumber = walk.integer(at.sequenceNumber[1]);
  if (name === null || !(Math.abs(sequenceNumber) < 2 ** 31)) {
    throw new InputError({
      code: "CIF_ATOM",
      message: name === null ? "An atom has no name" : "An atom has no residue number",
      file: fileName,
      place: place(),
      hint: "Items auth_atom_id and auth_seq_id, or else label_atom_id and label_seq_id, name an atom",
    });
  }
  const residueName = eitherText(walk, at.residueName) ?? "UNK";
  columns.name[atom] = name;
  labels.residueName = residueName;
  labels.chain = eitherText(walk, at.chain) ?? "";
  labels.sequenceNumber = sequenceNumber;
  labels.insertionCode = walk.text(at.insertionCode) ?? "";
  columns.altloc[atom] = walk.text(at.altloc) ?? "";
  columns.segmentId[atom] = walk.text(at.segmentId) ?? "";
  columns.isHetero[atom] = walk.text(at.group) === "HETATM" ? 1 : 0;
  columns.element[atom] = readElement(reader, walk.text(at.symbol), name, residueName);
}

function readSiteNumbers(reader: SiteReader, atom: number): void {
  const { walk, at, columns, labels, fileName, place } = reader;
  for (let axis = 0; axis < 3; axis++) {
    const value = walk.number(at.xyz[axis]!);
    // Refinement needs room for arithmetic: no structure is as large as this.
    if (!(Math.abs(value) < largestCoordinate)) {
      throw new InputError({
        code: "CIF_COORDINATE",
        message: `"${walk.text(at.xyz[axis]!) ?? "?"}" is not a coordinate`,
        file: fileName,
        place: place(),
      });
    }
    columns.xyz[3 * atom + axis] = value;
  }
  columns.occupancy[atom] = optional(reader, at.occupancy, 1, "CIF_OCCUPANCY");
  columns.bFactor[atom] = optional(reader, at.bFactor, 0, "CIF_B_FACTOR");
  columns.charge[atom] = walk.number(at.charge) || 0;
  labels.labelSequenceNumber = walk.integer(at.labelSequenceNumber) || 0;
  const serial = walk.integer(at.id);
  columns.serial[atom] = Number.isNaN(serial) ? atom + 1 : serial;
  const modelNumber = walk.integer(at.modelNumber);
  labels.modelNumber = Number.isNaN(modelNumber) ? 1 : modelNumber;
}

function optional({ walk, context, place }: SiteReader, column: number, fallback: number, code: string): number {
  if (walk.isMissing(column)) return fallback;
  const value = walk.number(column);
  if (Number.isFinite(value)) return value;
  addDiagnostic(context.diagnostics, "warning", code, `Unreadable values are taken as ${fallback}`, place);
  return fallback;
}

function readElement(
  { elements, context, place }: SiteReader,
  symbol: string | null,
  name: string,
  residueName: string,
): number {
  const key = symbol ?? "";
  let element = elements.get(key);
  if (element === undefined) {
    element = elementIndex(key);
    elements.set(key, element);
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

function readAnisotropic(block: CifBlock, site: CifCategory, columns: AtomColumns, fileName: string): void {
  const own = tensorItems.map((item) => columnOf(site, `aniso_${item}`));
  if (own.every((column) => column >= 0)) storeTensors(walkRows(site, fileName), own, (_walk, row) => row, columns);
  const other = findCategory(block, "_atom_site_anisotrop");
  if (!other) return;
  const id = columnOf(other, "id");
  const tensor = tensorItems.map((item) => columnOf(other, item));
  const siteId = columnOf(site, "id");
  if (id < 0 || siteId < 0 || tensor.some((column) => column < 0)) return;
  const rowOfId = new Map<string | null, number>();
  const walk = walkRows(site, fileName);
  for (let row = 0; walk.next(); row++) rowOfId.set(walk.text(siteId), row);
  storeTensors(walkRows(other, fileName), tensor, (present) => rowOfId.get(present.text(id)) ?? -1, columns);
}

function storeTensors(
  walk: CifRowWalk,
  tensor: readonly number[],
  atomOf: (walk: CifRowWalk, row: number) => number,
  columns: AtomColumns,
): void {
  for (let row = 0; walk.next(); row++) {
    const u = tensor.map((column) => walk.number(column));
    const atom = atomOf(walk, row);
    if (atom >= 0 && u.every(Number.isFinite)) setAnisotropic(columns, atom, u);
  }
}
