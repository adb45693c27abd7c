// Writes models as mmCIF: the source's own categories around the present atoms, or a file from the tables alone.
import { elementSymbol } from "../../chemistry/elements.ts";
import type { Model } from "../../model/model.ts";
import {
  type CifCategory,
  type CifDocument,
  cifValue,
  columnOf,
  makeCategory,
  makePairs,
  makeRows,
} from "../../text/cif.ts";
import { writeCif, writeCifPieces } from "../../text/write-cif.ts";
import { type PdbDocument, visitPdbLines } from "../pdb/read-pdb.ts";
import type { MmcifSource } from "./read-mmcif.ts";
import { helixLoop, type InstanceNames, linkLoop, nameInstances, rowsToLoop, sheetLoops } from "./write-annotations.ts";

/** The model as mmCIF text. Categories of an mmCIF source stay as they were, except the atoms' positions, B factors and occupancies. */
export function writeMmcif(model: Model): string {
  return writeCif(documentOf(model));
}

/** Hands on the text in order, piece by piece, so that no string holds a whole file. */
export function writeMmcifPieces(model: Model, write: (piece: string) => void): void {
  writeCifPieces(documentOf(model), write);
}

/** What is to be done to the atoms' category before it is written; a row is visited with the number of its atom. */
export type SiteChange = (site: CifCategory) => CifCategory;

/** The file that the model is written as. */
export function documentOf(model: Model, change: SiteChange = (site) => site): CifDocument {
  const { blocks } = model.source.format === "mmcif" ? fromSource(model) : fromTables(model);
  const own = model.source.format === "mmcif" ? (model.source.content as MmcifSource).block : 0;
  return {
    blocks: blocks.map((block, index) =>
      index !== own
        ? block
        : {
            name: block.name,
            categories: block.categories.map((category) =>
              category.name === "_atom_site" ? change(category) : category,
            ),
          },
    ),
  };
}

function fromSource(model: Model): CifDocument {
  const { document, block } = model.source.content as MmcifSource;
  return {
    blocks: document.blocks.map((found, index) =>
      index !== block ? found : { name: found.name, categories: updateAtoms(found.categories, model) },
    ),
  };
}

function updateAtoms(categories: readonly CifCategory[], model: Model): CifCategory[] {
  const site = categories.find((category) => category.name === "_atom_site")!;
  return categories.flatMap((category) => {
    if (category === site) return [updateSite(site, model)];
    if (category.name === "_atom_type" && isRenumbered(model)) return [withNewTypes(category, model)];
    if (category.name !== "_atom_site_anisotrop") return [category];
    if (model.sourceRows === undefined && category.rows <= countTensors(model)) return [category];
    const kept = renameRows(category, columnOf(category, "id"), idsOfTensors(site, model));
    return kept.rows > 0 || category.rows === 0 ? [kept] : [];
  });
}

/** Atoms are numbered anew where some were put in. */
function isRenumbered({ sourceRows }: Model): boolean {
  return sourceRows?.includes(-1) ?? false;
}

/** The list of elements with those of new atoms, which all have to be in it. */
function withNewTypes(category: CifCategory, { atoms, sourceRows }: Model): CifCategory {
  const column = columnOf(category, "symbol");
  if (column < 0) return category;
  const values: string[] = [];
  const known = new Set<string>();
  category.visitRows((row) => {
    values.push(...row);
    known.add(row[column]!.toUpperCase());
  });
  for (const element of new Set(atoms.element.filter((_element, atom) => sourceRows![atom] === -1))) {
    const symbol = elementSymbol(element).toUpperCase();
    if (!known.has(symbol)) values.push(...category.tags.map((_tag, item) => (item === column ? symbol : "?")));
  }
  const isLoop = category.isLoop || values.length > category.tags.length;
  return makeCategory(category.name, category.tags, values, isLoop);
}

function hasTensor({ atoms: { anisotropicU } }: Model, atom: number): boolean {
  return anisotropicU !== null && !Number.isNaN(anisotropicU[6 * atom]!);
}

function countTensors(model: Model): number {
  let count = 0;
  for (let atom = 0; atom < model.atoms.count; atom++) if (hasTensor(model, atom)) count++;
  return count;
}

/** Present id of each atom that is still there and has a tensor, by the source's. */
function idsOfTensors(site: CifCategory, model: Model): Map<string, string> {
  const column = columnOf(site, "id");
  const sourceRows = model.sourceRows ?? Int32Array.from({ length: model.atoms.count }, (_, row) => row);
  const isNew = sourceRows.includes(-1);
  const atomOfRow = new Map(Array.from(sourceRows, (row, atom) => [row, atom] as const));
  const ids = new Map<string, string>();
  site.visitRows((row, index) => {
    const atom = atomOfRow.get(index);
    if (column >= 0 && atom !== undefined && hasTensor(model, atom))
      ids.set(row[column]!, isNew ? String(atom + 1) : row[column]!);
  });
  return ids;
}

