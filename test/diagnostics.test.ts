// Every code of an error or diagnostic is explained in docs/diagnostics.md, and nothing is there that no longer exists.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = new URL("..", import.meta.url).pathname;

/** Words of other vocabularies that look like codes. */
const otherWords = new Set(["DEL_OP3", "HELX_P"]);

function codesOfSources(): Set<string> {
  const codes = new Set<string>();
  for (const name of readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".ts") || name.endsWith(".test.ts")) continue;
    const text = readFileSync(join(root, "src", name), "utf8");
    const patterns = [
      /code: "([A-Z][A-Z0-9_]*)"/g,
      /"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)"/g,
      /addDiagnostic\(\s*[\w.]+,\s*"\w+",\s*"([A-Z0-9_]+)"/g,
    ];
    for (const pattern of patterns) for (const [, code] of text.matchAll(pattern)) codes.add(code!);
  }
  for (const word of otherWords) codes.delete(word);
  return codes;
}

function codesOfPage(): Set<string> {
  const page = readFileSync(join(root, "docs/diagnostics.md"), "utf8");
  const rows = page.split("\n").filter((line) => line.startsWith("| `"));
  return new Set(rows.flatMap((row) => [...row.split("|")[1]!.matchAll(/`([A-Z0-9_]+)`/g)].map((match) => match[1]!)));
}

test("the page of diagnostics has the codes of the sources, and no others", () => {
  expect([...codesOfPage()].toSorted()).toEqual([...codesOfSources()].toSorted());
});
