// The selection language: "chain A and resseq 5:20", "within(4, resname LIG) and not water", ...
import { InputError } from "../base/errors.ts";
import { elementSymbol, isHydrogenElement } from "../chemistry/elements.ts";
import { residueClass } from "../chemistry/residue-classes.ts";
import type { Model } from "./model.ts";

type Mask = Uint8Array;

interface Token {
  readonly text: string;
  readonly quoted: boolean;
  readonly at: number;
}

interface Parser {
  readonly source: string;
  readonly tokens: readonly Token[];
  readonly model: Model;
  at: number;
}

const mainChainNames = new Set("N CA C O OXT OT1 OT2 H HA H1 H2 H3 HA2 HA3".split(" "));
const nucleotideBackbone = new Set("P OP1 OP2 OP3 O1P O2P O3P O5' C5' C4' O4' C3' O3' C2' O2' C1'".split(" "));

/** Atoms that a selection names: 1 or 0 per atom. Throws InputError SELECTION_SYNTAX pointing into the text, SELECTION_EMPTY when no atom is meant. */
export function selectAtoms(model: Model, source: string): Uint8Array {
  const parser: Parser = { source, tokens: tokenize(source), model, at: 0 };
  if (parser.tokens.length === 0) throw syntaxError(parser, "The selection is empty", 0);
  const mask = parseOr(parser);
  const rest = parser.tokens[parser.at];
  if (rest) throw syntaxError(parser, `"${rest.text}" is not expected here`, rest.at);
  if (!mask.includes(1)) {
    throw new InputError({
      code: "SELECTION_EMPTY",
      message: `No atom is selected by "${source}"`,
      hint: "Chains and residue numbers are the author's, as shown by emend info",
    });
  }
  return mask;
}

function syntaxError(parser: Parser, message: string, at: number): InputError {
  return new InputError({
    code: "SELECTION_SYNTAX",
    message: `${message} in selection "${parser.source}"`,
    place: `character ${at + 1}`,
    hint: 'Write for example "chain A and resseq 5:20"',
  });
}

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  const pattern = /\s*(?:"([^"]*)"|'([^']*)'|([(),<>=])|([^\s(),<>="]+))/gy;
  for (let match = pattern.exec(source); match; match = pattern.exec(source)) {
    const quoted = match[1] ?? match[2];
    const text = quoted ?? match[3] ?? match[4]!;
    tokens.push({ text, quoted: quoted !== undefined, at: pattern.lastIndex - text.length });
  }
  return tokens;
}

function keyword(parser: Parser): string {
  const token = parser.tokens[parser.at];
  return token && !token.quoted ? token.text.toLowerCase() : "";
}

function parseOr(parser: Parser): Mask {
  let mask = parseAnd(parser);
  while (keyword(parser) === "or" || keyword(parser) === "|") {
    parser.at++;
    const other = parseAnd(parser);
    mask = mask.map((value, atom) => value | other[atom]!);
  }
  return mask;
}

function parseAnd(parser: Parser): Mask {
  let mask = parseNot(parser);
  while (keyword(parser) === "and" || keyword(parser) === "&") {
    parser.at++;
    const other = parseNot(parser);
    mask = mask.map((value, atom) => value & other[atom]!);
  }
  return mask;
}

function parseNot(parser: Parser): Mask {
  if (keyword(parser) === "not" || keyword(parser) === "!") {
    parser.at++;
    return parseNot(parser).map((value) => 1 - value);
  }
  return parseTerm(parser);
}

function expect(parser: Parser, text: string): void {
  if (keyword(parser) !== text) {
    throw syntaxError(parser, `"${text}" is missing`, parser.tokens[parser.at]?.at ?? parser.source.length);
  }
  parser.at++;
}

/** The next word, as an argument of the keyword before it. */
function argument(parser: Parser, of: string): string {
  const token = parser.tokens[parser.at];
  if (!token || (!token.quoted && "(),<>=".includes(token.text))) {
    throw syntaxError(parser, `"${of}" needs a value`, token?.at ?? parser.source.length);
  }
  parser.at++;
  return token.text;
}