/** The rows whose id has a present one, under that. */
function renameRows(category: CifCategory, column: number, present: ReadonlyMap<string, string>): CifCategory {
  const values: string[] = [];
  category.visitRows((row) => {
    const id = present.get(row[column] ?? "");
    if (column < 0) values.push(...row);
    else if (id !== undefined) values.push(...row.with(column, id));
  });
  return makeCategory(category.name, category.tags, values, category.isLoop);
}

function updateSite(site: CifCategory, model: Model): CifCategory {
  const { atoms, sourceRows } = model;
  const column = (item: string): number => columnOf(site, item);
  const x = [column("Cartn_x"), column("Cartn_y"), column("Cartn_z")] as const;
  const occupancy = column("occupancy");
  const bFactor = column("B_iso_or_equiv");
  const id = isRenumbered(model) ? column("id") : -1;
  const fillNewRow = newRowFiller(site, model);
  const visitRows: CifCategory["visitRows"] = (visit) => {
    const values: string[] = [];
    let atom = 0;
    site.visitRows((row, index) => {
      if (atom >= atoms.count || (sourceRows?.[atom] ?? index) !== index) return;
      for (let item = 0; item < row.length; item++) values[item] = row[item]!;
      for (let axis = 0; axis < 3; axis++) replaceNumber(values, x[axis]!, atoms.xyz[3 * atom + axis]!, 3);
      if (occupancy >= 0) replaceNumber(values, occupancy, atoms.occupancy[atom]!, 2);
      if (bFactor >= 0) replaceNumber(values, bFactor, atoms.bFactor[atom]!, 2);
      if (id >= 0) values[id] = String(atom + 1);
      visit(values, atom++);
      for (; sourceRows?.[atom] === -1; atom++) {
        fillNewRow(values, atom);
        visit(values, atom);
      }
    });
  };
  return { ...makeRows(site.name, site.tags, atoms.count, visitRows), isLoop: site.isLoop || atoms.count > 1 };
}

/** Items that all atoms of a residue share. */
const residueItem =
  /^(group_PDB|(label|auth)_(comp|asym|entity|seq)_id|pdbx_PDB_(ins_code|model_num|residue_no|residue_name|strand_id)|pdbx_(label_index|sifts_\w+))$/i;

/** Turns the values of an atom into those of a new one of its residue; what the program does not know of it is "?". */
function newRowFiller(site: CifCategory, { atoms }: Model): (values: string[], atom: number) => void {
  const own: Readonly<Record<string, (atom: number) => string>> = {
    id: (atom) => String(atom + 1),
    type_symbol: (atom) => elementSymbol(atoms.element[atom]!).toUpperCase(),
    label_atom_id: (atom) => cifValue(atoms.name[atom]!),
    auth_atom_id: (atom) => cifValue(atoms.name[atom]!),
    pdbx_PDB_atom_name: (atom) => cifValue(atoms.name[atom]!),
    label_alt_id: (atom) => cifValue(atoms.altloc[atom]! || undefined),
    Cartn_x: (atom) => plainFixed(atoms.xyz[3 * atom]!, 3),
    Cartn_y: (atom) => plainFixed(atoms.xyz[3 * atom + 1]!, 3),
    Cartn_z: (atom) => plainFixed(atoms.xyz[3 * atom + 2]!, 3),
    occupancy: (atom) => plainFixed(atoms.occupancy[atom]!, 2),
    B_iso_or_equiv: (atom) => plainFixed(atoms.bFactor[atom]!, 2),
  };
  const known = new Map(Object.entries(own).map(([item, value]) => [item.toLowerCase(), value] as const));
  const columns = site.tags.map((tag) => {
    const item = tag.slice(tag.indexOf(".") + 1);
    if (residueItem.test(item)) return null;
    return known.get(item.toLowerCase()) ?? (() => "?");
  });
  return (values, atom) => {
    columns.forEach((value, column) => {
      if (value !== null) values[column] = value(atom);
    });
  };
}

/** Unchanged numbers keep the digits they came with; "?" stays where the reader's default still holds. */
function replaceNumber(values: string[], at: number, value: number, decimals: number): void {
  const written = values[at]!;
  if (Number(written) === value || written === "?" || written === ".") return;
  values[at] = plainFixed(value, decimals);
}

function plainFixed(value: number, decimals: number): string {
  return value.toFixed(decimals).replace(/^-(0\.?0*)$/, "$1");
}

function fromTables(model: Model): CifDocument {
  const name = (model.source.fileName.split(/[\\/]/).pop() ?? "").replace(/\.[^.]*(\.gz)?$/i, "");
  const block = name.replace(/[^A-Za-z0-9_.-]/g, "_") || "model";
  const categories: CifCategory[] = [makePairs("_entry", { id: block })];
  const title = titleOf(model);
  if (title !== null) categories.push(makePairs("_struct", { entry_id: block, title }));
  const { cell } = model;
  if (cell) {
    categories.push(
      makePairs("_cell", {
        entry_id: block,
        length_a: plainFixed(cell.a, 3),
        length_b: plainFixed(cell.b, 3),
        length_c: plainFixed(cell.c, 3),
        angle_alpha: plainFixed(cell.alpha, 2),
        angle_beta: plainFixed(cell.beta, 2),
        angle_gamma: plainFixed(cell.gamma, 2),
      }),
      makePairs("_symmetry", { entry_id: block, "space_group_name_H-M": model.spaceGroup ?? "P 1" }),
    );
  }
  const remarks = remarksOf(model);
  if (remarks) categories.push(remarks);
  const names = nameInstances(model);
  if (model.helices.length > 0) categories.push(helixLoop(model, names));
  categories.push(...sheetLoops(model, names));
  const links = model.statedLinks.filter((link) => link.kind !== "other");
  if (links.length > 0) categories.push(linkLoop(model, links, names));
  categories.push(atomLoop(model, names));
  const tensors = tensorLoop(model);
  if (tensors) categories.push(tensors);
  return { blocks: [{ name: block, categories }] };
}

