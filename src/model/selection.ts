// The selection language: "chain A and resseq 5:20", "within(4, resname LIG) and not water", ...
import { InputError } from "../base/errors.ts";
import type { Model } from "./model.ts";
import { type AtomTest, numberTests, plainTests, textTests } from "./selection-keywords.ts";

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

/** Labels that differ by case alone are different. */
const caseMatters = new Set(["chain", "segid", "altloc", "altid", "icode"]);

/** Atoms that a selection names: 1 or 0 per atom. Throws InputError SELECTION_SYNTAX pointing into the text, SELECTION_EMPTY when no atom is meant. */
export function selectAtoms(model: Model, source: string): Uint8Array {
  const parser: Parser = { source, tokens: tokenize(source), model, at: 0 };
  if (parser.tokens.length === 0) throw syntaxError(parser.source, "The selection is empty", 0);
  const mask = parseOr(parser);
  const rest = parser.tokens[parser.at];
  if (rest) throw syntaxError(parser.source, `"${rest.text}" is not expected here`, rest.at);
  if (!mask.includes(1)) {
    throw new InputError({
      code: "SELECTION_EMPTY",
      message: `No atom is selected by "${source}"`,
      hint: "Chains and residue numbers are the author's, as shown by emend info",
    });
  }
  return mask;
}

function syntaxError(source: string, message: string, at: number): InputError {
  return new InputError({
    code: "SELECTION_SYNTAX",
    message: `${message} in selection "${source}"`,
    place: `character ${at + 1}`,
    hint: 'Write for example "chain A and resseq 5:20"',
  });
}

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  const pattern = /\s*(?:"([^"]*)"|'([^']*)'|([(),<>=!&|])|([^\s(),<>=!&|"']+[^\s(),<>=!&|"]*))/gy;
  let end = 0;
  for (let match = pattern.exec(source); match; match = pattern.exec(source)) {
    const quoted = match[1] ?? match[2];
    const text = quoted ?? match[3] ?? match[4]!;
    const closing = quoted === undefined ? 0 : 1;
    tokens.push({ text, quoted: quoted !== undefined, at: pattern.lastIndex - text.length - closing });
    end = pattern.lastIndex;
  }
  const rest = source.slice(end);
  if (rest.trim() !== "") throw syntaxError(source, "A quotation never ends", source.length - rest.trimStart().length);
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
    throw syntaxError(parser.source, `"${text}" is missing`, parser.tokens[parser.at]?.at ?? parser.source.length);
  }
  parser.at++;
}

/** The next word, as an argument of the keyword before it. */
function argument(parser: Parser, of: string): string {
  const token = parser.tokens[parser.at];
  if (!token || (!token.quoted && "(),<>=!&|".includes(token.text))) {
    throw syntaxError(parser.source, `"${of}" needs a value`, token?.at ?? parser.source.length);
  }
  parser.at++;
  return token.text;
}

function parseTerm(parser: Parser): Mask {
  const token = parser.tokens[parser.at];
  if (!token) throw syntaxError(parser.source, "Something is missing at the end", parser.source.length);
  const word = keyword(parser);
  parser.at++;
  if (word === "(") {
    const mask = parseOr(parser);
    expect(parser, ")");
    return mask;
  }
  if (word === "optional") return parseNot(parser);
  if (word === "within") return parseWithin(parser);
  const plain = plainTests.get(word);
  if (plain) return byAtom(parser.model, plain(parser.model));
  const textTest = textTests.get(word);
  if (textTest) {
    const matches = wildcard(argument(parser, word), !caseMatters.has(word));
    const read = textTest(parser.model);
    return byAtom(parser.model, (atom) => matches(read(atom)));
  }
  if (word === "resseq" || word === "resid" || word === "resi") return parseResidues(parser, word);
  const numberTest = numberTests.get(word);
  if (numberTest) return parseComparison(parser, word, numberTest(parser.model));
  throw syntaxError(parser.source, `"${token.text}" is not a keyword`, token.at);
}

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
      throw syntaxError(parser.source, `"${part}" is not a residue number`, at);
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
  // Charges may be written as in files, "2+".
  const limit = Number(text.replace(/^(\d+)([+-])$/, "$2$1"));
  if (!Number.isFinite(limit)) {
    throw syntaxError(parser.source, `"${text}" is not a number`, parser.tokens[parser.at - 1]!.at);
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
  if (!(radius >= 0)) throw syntaxError(parser.source, `"${text}" is not a distance`, parser.tokens[parser.at - 1]!.at);
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
