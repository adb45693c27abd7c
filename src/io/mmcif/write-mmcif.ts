// Writes models as mmCIF: the source's own categories around the present atoms, or a file from the tables alone.
import { elementSymbol } from "../../chemistry/elements.ts";
import { type AtomAddress, findResidue, type Model, type StatedLink } from "../../model/model.ts";
import { type CifCategory, type CifDocument, columnOf, makeLoop, makePairs, writeCif } from "../../text/cif.ts";
import type { PdbDocument } from "../pdb/read-pdb.ts";
import type { MmcifSource } from "./read-mmcif.ts";

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
  categories.push(...secondaryStructure(model));
  const links = model.statedLinks.filter((link) => link.kind !== "other");
  if (links.length > 0) categories.push(linkLoop(links, chainNamer(model)));
  categories.push(atomLoop(model));
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

function secondaryStructure(model: Model): CifCategory[] {
  const out: CifCategory[] = [];
  const chainName = chainNamer(model);
  const nameAt = (chain: string, number: number, insertion: string): string | null =>
    model.residues.name[findResidue(model, chain, number, insertion)] ?? null;
  const span = (item: Model["helices"][number] | Model["strands"][number]): Record<string, string | number | null> => ({
    beg_auth_asym_id: chainName(item.chain),
    beg_auth_comp_id: nameAt(item.chain, item.firstSequenceNumber, item.firstInsertionCode),
    beg_auth_seq_id: item.firstSequenceNumber,
    pdbx_beg_PDB_ins_code: item.firstInsertionCode,
    end_auth_asym_id: chainName(item.chain),
    end_auth_comp_id: nameAt(item.chain, item.lastSequenceNumber, item.lastInsertionCode),
    end_auth_seq_id: item.lastSequenceNumber,
    pdbx_end_PDB_ins_code: item.lastInsertionCode,
  });
  if (model.helices.length > 0) {
    out.push(
      rowsToLoop(
        "_struct_conf",
        model.helices.map((helix, index) => ({
          id: `HELX_P${index + 1}`,
          conf_type_id: "HELX_P",
          ...span(helix),
          pdbx_PDB_helix_class: helix.helixClass,
        })),
      ),
    );
  }
  if (model.strands.length > 0) {
    const numberInSheet = new Map<string, number>();
    const ranges = model.strands.map((strand) => {
      const number = (numberInSheet.get(strand.sheet) ?? 0) + 1;
      numberInSheet.set(strand.sheet, number);
      return { sheet_id: strand.sheet, id: number, ...span(strand), sense: strand.sense };
    });
    const order = ranges
      .filter((range) => range.id > 1 && range.sense !== 0)
      .map(({ sheet_id, id, sense }) => ({
        sheet_id,
        range_id_1: id - 1,
        range_id_2: id,
        sense: sense === 1 ? "parallel" : "anti-parallel",
      }));
    if (order.length > 0) out.push(rowsToLoop("_struct_sheet_order", order));
    out.push(
      rowsToLoop(
        "_struct_sheet_range",
        ranges.map(({ sense: _sense, ...range }) => range),
      ),
    );
  }
  return out;
}

function rowsToLoop(name: string, rows: readonly Readonly<Record<string, string | number | null>>[]): CifCategory {
  const columns: Record<string, (string | number | null)[]> = {};
  for (const item of Object.keys(rows[0]!)) columns[item] = rows.map((row) => row[item]!);
  return makeLoop(name, columns);
}

const connectionTypes: Record<StatedLink["kind"], string> = {
  disulfide: "disulf",
  covalent: "covale",
  metal: "metalc",
  "hydrogen-bond": "hydrog",
  other: "covale",
};

