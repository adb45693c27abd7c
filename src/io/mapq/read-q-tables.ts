// Reads the Q-scores that mapq writes: tables of residues (*_All.txt), tables of atoms (*.csv), and mmCIF with a Q_score column.
import { InputError } from "../../base/errors.ts";
import { cifColumn, findCategory, parseCif } from "../../text/cif.ts";

export interface ResidueScore {
  readonly chain: string;
  readonly name: string;
  readonly number: number;
  readonly q: number;
  /** Null for molecules that have none, and for the side chain of glycine. */
  readonly backbone: number | null;
  readonly sideChain: number | null;
  /** Expected at the table's resolution; null where the table has none. */
  readonly expected: number | null;
}

export interface ChainScore {
  readonly chain: string;
  /** What the table calls it: "Protein", "Water", "Ion", "Other". */
  readonly kind: string | null;
  /** To two decimals. */
  readonly q: number;
}

export interface ResidueScores {
  readonly sigma: number | null;
  readonly chains: readonly ChainScore[];
  readonly residues: readonly ResidueScore[];
}

export interface AtomScore {
  readonly chain: string;
  readonly residueName: string;
  readonly number: number;
  readonly atomName: string;
  readonly xyz: readonly [number, number, number];
  readonly q: number;
}

const isNumber = (text: string | undefined): text is string =>
  text !== undefined && text.trim() !== "" && Number.isFinite(Number(text));
const numberOrNull = (text: string | undefined): number | null => (isNumber(text) ? Number(text) : null);

function failFormat(file: string): never {
  throw new InputError({ code: "Q_TABLE_FORMAT", message: "The file holds no Q-scores as mapq writes them", file });
}

/** Text of a *_All.txt file. Throws InputError Q_TABLE_FORMAT. */
export function readResidueScores(text: string, file: string): ResidueScores {
  const chains: ChainScore[] = [];
  const residues: ResidueScore[] = [];
  let sigma: number | null = null;
  let chainHeader: readonly string[] | null = null;
  for (const line of text.split(/\r?\n/)) {
    const cells = line.split("\t").map((cell) => cell.trim());
    const stated = line.match(/^Sigma:\s*([\d.]+)/);
    if (stated) sigma = Number(stated[1]);
    if (cells[0] === "Chain") chainHeader = cells.includes("Q_chain") || cells.includes("Avg. Q") ? cells : null;
    else if (cells.length < 3) chainHeader = null;
    else if (chainHeader !== null) {
      const q = cells[chainHeader.indexOf(chainHeader.includes("Q_chain") ? "Q_chain" : "Avg. Q")];
      const type = chainHeader.indexOf("Type");
      const kind = type >= 0 ? cells[type] : cells.at(-1)!.match(/^\((\w+)\)$/)?.[1];
      if (isNumber(q)) chains.push({ chain: cells[0]!, kind: kind ?? null, q: Number(q) });
    } else if (/^-?\d+$/.test(cells[2]!) && isNumber(cells[5])) {
      const [chain, name, number, backbone, sideChain, q, expected] = cells as string[];
      residues.push({
        chain: chain!,
        name: name!,
        number: Number(number),
        q: Number(q),
        backbone: numberOrNull(backbone),
        sideChain: numberOrNull(sideChain),
        expected: numberOrNull(expected),
      });
    }
  }
  return residues.length > 0 ? { sigma, chains, residues } : failFormat(file);
}

/** Text of a table of atoms: name, residue.chain, residue name, x, y, z, Q, separated by commas. Throws InputError Q_TABLE_FORMAT. */
export function readAtomScores(text: string, file: string): AtomScore[] {
  const scores: AtomScore[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === "") continue;
    const cells = line.split(",");
    const place = cells[1]?.match(/^(-?\d+)\.(.*)$/);
    const numbers = cells.slice(3, 7);
    if (!place || cells.length < 7 || !numbers.every(isNumber)) return failFormat(file);
    const [x, y, z, q] = numbers.map(Number) as [number, number, number, number];
    const [atomName, , residueName] = cells as [string, string, string];
    scores.push({ chain: place[2]!, residueName, number: Number(place[1]), atomName, xyz: [x, y, z], q });
  }
  return scores.length > 0 ? scores : failFormat(file);
}

/** Scores of the atoms of an mmCIF file with the column _atom_site.Q_score. Throws InputError Q_TABLE_FORMAT. */
export function readCifScores(text: string, file: string): AtomScore[] {
  const atoms = parseCif(text, file).blocks.map((block) => findCategory(block, "_atom_site"))[0];
  const column = (item: string, or = item): readonly (string | null)[] => {
    const values = cifColumn(atoms, item);
    return values.length > 0 ? values : cifColumn(atoms, or);
  };
  const q = column("Q_score");
  if (q.length === 0) return failFormat(file);
  const chain = column("auth_asym_id", "label_asym_id");
  const number = column("auth_seq_id", "label_seq_id");
  const name = column("auth_comp_id", "label_comp_id");
  const atom = column("auth_atom_id", "label_atom_id");
  const [x, y, z] = ["Cartn_x", "Cartn_y", "Cartn_z"].map((item) => column(item)) as [
    readonly (string | null)[],
    readonly (string | null)[],
    readonly (string | null)[],
  ];
  return q.flatMap((value, row) => {
    if (value === null || !isNumber(value)) return [];
    const xyz = [Number(x[row]), Number(y[row]), Number(z[row])] as const;
    return [
      {
        chain: chain[row] ?? "",
        residueName: name[row] ?? "",
        number: Number(number[row]),
        atomName: atom[row] ?? "",
        xyz,
        q: Number(value),
      },
    ];
  });
}