function parseTerm(parser: Parser): Mask {
  const token = parser.tokens[parser.at];
  if (!token) throw syntaxError(parser, "Something is missing at the end", parser.source.length);
  const word = keyword(parser);
  parser.at++;
  if (word === "(") {
    const mask = parseOr(parser);
    expect(parser, ")");
    return mask;
  }
  if (word === "optional") return parseNot(parser);
  if (word === "within") return parseWithin(parser);
  if (word === "single_atom_residue") return byResidue(parser.model, (residue) => atomsIn(parser.model, residue) === 1);
  const plain = plainTests[word];
  if (plain) return byAtom(parser.model, plain(parser.model));
  const textTest = textTests[word];
  if (textTest) {
    const matches = wildcard(
      argument(parser, word),
      word !== "chain" && word !== "segid" && word !== "altloc" && word !== "altid",
    );
    const read = textTest(parser.model);
    return byAtom(parser.model, (atom) => matches(read(atom)));
  }
  if (word === "resseq" || word === "resid" || word === "resi") return parseResidues(parser, word);
  const numberTest = numberTests[word];
  if (numberTest) return parseComparison(parser, word, numberTest(parser.model));
  throw syntaxError(parser, `"${token.text}" is not a keyword`, token.at);
}

type AtomTest = (atom: number) => boolean;

const plainTests: Record<string, (model: Model) => AtomTest> = {
  all: () => () => true,
  none: () => () => false,
  protein: (model) => classTest(model, "protein"),
  peptide: (model) => classTest(model, "protein"),
  pepnames: (model) => classTest(model, "protein"),
  nucleotide: (model) => classTest(model, "nucleotide"),
  water: (model) => classTest(model, "water"),
  carbohydrate: (model) => classTest(model, "carbohydrate"),
  hetero: (model) => (atom) => model.atoms.isHetero[atom] === 1,
  hetatm: (model) => (atom) => model.atoms.isHetero[atom] === 1,
  hydrogen: (model) => (atom) => isHydrogenElement(model.atoms.element[atom]!),
  backbone: backboneTest,
  sidechain: (model) => {
    const backbone = backboneTest(model);
    const protein = classTest(model, "protein");
    const nucleotide = classTest(model, "nucleotide");
    return (atom) => (protein(atom) || nucleotide(atom)) && !backbone(atom);
  },
  ion: (model) => {
    const water = classTest(model, "water");
    return (atom) => atomsIn(model, model.atoms.residue[atom]!) === 1 && !water(atom);
  },
};

function backboneTest(model: Model): AtomTest {
  const protein = classTest(model, "protein");
  const nucleotide = classTest(model, "nucleotide");
  return (atom) => {
    const name = model.atoms.name[atom]!;
    return (protein(atom) && mainChainNames.has(name)) || (nucleotide(atom) && nucleotideBackbone.has(name));
  };
}

function classTest(model: Model, wanted: ReturnType<typeof residueClass>): AtomTest {
  const { name } = model.residues;
  const classes = name.map((residueName) => residueClass(residueName) === wanted);
  return (atom) => classes[model.atoms.residue[atom]!]!;
}

const textTests: Record<string, (model: Model) => (atom: number) => string> = {
  name: (model) => (atom) => model.atoms.name[atom]!,
  resname: (model) => (atom) => model.residues.name[model.atoms.residue[atom]!]!,
  chain: (model) => (atom) => model.chains.id[model.residues.chain[model.atoms.residue[atom]!]!]!,
  icode: (model) => (atom) => model.residues.insertionCode[model.atoms.residue[atom]!]!,
  altloc: (model) => (atom) => model.atoms.altloc[atom]!,
  altid: (model) => (atom) => model.atoms.altloc[atom]!,
  segid: (model) => (atom) => model.atoms.segmentId[atom]!,
  element: (model) => (atom) => elementSymbol(model.atoms.element[atom]!),
  model: (model) => (atom) =>
    String(model.modelNumbers[model.chains.model[model.residues.chain[model.atoms.residue[atom]!]!]!]),
  charge: (model) => (atom) => String(model.atoms.charge[atom]),
};

const numberTests: Record<string, (model: Model) => (atom: number) => number> = {
  bfactor: (model) => (atom) => model.atoms.bFactor[atom]!,
  occupancy: (model) => (atom) => model.atoms.occupancy[atom]!,
  serial: (model) => (atom) => model.atoms.serial[atom]!,
};

function wildcard(pattern: string, ignoreCase: boolean): (text: string) => boolean {
  const trimmed = pattern.trim();
  const source = trimmed
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  const expression = new RegExp(`^${source}$`, ignoreCase ? "i" : "");
  return (text) => expression.test(text);
}

function byAtom(model: Model, test: AtomTest): Mask {
  return Uint8Array.from({ length: model.atoms.count }, (_, atom) => (test(atom) ? 1 : 0));
}

function byResidue(model: Model, test: (residue: number) => boolean): Mask {
  return byAtom(model, (atom) => test(model.atoms.residue[atom]!));
}

function atomsIn(model: Model, residue: number): number {
  return model.residues.atomOffset[residue + 1]! - model.residues.atomOffset[residue]!;
}

