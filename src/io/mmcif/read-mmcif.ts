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

/** Items of _atom_site that are read, by their places in what is read of a row; of those in pairs the second stands in for the first. */
const textItems = {
  atomName: 0,
  residueName: 1,
  chain: 2,
  instance: 3,
  insertionCode: 4,
  symbol: 5,
  altloc: 6,
  group: 7,
  segmentId: 8,
} as const;
const numberItems = { x: 0, y: 1, z: 2, occupancy: 3, bFactor: 4, charge: 5 } as const;
const integerItems = { sequenceNumber: 0, labelSequenceNumber: 1, id: 2, modelNumber: 3 } as const;

/** Columns of these items in the order of their places; -1 where there is none. */
interface SiteColumns {
  readonly texts: Int32Array;
  readonly numbers: Int32Array;
  readonly integers: Int32Array;
  /** What stands in for the atom's name, its residue's name, its chain and its residue's number. */
  readonly atomName: number;
  readonly residueName: number;
  readonly chain: number;
  readonly sequenceNumber: number;
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
  const [atomName, residueName, chain, sequenceNumber] = [
    need("auth_atom_id", "label_atom_id"),
    need("auth_comp_id", "label_comp_id"),
    need("auth_asym_id", "label_asym_id"),
    need("auth_seq_id", "label_seq_id"),
  ] as const;
  return {
    texts: Int32Array.of(
      atomName[0],
      residueName[0],
      chain[0],
      ...["label_asym_id", "pdbx_PDB_ins_code", "type_symbol", "label_alt_id", "group_PDB", "pdbx_auth_seg_id"].map(
        get,
      ),
    ),
    numbers: Int32Array.of(
      ...["Cartn_x", "Cartn_y", "Cartn_z"].map((item) => need(item)[0]),
      ...["occupancy", "B_iso_or_equiv", "pdbx_formal_charge"].map(get),
    ),
    integers: Int32Array.of(sequenceNumber[0], ...["label_seq_id", "id", "pdbx_PDB_model_num"].map(get)),
    atomName: atomName[1],
    residueName: residueName[1],
    chain: chain[1],
    sequenceNumber: sequenceNumber[1],
  };
}

interface SiteReader {
  readonly walk: CifRowWalk;
  readonly at: SiteColumns;
  /** Of the present row, by their places. */
  readonly texts: (string | null)[];
  readonly numbers: Float64Array;
  readonly integers: Float64Array;
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
  const at = findColumns(site, fileName);
  const reader: SiteReader = {
    walk,
    at,
    texts: new Array<string | null>(at.texts.length).fill(null),
    numbers: new Float64Array(at.numbers.length),
    integers: new Float64Array(at.integers.length),
    columns,
    labels: createLabels(),
    elements: new Map(),
    fileName,
    context,
    place: () => `line ${site.source ? lineAt(site.source.text, walk.offset()) : (site.lines[0] ?? 0)}`,
  };
  const segments = new Map<string | null, number>();
  let instance: string | null | undefined;
  while (walk.next()) {
    const atom = columns.count;
    walk.texts(at.texts, reader.texts);
    walk.integers(at.integers, reader.integers);
    walk.numbers(at.numbers, reader.numbers);
    readSiteNames(reader, atom);
    readSiteNumbers(reader, atom);
    if (reader.texts[textItems.instance] !== instance) {
      instance = reader.texts[textItems.instance]!;
      reader.labels.segment = segments.get(instance) ?? segments.size;
      segments.set(instance, reader.labels.segment);
    }
    labelAtom(columns, atom, reader.labels);
    columns.count++;
  }
  readAnisotropic(block, site, columns, fileName);
  return columns;
}

function readSiteNames(reader: SiteReader, atom: number): void {
  const { walk, at, texts, integers, columns, labels } = reader;
  const name = texts[textItems.atomName] ?? walk.text(at.atomName);
  let sequenceNumber = integers[integerItems.sequenceNumber]!;
  if (Number.isNaN(sequenceNumber) && walk.isMissing(at.integers[integerItems.sequenceNumber]!)) {
    sequenceNumber = walk.integer(at.sequenceNumber);
  }
  if (!name || !(Math.abs(sequenceNumber) < 2 ** 31)) return failAtAtom(reader, name || null);
  const residueName = texts[textItems.residueName] ?? walk.text(at.residueName) ?? "UNK";
  columns.name[atom] = name;
  labels.residueName = residueName;
  labels.chain = texts[textItems.chain] ?? walk.text(at.chain) ?? "";
  labels.sequenceNumber = sequenceNumber;
  labels.insertionCode = texts[textItems.insertionCode] ?? "";
  columns.altloc[atom] = texts[textItems.altloc] ?? "";
  columns.segmentId[atom] = texts[textItems.segmentId] ?? "";
  columns.isHetero[atom] = texts[textItems.group] === "HETATM" ? 1 : 0;
  columns.element[atom] = readElement(reader, texts[textItems.symbol] ?? "", name, residueName);
}

function failAtAtom({ fileName, place }: SiteReader, name: string | null): never {
  throw new InputError({
    code: "CIF_ATOM",
    message: name === null ? "An atom has no name" : "An atom has no residue number",
    file: fileName,
    place: place(),
    hint: "Items auth_atom_id and auth_seq_id, or else label_atom_id and label_seq_id, name an atom",
  });
}

function readSiteNumbers(reader: SiteReader, atom: number): void {
  const { numbers, integers, columns, labels } = reader;
  for (let axis = 0; axis < 3; axis++) {
    const value = numbers[axis]!;
    // Refinement needs room for arithmetic: no structure is as large as this.
    if (!(Math.abs(value) < largestCoordinate)) failAtCoordinate(reader, axis);
    columns.xyz[3 * atom + axis] = value;
  }
  columns.occupancy[atom] = optional(reader, numberItems.occupancy, 1, "CIF_OCCUPANCY");
  columns.bFactor[atom] = optional(reader, numberItems.bFactor, 0, "CIF_B_FACTOR");
  columns.charge[atom] = numbers[numberItems.charge] || 0;
  labels.labelSequenceNumber = integers[integerItems.labelSequenceNumber] || 0;
  const serial = integers[integerItems.id]!;
  columns.serial[atom] = Number.isNaN(serial) ? atom + 1 : serial;
  const modelNumber = integers[integerItems.modelNumber]!;
  labels.modelNumber = Number.isNaN(modelNumber) ? 1 : modelNumber;
}

function failAtCoordinate({ walk, at, fileName, place }: SiteReader, axis: number): never {
  throw new InputError({
    code: "CIF_COORDINATE",
    message: `"${walk.text(at.numbers[axis]!) ?? "?"}" is not a coordinate`,
    file: fileName,
    place: place(),
  });
}

function optional(
  { walk, at, numbers, context, place }: SiteReader,
  item: number,
  fallback: number,
  code: string,
): number {
  const value = numbers[item]!;
  if (Number.isFinite(value)) return value;
  if (!walk.isMissing(at.numbers[item]!)) {
    addDiagnostic(context.diagnostics, "warning", code, `Unreadable values are taken as ${fallback}`, place);
  }
  return fallback;
}

function readElement(
  { elements, context, place }: SiteReader,
  symbol: string,
  name: string,
  residueName: string,
): number {
  let element = elements.get(symbol);
  if (element === undefined) {
    element = elementIndex(symbol);
    elements.set(symbol, element);
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
