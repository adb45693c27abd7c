// Writes models as mmCIF: the source's own categories around the present atoms, or a file from the tables alone.
import { elementSymbol } from "../../chemistry/elements.ts";
import type { Model } from "../../model/model.ts";
import { type CifCategory, type CifDocument, columnOf, makeLoop, makePairs, writeCif } from "../../text/cif.ts";
import type { PdbDocument } from "../pdb/read-pdb.ts";
import type { MmcifSource } from "./read-mmcif.ts";
import { helixLoop, type InstanceNames, linkLoop, nameInstances, rowsToLoop, sheetLoops } from "./write-annotations.ts";

/** The model as mmCIF text. Categories of an mmCIF source stay as they were, except the atoms' positions, B factors and occupancies. */
export function writeMmcif(model: Model): string {
  return writeCif(model.source.format === "mmcif" ? fromSource(model) : fromTables(model));
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
  const id = columnOf(site, "id");
  const kept = new Set<string>();
  return categories
    .map((category) => {
      if (category !== site) return category;
      const updated = updateSite(site, model);
      if (id >= 0) updated.values.forEach((value, at) => at % site.tags.length === id && kept.add(value));
      return updated;
    })
    .map((category) => {
      if (category.name !== "_atom_site_anisotrop" || model.sourceRows === undefined) return category;
      return keepRows(category, columnOf(category, "id"), kept);
    });
}

function keepRows(category: CifCategory, column: number, kept: ReadonlySet<string>): CifCategory {
  const width = category.tags.length;
  const values: string[] = [];
  for (let at = 0; at < category.values.length; at += width) {
    if (column < 0 || kept.has(category.values[at + column]!)) values.push(...category.values.slice(at, at + width));
  }
  return { ...category, values, lines: [] };
}

function updateSite(site: CifCategory, model: Model): CifCategory {
  const { atoms } = model;
  const width = site.tags.length;
  const column = (item: string): number => columnOf(site, item);
  const x = [column("Cartn_x"), column("Cartn_y"), column("Cartn_z")];
  const occupancy = column("occupancy");
  const bFactor = column("B_iso_or_equiv");
  const values = new Array<string>(width * atoms.count);
  for (let atom = 0; atom < atoms.count; atom++) {
    const row = model.sourceRows?.[atom] ?? atom;
    const out = width * atom;
    for (let item = 0; item < width; item++) values[out + item] = site.values[width * row + item]!;
    for (let c = 0; c < 3; c++) replaceNumber(values, out + x[c]!, atoms.xyz[3 * atom + c]!, 3);
    if (occupancy >= 0) replaceNumber(values, out + occupancy, atoms.occupancy[atom]!, 2);
    if (bFactor >= 0) replaceNumber(values, out + bFactor, atoms.bFactor[atom]!, 2);
  }
  return { ...site, values, lines: [] };
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
  return (model.source.content as PdbDocument).lines.filter((line) => line.kind === "other").map((line) => line.text);
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

function atomLoop(model: Model, names: InstanceNames): CifCategory {
  const { atoms, residues, chains, modelNumbers } = model;
  const rows = Array.from({ length: atoms.count }, (_, atom) => atom);
  const residueOf = (atom: number): number => atoms.residue[atom]!;
  const chainOf = (atom: number): number => residues.chain[residueOf(atom)]!;
  return makeLoop("_atom_site", {
    group_PDB: rows.map((atom) => (atoms.isHetero[atom] === 1 ? "HETATM" : "ATOM")),
    id: rows.map((atom) => atom + 1),
    type_symbol: rows.map((atom) => elementSymbol(atoms.element[atom]!).toUpperCase()),
    label_atom_id: rows.map((atom) => atoms.name[atom]!),
    label_alt_id: rows.map((atom) => atoms.altloc[atom]! || undefined),
    label_comp_id: rows.map((atom) => residues.name[residueOf(atom)]!),
    label_asym_id: rows.map((atom) => names.instance(residueOf(atom))),
    label_entity_id: rows.map(() => null),
    label_seq_id: rows.map((atom) => names.sequenceNumber(residueOf(atom))),
    pdbx_PDB_ins_code: rows.map((atom) => residues.insertionCode[residueOf(atom)]!),
    Cartn_x: rows.map((atom) => plainFixed(atoms.xyz[3 * atom]!, 3)),
    Cartn_y: rows.map((atom) => plainFixed(atoms.xyz[3 * atom + 1]!, 3)),
    Cartn_z: rows.map((atom) => plainFixed(atoms.xyz[3 * atom + 2]!, 3)),
    occupancy: rows.map((atom) => plainFixed(atoms.occupancy[atom]!, 2)),
    B_iso_or_equiv: rows.map((atom) => plainFixed(atoms.bFactor[atom]!, 2)),
    pdbx_formal_charge: rows.map((atom) => (atoms.charge[atom] === 0 ? null : atoms.charge[atom]!)),
    auth_seq_id: rows.map((atom) => residues.sequenceNumber[residueOf(atom)]!),
    auth_comp_id: rows.map((atom) => residues.name[residueOf(atom)]!),
    auth_asym_id: rows.map((atom) => names.chain(chains.id[chainOf(atom)]!)),
    auth_atom_id: rows.map((atom) => atoms.name[atom]!),
    pdbx_PDB_model_num: rows.map((atom) => modelNumbers[chains.model[chainOf(atom)]!]!),
  });
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