function pdbLines(model: Model): readonly string[] {
  if (model.source.format !== "pdb") return [];
  const lines: string[] = [];
  visitPdbLines(model.source.content as PdbDocument, (line, row) => {
    if (row < 0) lines.push(line);
  });
  return lines;
}

function titleOf(model: Model): string | null {
  const lines = pdbLines(model).filter((line) => line.startsWith("TITLE"));
  const text = lines
    .map((line) => line.slice(10).trim())
    .join(" ")
    .trim();
  return text === "" ? null : text;
}

/** Records that have no category of their own here are kept as text. */
function remarksOf(model: Model): CifCategory | null {
  const owned = /^(TITLE|ATOM|HETATM|ANISOU|TER|END|MODEL|CRYST1|SSBOND|LINK|HELIX|SHEET|MASTER|CONECT|ORIGX|SCALE)/;
  const lines = pdbLines(model).filter((line) => line.trim() !== "" && !owned.test(line));
  if (lines.length === 0) return null;
  return makePairs("_database_PDB_remark", { id: 999, text: lines.map((line) => ` ${line.trimEnd()}`).join("\n") });
}

const siteItems = [
  "group_PDB",
  "id",
  "type_symbol",
  "label_atom_id",
  "label_alt_id",
  "label_comp_id",
  "label_asym_id",
  "label_entity_id",
  "label_seq_id",
  "pdbx_PDB_ins_code",
  "Cartn_x",
  "Cartn_y",
  "Cartn_z",
  "occupancy",
  "B_iso_or_equiv",
  "pdbx_formal_charge",
  "auth_seq_id",
  "auth_comp_id",
  "auth_asym_id",
  "auth_atom_id",
  "pdbx_PDB_model_num",
];

function atomLoop(model: Model, names: InstanceNames): CifCategory {
  const tags = siteItems.map((item) => `_atom_site.${item}`);
  return makeRows("_atom_site", tags, model.atoms.count, (visit) => {
    for (let atom = 0; atom < model.atoms.count; atom++) visit(siteRow(model, names, atom), atom);
  });
}

/** Values in the order of `siteItems`. */
function siteRow({ atoms, residues, chains, modelNumbers }: Model, names: InstanceNames, atom: number): string[] {
  const residue = atoms.residue[atom]!;
  const chain = residues.chain[residue]!;
  const residueName = cifValue(residues.name[residue]!);
  const atomName = cifValue(atoms.name[atom]!);
  const charge = atoms.charge[atom]!;
  return [
    atoms.isHetero[atom] === 1 ? "HETATM" : "ATOM",
    String(atom + 1),
    elementSymbol(atoms.element[atom]!).toUpperCase(),
    atomName,
    cifValue(atoms.altloc[atom]! || undefined),
    residueName,
    cifValue(names.instance(residue)),
    "?",
    cifValue(names.sequenceNumber(residue)),
    cifValue(residues.insertionCode[residue]!),
    plainFixed(atoms.xyz[3 * atom]!, 3),
    plainFixed(atoms.xyz[3 * atom + 1]!, 3),
    plainFixed(atoms.xyz[3 * atom + 2]!, 3),
    plainFixed(atoms.occupancy[atom]!, 2),
    plainFixed(atoms.bFactor[atom]!, 2),
    charge === 0 ? "?" : String(charge),
    String(residues.sequenceNumber[residue]!),
    residueName,
    cifValue(names.chain(chains.id[chain]!)),
    atomName,
    String(modelNumbers[chains.model[chain]!]!),
  ];
}

const tensorItems = ["U[1][1]", "U[2][2]", "U[3][3]", "U[1][2]", "U[1][3]", "U[2][3]"];

function tensorLoop(model: Model): CifCategory | null {
  const u = model.atoms.anisotropicU;
  if (u === null) return null;
  const rows: Record<string, string | number>[] = [];
  for (let atom = 0; atom < model.atoms.count; atom++) {
    if (Number.isNaN(u[6 * atom]!)) continue;
    const row: Record<string, string | number> = { id: atom + 1 };
    tensorItems.forEach((item, index) => {
      row[item] = plainFixed(u[6 * atom + index]!, 4);
    });
    rows.push(row);
  }
  return rows.length === 0 ? null : rowsToLoop("_atom_site_anisotrop", rows);
}
