// Tables of tab-separated text have a cell for every value and no other tabs, line ends or NaN.
import { expect, test } from "vitest";
import { writeTsv } from "./tsv.ts";

test("a header with units, then one line per row; what is not defined is empty", () => {
  const rows = [
    { name: "A\tB\nC", value: 1.23456 },
    { name: "D", value: null },
    { name: "E", value: Number.NaN },
    { name: "F", value: 7 },
    { name: "G", value: -0.0001 },
  ];
  const text = writeTsv<(typeof rows)[number]>(
    [
      { name: "name", value: (row) => row.name },
      { name: "length", unit: "A", decimals: 2, value: (row) => row.value },
      { name: "none", value: () => undefined },
    ],
    rows,
  );
  expect(text).toBe("name\tlength [A]\tnone\nA B C\t1.23\t\nD\t\t\nE\t\t\nF\t7\t\nG\t0.00\t\n");
});
