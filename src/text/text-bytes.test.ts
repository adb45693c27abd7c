// Numbers and names are read from bytes as they would be from text.
import { expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import { lineAt, parseInteger, parseNumber, textBytes } from "./text-bytes.ts";

function numberOf(text: string): number {
  return parseNumber(textBytes(text), 0, text.length);
}

test("numbers are rounded as Number() rounds them", () => {
  const rng = createRng(7);
  for (let round = 0; round < 2000; round++) {
    const value = (rng.uniform() - 0.5) * 10 ** Math.floor(rng.uniform() * 9);
    const text = value.toFixed(Math.floor(rng.uniform() * 16));
    expect(numberOf(text)).toBe(Number(text));
  }
  for (const text of ["1", "-0", "+3.", ".5", "1e3", "-1.5E-7", "0.1000000000000000055", "123456789012345678"]) {
    expect(numberOf(text)).toBe(Number(text));
  }
});

test.each(["", "-", ".", "1.2.3", "0x10", "Infinity", "NaN", "1e", "1 2", "--1", "12a", "****"])(
  "%j is no number",
  (text) => {
    expect(numberOf(text)).toBeNaN();
  },
);

test.each([
  ["42", 42],
  ["-7", -7],
  ["+9", 9],
  ["", Number.NaN],
  ["-", Number.NaN],
  ["4.0", Number.NaN],
  ["A000", Number.NaN],
])("%j as an integer is %d", (text, expected) => {
  expect(parseInteger(textBytes(text), 0, text.length)).toBe(expected);
});

test("equal names are the same text, short and long, and different ones are told apart", () => {
  const names = ["CA", "CB", "C", "", "HD11", "LONGNAME", "A-LONGER-NAME", "\0C", "C\0"];
  const content = names.join("|");
  const text = textBytes(`${content}|${content}`);
  let at = 0;
  for (const name of [...names, ...names]) {
    expect(text.intern(at, at + name.length)).toBe(name);
    at += name.length + 1;
  }
});

test("a file is UTF-8 as a whole or Latin-1 as a whole", () => {
  const wide = textBytes("Müller é");
  expect(wide.decode(0, 3)).toBe("Mü");
  const latin = textBytes(new Uint8Array([0x4d, 0xfc, 0x6c, 0xc3, 0xa9]));
  expect([latin.decode(0, 2), latin.decode(3, 5)]).toEqual(["Mü", "Ã©"]);
});

test("a byte order mark is no text", () => {
  expect(textBytes("\uFEFFdata_x").begin).toBe(3);
});

test("lines are counted whatever ends them", () => {
  const text = textBytes("a\nb\r\nc\rd");
  expect([0, 2, 5, 7].map((offset) => lineAt(text, offset))).toEqual([1, 2, 3, 4]);
});
