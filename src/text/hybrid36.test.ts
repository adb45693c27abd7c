// Hybrid-36 fields against the values published with the notation.
import { expect, test } from "vitest";
import { decodeHybrid36, encodeHybrid36 } from "./hybrid36.ts";

test.each([
  [4, -999, "-999"],
  [4, 0, "   0"],
  [4, 9999, "9999"],
  [4, 10000, "A000"],
  [4, 10035, "A00Z"],
  [4, 10036, "A010"],
  [4, 1223055, "ZZZZ"],
  [4, 1223056, "a000"],
  [4, 2436111, "zzzz"],
  [5, 99999, "99999"],
  [5, 100000, "A0000"],
  [5, 43770015, "ZZZZZ"],
  [5, 43770016, "a0000"],
  [5, 87440031, "zzzzz"],
])("%i columns: %i is %s, both ways", (width, value, text) => {
  expect(encodeHybrid36(value, width)).toBe(text);
  expect(decodeHybrid36(text, width)).toBe(value);
});

test("numbers beyond both alphabets, or too negative, do not fit", () => {
  expect(encodeHybrid36(2436112, 4)).toBeNull();
  expect(encodeHybrid36(87440032, 5)).toBeNull();
  expect(encodeHybrid36(-1000, 4)).toBeNull();
});

test.each(["", "    ", "****", "A00", "Aa00", "1A00", "12.5", "-A00"])('"%s" is no number', (text) => {
  expect(decodeHybrid36(text, 4)).toBeNull();
});