function linkLoop(links: readonly StatedLink[], chainName: (id: string) => string): CifCategory {
  const end = (partner: string, address: AtomAddress): Record<string, string | number | null> => ({
    [`${partner}_auth_asym_id`]: chainName(address.chain),
    [`${partner}_auth_comp_id`]: address.residueName,
    [`${partner}_auth_seq_id`]: address.sequenceNumber,
    [`pdbx_${partner}_PDB_ins_code`]: address.insertionCode,
    [`${partner}_label_atom_id`]: address.atomName,
    [`pdbx_${partner}_label_alt_id`]: address.altloc,
  });
  const counts = new Map<string, number>();
  return rowsToLoop(
    "_struct_conn",
    links.map((link) => {
      const type = connectionTypes[link.kind];
      counts.set(type, (counts.get(type) ?? 0) + 1);
      return {
        id: `${type}${counts.get(type)}`,
        conn_type_id: type,
        ...end("ptnr1", link.first),
        ...end("ptnr2", link.second),
        pdbx_dist_value: link.distance,
      };
    }),
  );
}

/** The blank chain, which mmCIF cannot have, gets a letter that no other chain has. */
function chainNamer({ chains }: Model): (id: string) => string {
  const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"];
  const blank = letters.find((letter) => !chains.id.includes(letter)) ?? "blank";
  return (id) => (id === "" ? blank : id);
}

/** Name of the entity instance of each residue: that of its chain, numbered from the second segment on. */
function instanceNames(model: Model): string[] {
  const { residues, chains } = model;
  const chainName = chainNamer(model);
  const names = new Array<string>(residues.count);
  for (let chain = 0; chain < chains.count; chain++) {
    let segment = 1;
    for (let entry = chains.residueOffset[chain]!; entry < chains.residueOffset[chain + 1]!; entry++) {
      const residue = chains.residueIndex[entry]!;
      names[residue] = chainName(chains.id[chain]!) + (segment === 1 ? "" : `_${segment}`);
      if (residues.endsSegment[residue] === 1) segment++;
    }
  }
  return names;
}

function atomLoop(model: Model): CifCategory {
  const { atoms, residues, chains, modelNumbers } = model;
  const rows = Array.from({ length: atoms.count }, (_, atom) => atom);
  const residueOf = (atom: number): number => atoms.residue[atom]!;
  const chainOf = (atom: number): number => residues.chain[residueOf(atom)]!;
  const instances = instanceNames(model);
  const chainName = chainNamer(model);
  return makeLoop("_atom_site", {
    group_PDB: rows.map((atom) => (atoms.isHetero[atom] === 1 ? "HETATM" : "ATOM")),
    id: rows.map((atom) => atom + 1),
    type_symbol: rows.map((atom) => elementSymbol(atoms.element[atom]!).toUpperCase()),
    label_atom_id: rows.map((atom) => atoms.name[atom]!),
    label_alt_id: rows.map((atom) => atoms.altloc[atom]! || "."),
    label_comp_id: rows.map((atom) => residues.name[residueOf(atom)]!),
    label_asym_id: rows.map((atom) => instances[residueOf(atom)]!),
    label_entity_id: rows.map(() => "?"),
    label_seq_id: rows.map((atom) => (atoms.isHetero[atom] === 1 ? "." : residues.sequenceNumber[residueOf(atom)]!)),
    pdbx_PDB_ins_code: rows.map((atom) => residues.insertionCode[residueOf(atom)]! || "?"),
    Cartn_x: rows.map((atom) => plainFixed(atoms.xyz[3 * atom]!, 3)),
    Cartn_y: rows.map((atom) => plainFixed(atoms.xyz[3 * atom + 1]!, 3)),
    Cartn_z: rows.map((atom) => plainFixed(atoms.xyz[3 * atom + 2]!, 3)),
    occupancy: rows.map((atom) => plainFixed(atoms.occupancy[atom]!, 2)),
    B_iso_or_equiv: rows.map((atom) => plainFixed(atoms.bFactor[atom]!, 2)),
    pdbx_formal_charge: rows.map((atom) => (atoms.charge[atom] === 0 ? "?" : atoms.charge[atom]!)),
    auth_seq_id: rows.map((atom) => residues.sequenceNumber[residueOf(atom)]!),
    auth_comp_id: rows.map((atom) => residues.name[residueOf(atom)]!),
    auth_asym_id: rows.map((atom) => chainName(chains.id[chainOf(atom)]!)),
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
