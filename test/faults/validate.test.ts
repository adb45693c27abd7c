// Models that trip validators: right numbers or a named diagnostic, and no residue counted twice.
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { type FaultCase, testFaults } from "./harness.ts";

const example = readFileSync(new URL("../../example/true.pdb", import.meta.url), "latin1").split("\n");
/** Residues 20 to 60 of the bundled answer. */
const part = example.filter(
  (line) => line.startsWith("ATOM") && Number(line.slice(22, 26)) >= 20 && Number(line.slice(22, 26)) <= 60,
);
const count = 41;

interface Place {
  readonly model: number;
}

type Change = (line: string, number: number, name: string) => string | string[] | null;

function changed(change: Change): string {
  const lines = part.flatMap((line) => change(line, Number(line.slice(22, 26)), line.slice(12, 16).trim()) ?? []);
  return `${lines.join("\n")}\nEND\n`;
}

const withText = (line: string, at: number, text: string): string =>
  line.slice(0, at) + text + line.slice(at + text.length);

interface Geometry {
  readonly clashscore: number | null;
  readonly hydrogens: number;
  readonly ramachandran: { readonly count: number; readonly favored: number | null };
  readonly rotamers: { readonly count: number };
  readonly cBeta: { readonly count: number };
  readonly molprobityScore: number | null;
  readonly completeness: { readonly truncatedSideChains: number };
}

function judged(
  name: string,
  change: Change,
  rest: Omit<FaultCase, "name" | "run" | "files"> & { readonly words?: readonly string[] },
): FaultCase {
  const { words = [], ...expected } = rest;
  return { name, run: ["validate", "@m.pdb", ...words], files: { "m.pdb": changed(change) }, ...expected };
}

const keep: Change = (line) => line;
const check =
  (look: (geometry: Geometry) => void) =>
  ({ geometry }: { geometry: Geometry }): void =>
    look(geometry);
/** Between two peptide bonds: all but the ends. */
const whole = count - 2;

testFaults("models that are judged", [
  judged("a part of a chain", keep, {
    check: check(({ ramachandran, clashscore, hydrogens }) => {
      expect(ramachandran.count).toBe(whole);
      expect(clashscore).not.toBe(null);
      expect(hydrogens).toBeGreaterThan(count * 5);
    }),
  }),
  judged(
    "a side chain in two places",
    (line, number, name) =>
      number === 30 && !["N", "CA", "C", "O"].includes(name)
        ? [withText(line, 16, "A"), withText(withText(line, 16, "B"), 30, line.slice(30, 37) + "9")]
        : line,
    {
      check: check(({ ramachandran, cBeta }) =>
        expect([ramachandran.count, cBeta.count <= count]).toEqual([whole, true]),
      ),
    },
  ),
  judged(
    "two residue names at one place",
    (line, number, name) =>
      number === 30 && ["N", "CA", "C", "O", "CB"].includes(name)
        ? [withText(withText(line, 16, "A"), 17, "ALA"), withText(withText(line, 16, "B"), 17, "SER")]
        : number === 30
          ? null
          : line,
    { check: check(({ ramachandran }) => expect(ramachandran.count).toBe(whole)) },
  ),
  judged("no side chains", (line, _number, name) => (["N", "CA", "C", "O"].includes(name) ? line : null), {
    diagnostics: ["HYDROGEN_NOT_PLACED", "HYDROGENS_BROKEN_START"],
    check: check(({ ramachandran, rotamers, completeness, molprobityScore }) => {
      expect([ramachandran.count, rotamers.count, molprobityScore]).toEqual([whole, 0, null]);
      expect(completeness.truncatedSideChains).toBeGreaterThan(30);
    }),
  }),
  judged("one residue", (line, number) => (number === 30 ? line : null), {
    check: check(({ ramachandran }) => expect(ramachandran).toMatchObject({ count: 0, favored: null })),
  }),
  judged("residues of unknown name", (line, number) => (number === 30 ? withText(line, 17, "UNK") : line), {
    check: check(({ ramachandran }) => expect(ramachandran.count).toBeGreaterThanOrEqual(whole - 1)),
  }),
  judged("a ligand that nobody knows", (line, number) => (number === 60 ? withText(line, 17, "QZX") : line), {
    check: check(({ clashscore }) => expect(clashscore).not.toBe(null)),
  }),
  judged("an insertion code", (line, number) => (number === 31 ? withText(line, 22, "  30A") : line), {
    check: check(({ ramachandran }) => expect(ramachandran.count).toBe(whole)),
  }),
  judged("a chain that breaks", (line, number) => (number === 40 ? null : line), {
    // The two beside the gap have one peptide bond each.
    check: check(({ ramachandran }) => expect(ramachandran.count).toBe(whole - 3)),
  }),
  judged("atoms of occupancy 0", (line, number) => (number === 30 ? withText(line, 54, "  0.00") : line), {
    check: check(({ ramachandran }) => expect(ramachandran.count).toBe(whole)),
  }),
  judged(
    "B factors of 0 and below",
    (line, number) => (number === 30 ? withText(line, 60, number % 2 ? "  0.00" : " -5.00") : line),
    {},
  ),
  judged(
    "deuterium",
    (line, number, name) =>
      number === 30 && name === "CB" ? [line, withText(withText(line, 12, " D  "), 76, " D")] : line,
    {},
  ),
  {
    name: "two models of one file",
    run: ["validate", "@m.pdb"],
    files: { "m.pdb": `MODEL        1\n${part.join("\n")}\nENDMDL\nMODEL        2\n${part.join("\n")}\nENDMDL\nEND\n` },
    // Models do not clash with each other, and each has residues and findings of its own.
    check: ({ geometry, problems }: { geometry: Geometry; problems: readonly Place[] }): void => {
      expect([geometry.ramachandran.count, geometry.clashscore! < 200]).toEqual([2 * whole, true]);
      const [first, second] = [1, 2].map((number) =>
        problems.filter(({ model }) => model === number).map((place) => ({ ...place, model: 0 })),
      );
      expect(first!.length).toBeGreaterThan(5);
      expect(second).toEqual(first);
    },
  },
  judged("hydrogens that are asked for and not there", keep, {
    words: ["--hydrogens", "keep"],
    diagnostics: ["CLASHES_WITHOUT_HYDROGENS"],
    check: check(({ clashscore, molprobityScore }) => expect([clashscore, molprobityScore]).toEqual([null, null])),
  }),
  {
    name: "a model of water alone",
    run: ["validate", "@m.pdb"],
    files: { "m.pdb": "HETATM    1  O   HOH A   1      10.000  10.000  10.000  1.00 20.00           O\nEND\n" },
    check: check(({ ramachandran, clashscore }) => expect([ramachandran.count, clashscore]).toEqual([0, null])),
  },
]);
