import { expect, test } from "vitest";
import { type AtomSketch, contactModel } from "../../test/support/contact-model.ts";
import { createRunContext } from "../base/run-context.ts";
import { defaultClashOptions } from "./clashes.ts";
import { findWaterClashes, type WaterReport } from "./water-clashes.ts";

function reportOf(atoms: readonly AtomSketch[]): WaterReport {
  const { model, topology } = contactModel(atoms);
  return findWaterClashes(model, topology, defaultClashOptions, createRunContext());
}

const water = (x: number, more: Partial<AtomSketch> = {}): AtomSketch => ({
  name: "O",
  element: "O",
  residue: "HOH",
  at: [x, 0, 0],
  bFactor: 30,
  ...more,
});
const other = (element: string, x: number, more: Partial<AtomSketch> = {}): AtomSketch => ({
  name: `${element}1`,
  element,
  at: [x, 0, 0],
  ...more,
});

test("waters at home do not clash", () => {
  expect(reportOf([water(0), other("O", 2.8), water(-2.8), other("C", 6.5)])).toEqual({
    waters: 2,
    clashing: 0,
    clashes: [],
  });
});

test("a water near carbon says that something is missing, how badly, and the B factors", () => {
  const [clash] = reportOf([water(0), other("C", 2.5, { bFactor: 12 })]).clashes;
  expect(clash).toMatchObject({
    first: "A 1 HOH O",
    second: "A 2 X1 C1",
    category: "non-polar",
    ion: null,
    severity: "bad",
    waterB: 30,
    partnerB: 12,
  });
  expect(clash!.overlap).toBeCloseTo(0.59, 1);
  expect(reportOf([water(0), other("C", 2.1)]).clashes[0]!.severity).toBe("severe");
  expect(reportOf([water(0), other("C", 2.65)]).clashes[0]!.severity).toBe("slight");
});

test("a water too near to oxygen may be a cation, one too near to a charged nitrogen an anion", () => {
  expect(reportOf([water(0), other("O", 2)]).clashes).toMatchObject([{ category: "polar", ion: "cation" }]);
  const lysine = other("N", 2, { name: "NZ", residue: "LYS" });
  expect(reportOf([water(0), lysine]).clashes).toMatchObject([{ category: "polar", ion: "anion" }]);
});

test("two waters too near to each other are one clash of two waters", () => {
  const report = reportOf([water(0), water(1.9)]);
  expect(report).toMatchObject({ waters: 2, clashing: 2, clashes: [{ category: "water", ion: null }] });
});

test("alternates are told apart", () => {
  expect(reportOf([water(0, { altloc: "A" }), other("C", 2.5)]).clashes).toMatchObject([{ category: "alternate" }]);
  expect(reportOf([water(0, { altloc: "A" }), water(1.9, { altloc: "B" })]).clashes).toEqual([]);
});
