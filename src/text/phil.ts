// Phenix-style parameter text (PHIL): scopes and definitions with the places they stand at.
import { InputError } from "../base/errors.ts";

export interface PhilPlace {
  readonly line: number;
  readonly column: number;
}

export interface PhilDefinition extends PhilPlace {
  readonly kind: "definition";
  readonly name: string;
  /** Words of the value without quotes. */
  readonly words: readonly string[];
}

export interface PhilScope extends PhilPlace {
  readonly kind: "scope";
  readonly name: string;
  readonly entries: readonly PhilEntry[];
}

export type PhilEntry = PhilDefinition | PhilScope;

interface Token extends PhilPlace {
  readonly text: string;
  readonly quoted: boolean;
}

export function placeOf({ line, column }: PhilPlace): string {
  return `line ${line}, column ${column}`;
}

/**
 * Parses `scope { name = value }` with `#` comments, `!` before what is switched off, dotted names, quoted words, and a backslash
 * where a value goes on in the next line. Throws InputError PHIL_SYNTAX naming line and column; `include` is refused.
 */
export function parsePhil(text: string, fileName: string): PhilEntry[] {
  const reader = { tokens: tokenize(text, fileName), at: 0, fileName };
  return parseEntries(reader, undefined);
}

function tokenize(text: string, fileName: string): Token[] {
  const tokens: Token[] = [];
  text.split(/\r\n?|\n/).forEach((content, index) => {
    const pattern =
      /[ \t]*(?:(#.*)|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([{}=;])|(\\[ \t]*$)|([^\s{}=;#"']+)|(\S))/gy;
    for (let match = pattern.exec(content); match; match = pattern.exec(content)) {
      const [, comment, double, single, sign, continuation, word, stray] = match;
      if (comment !== undefined) break;
      const written = match[0].trimStart();
      const place = { line: index + 1, column: pattern.lastIndex - written.length + 1 };
      if (stray !== undefined) throw syntaxError("A quotation never ends", place, fileName);
      if (continuation !== undefined) return;
      const quoted = double ?? single;
      tokens.push({
        text: quoted?.replaceAll(/\\(.)/g, "$1") ?? sign ?? word!,
        quoted: quoted !== undefined,
        ...place,
      });
    }
    tokens.push({ text: "\n", quoted: false, line: index + 1, column: content.length + 1 });
  });
  return tokens;
}

interface Reader {
  readonly tokens: readonly Token[];
  at: number;
  readonly fileName: string;
}

function syntaxError(message: string, place: PhilPlace, file: string): InputError {
  return new InputError({ code: "PHIL_SYNTAX", message, file, place: placeOf(place) });
}

function isSign(token: Token | undefined, text: string): boolean {
  return token !== undefined && !token.quoted && token.text === text;
}

function isEndOfValue(token: Token | undefined): boolean {
  return token === undefined || ["\n", ";", "}", "{"].some((sign) => isSign(token, sign));
}

function parseEntries(reader: Reader, opening: Token | undefined): PhilEntry[] {
  const entries: PhilEntry[] = [];
  const { tokens, fileName } = reader;
  for (;;) {
    while (isSign(tokens[reader.at], "\n") || isSign(tokens[reader.at], ";")) reader.at++;
    const token = tokens[reader.at];
    if (token === undefined) {
      if (opening) throw syntaxError("This scope never ends", opening, fileName);
      return entries;
    }
    if (isSign(token, "}")) {
      if (!opening) throw syntaxError("This brace closes nothing", token, fileName);
      reader.at++;
      return entries;
    }
    const isOff = token.text.startsWith("!");
    const entry = parseEntry(reader);
    // Attributes (.multiple = True) describe parameters and set none.
    if (!isOff && !entry.name.startsWith(".")) entries.push(entry);
  }
}

function parseEntry(reader: Reader): PhilEntry {
  const { tokens, fileName } = reader;
  const token = tokens[reader.at++]!;
  const name = token.text.replace(/^!/, "");
  if (token.quoted || !/^\.?[A-Za-z_][\w.]*$/.test(name)) throw syntaxError("A name is expected here", token, fileName);
  const place = { line: token.line, column: token.column };
  if (name === "include") throw syntaxError("Other files cannot be included", token, fileName);
  if (isSign(tokens[reader.at], "=")) {
    reader.at++;
    const words: string[] = [];
    while (!isEndOfValue(tokens[reader.at])) words.push(tokens[reader.at++]!.text);
    return { kind: "definition", name, words, ...place };
  }
  // Attributes of a scope may stand between its name and its brace.
  while (isSign(tokens[reader.at], "\n") || tokens[reader.at]?.text.startsWith(".")) {
    if (isSign(tokens[reader.at], "\n")) reader.at++;
    else while (!isEndOfValue(tokens[reader.at])) reader.at++;
  }
  if (!isSign(tokens[reader.at], "{")) throw syntaxError(`"${name}" has neither a value nor a scope`, token, fileName);
  reader.at++;
  return { kind: "scope", name, entries: parseEntries(reader, token), ...place };
}