interface ResidueBound {
  readonly number: number;
  readonly insertionCode: string | null;
}

/** "5", "5:20", ":20", "5:", "52A", "52A through 60": numbers of the author, insertion codes only with resid. */
function parseResidues(parser: Parser, word: string): Mask {
  const text = argument(parser, word);
  const at = parser.tokens[parser.at - 1]!.at;
  const colon = text.indexOf(":");
  const bound = (part: string): ResidueBound | null => {
    if (part === "") return null;
    const match = /^(-?\d+)([A-Za-z]?)$/.exec(part);
    if (!match || (word === "resseq" && match[2] !== "")) {
      throw syntaxError(parser, `"${part}" is not a residue number`, at);
    }
    return { number: Number(match[1]), insertionCode: match[2] ?? "" };
  };
  let first = bound(colon < 0 ? text : text.slice(0, colon));
  let last = colon < 0 ? first : bound(text.slice(colon + 1));
  if (colon < 0 && keyword(parser) === "through") {
    parser.at++;
    last = bound(argument(parser, "through"));
  }
  const { residues } = parser.model;
  if (word === "resseq" && first) first = { ...first, insertionCode: null };
  if (word === "resseq" && last) last = { ...last, insertionCode: null };
  const order = (residue: number, limit: ResidueBound): number => {
    const difference = residues.sequenceNumber[residue]! - limit.number;
    if (difference !== 0 || limit.insertionCode === null) return difference;
    const code = residues.insertionCode[residue]!;
    return code === limit.insertionCode ? 0 : code < limit.insertionCode ? -1 : 1;
  };
  return byResidue(
    parser.model,
    (residue) => (first === null || order(residue, first) >= 0) && (last === null || order(residue, last) <= 0),
  );
}

function parseComparison(parser: Parser, word: string, read: (atom: number) => number): Mask {
  let operator = "=";
  if ("<>=".includes(keyword(parser)) && keyword(parser) !== "") {
    operator = keyword(parser);
    parser.at++;
    if (keyword(parser) === "=") {
      operator += operator === "=" ? "" : "=";
      parser.at++;
    }
  }
  const text = argument(parser, word);
  const limit = Number(text);
  if (!Number.isFinite(limit)) {
    throw syntaxError(parser, `"${text}" is not a number`, parser.tokens[parser.at - 1]!.at);
  }
  const tests: Record<string, (value: number) => boolean> = {
    "=": (value) => value === limit,
    "<": (value) => value < limit,
    ">": (value) => value > limit,
    "<=": (value) => value <= limit,
    ">=": (value) => value >= limit,
  };
  return byAtom(parser.model, (atom) => tests[operator]!(read(atom)));
}

function parseWithin(parser: Parser): Mask {
  expect(parser, "(");
  const text = argument(parser, "within");
  const radius = Number(text);
  if (!(radius >= 0)) throw syntaxError(parser, `"${text}" is not a distance`, parser.tokens[parser.at - 1]!.at);
  expect(parser, ",");
  const inner = parseOr(parser);
  expect(parser, ")");
  return atomsWithin(parser.model, inner, radius);
}

/** Atoms closer than `radius` to any chosen atom, by cells of that width. */
function atomsWithin(model: Model, chosen: Mask, radius: number): Mask {
  const { xyz, count } = model.atoms;
  const width = Math.max(radius, 1);
  const cells = new Map<string, number[]>();
  const cellOf = (atom: number, axis: number): number => Math.floor(xyz[3 * atom + axis]! / width);
  for (let atom = 0; atom < count; atom++) {
    if (chosen[atom] === 0) continue;
    const key = `${cellOf(atom, 0)} ${cellOf(atom, 1)} ${cellOf(atom, 2)}`;
    const cell = cells.get(key);
    if (cell) cell.push(atom);
    else cells.set(key, [atom]);
  }
  const isNear = (atom: number): boolean => {
    for (let dz = -1; dz <= 1; dz++) {
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          const key = `${cellOf(atom, 0) + dx} ${cellOf(atom, 1) + dy} ${cellOf(atom, 2) + dz}`;
          for (const other of cells.get(key) ?? []) {
            const x = xyz[3 * atom]! - xyz[3 * other]!;
            const y = xyz[3 * atom + 1]! - xyz[3 * other + 1]!;
            const z = xyz[3 * atom + 2]! - xyz[3 * other + 2]!;
            if (x * x + y * y + z * z <= radius * radius) return true;
          }
        }
      }
    }
    return false;
  };
  return byAtom(model, isNear);
}
