// mmCIF categories made from the model's tables: links, helices, strands, and the names that they and the atoms go by.
import {
  type AtomAddress,
  findResidue,
  type Helix,
  type Model,
  type StatedLink,
  type Strand,
} from "../../model/model.ts";
import { type CifCategory, type CifInput, makeLoop } from "../../text/cif.ts";

/** Values by item. */
export type CifRow = Readonly<Record<string, CifInput>>;

/** The blank chain, which mmCIF cannot have, gets a letter that no other chain has. */
function chainNamer({ chains }: Model): (id: string) => string {
  const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"];
  const blank = letters.find((letter) => !chains.id.includes(letter)) ?? "blank";
  return (id) => (id === "" ? blank : id);
}

/** Names of the chains and entity instances of models that have none in the manner of mmCIF. */
export interface InstanceNames {
  /** Written name of an author chain. */
  chain(id: string): string;
  /** label_asym_id of a residue: the name of its chain, numbered from the chain's second segment on. */
  instance(residue: number): string;
  /** label_seq_id of a residue: the author's number; undefined outside polymers, where it does not apply. */
  sequenceNumber(residue: number): number | undefined;
}

export function nameInstances(model: Model): InstanceNames {
  const { atoms, residues, chains } = model;
  const chain = chainNamer(model);
  const instances = new Array<string>(residues.count);
  /** Segments so far of the chains of one name in one model. */
  const segments = new Map<string, number>();
  for (let row = 0; row < chains.count; row++) {
    const key = `${chains.model[row]} ${chains.id[row]}`;
    let segment = (segments.get(key) ?? 0) + 1;
    for (let entry = chains.residueOffset[row]!; entry < chains.residueOffset[row + 1]!; entry++) {
      const residue = chains.residueIndex[entry]!;
      instances[residue] = chain(chains.id[row]!) + (segment === 1 ? "" : `_${segment}`);
      if (residues.endsSegment[residue] === 1) segment++;
    }
    segments.set(key, segment - 1);
  }
  return {
    chain,
    instance: (residue) => instances[residue]!,
    sequenceNumber(residue) {
      const first = residues.atomIndex[residues.atomOffset[residue]!]!;
      return atoms.isHetero[first] === 1 ? undefined : residues.sequenceNumber[residue]!;
    },
  };
}

function labelsOf(model: Model, names: InstanceNames, residue: number, prefix: string): CifRow {
  const isKnown = residue >= 0;
  return {
    [`${prefix}_asym_id`]: isKnown ? names.instance(residue) : null,
    [`${prefix}_comp_id`]: isKnown ? model.residues.name[residue]! : null,
    [`${prefix}_seq_id`]: isKnown ? names.sequenceNumber(residue) : null,
  };
}

function spanRow(model: Model, names: InstanceNames, span: Helix | Strand): CifRow {
  const end = (side: string, chain: string, sequenceNumber: number, insertionCode: string): CifRow => {
    const residue = findResidue(model, chain, sequenceNumber, insertionCode);
    return {
      [`${side}_auth_asym_id`]: names.chain(chain),
      [`${side}_auth_comp_id`]: model.residues.name[residue] ?? null,
      [`${side}_auth_seq_id`]: sequenceNumber,
      [`pdbx_${side}_PDB_ins_code`]: insertionCode,
      ...labelsOf(model, names, residue, `${side}_label`),
    };
  };
  return {
    ...end("beg", span.chain, span.firstSequenceNumber, span.firstInsertionCode),
    ...end("end", span.chain, span.lastSequenceNumber, span.lastInsertionCode),
  };
}

/** The model's helices; there must be some. */
export function helixLoop(model: Model, names: InstanceNames): CifCategory {
  return rowsToLoop(
    "_struct_conf",
    model.helices.map((helix, index) => ({
      conf_type_id: "HELX_P",
      id: `HELX_P${index + 1}`,
      ...spanRow(model, names, helix),
      pdbx_PDB_helix_class: helix.helixClass,
    })),
  );
}

/** The model's strands and their order in the sheets; empty when there are none. */
export function sheetLoops(model: Model, names: InstanceNames): CifCategory[] {
  const strandsOf = new Map<string, Strand[]>();
  for (const strand of model.strands) strandsOf.set(strand.sheet, [...(strandsOf.get(strand.sheet) ?? []), strand]);
  const sheets = [...strandsOf].map(([id, strands]) => ({ id, number_strands: strands.length }));
  const order: CifRow[] = [];
  const ranges: CifRow[] = [];
  for (const [sheet, strands] of strandsOf) {
    strands.forEach((strand, index) => {
      ranges.push({ sheet_id: sheet, id: index + 1, ...spanRow(model, names, strand) });
      if (index === 0 || strand.sense === 0) return;
      const sense = strand.sense === 1 ? "parallel" : "anti-parallel";
      order.push({ sheet_id: sheet, range_id_1: index, range_id_2: index + 1, sense });
    });
  }
  const loops = { _struct_sheet: sheets, _struct_sheet_order: order, _struct_sheet_range: ranges };
  return Object.entries(loops).flatMap(([name, rows]) => (rows.length > 0 ? [rowsToLoop(name, rows)] : []));
}

/** A loop from rows that have the same items. */
export function rowsToLoop(name: string, rows: readonly CifRow[]): CifCategory {
  const columns: Record<string, CifInput[]> = {};
  for (const item of Object.keys(rows[0]!)) columns[item] = rows.map((row) => row[item]);
  return makeLoop(name, columns);
}

const connectionTypes: Record<StatedLink["kind"], string> = {
  disulfide: "disulf",
  covalent: "covale",
  metal: "metalc",
  "hydrogen-bond": "hydrog",
  other: "covale",
};

/** Stated links, one row each. */
export function linkLoop(model: Model, links: readonly StatedLink[], names: InstanceNames): CifCategory {
  const end = (partner: string, address: AtomAddress): CifRow => ({
    ...labelsOf(
      model,
      names,
      findResidue(model, address.chain, address.sequenceNumber, address.insertionCode),
      `${partner}_label`,
    ),
    [`${partner}_auth_asym_id`]: names.chain(address.chain),
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
