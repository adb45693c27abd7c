// Refinement with hydrogens that the file lacks: what is written, what may move, and that it can be taken up again.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildCli, copyExample, runCli } from "./cli.ts";

let work: string;
let program: string;

const run = (out: string, ...args: string[]): ReturnType<typeof runCli> =>
  runCli(program, ["refine", "model.pdb", "map.mrc.gz", "--resolution", "3", "--out-dir", out, ...args], work);
const textOf = (out: string, name: string): string => readFileSync(join(work, out, name), "utf8");

/** Records by serial-free label: "A 12 CA" to place. */
function atomsOf(pdb: string): Map<string, string> {
  const lines = pdb.split("\n").filter((line) => /^(ATOM|HETATM)/.test(line));
  return new Map(lines.map((line) => [`${line[21]} ${line.slice(22, 27)} ${line.slice(12, 17)}`, line.slice(30, 54)]));
}

const hydrogenCount = (pdb: string): number =>
  pdb.split("\n").filter((line) => /^(ATOM|HETATM)/.test(line) && line.slice(76, 78).trim() === "H").length;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), "emend-hydrogens-"));
  program = await buildCli(join(work, "program"));
  copyExample(work, 60);
});

afterAll(() => rmSync(work, { recursive: true, force: true }));

test("auto writes them, drop ends at the same heavy atoms and writes none", () => {
  for (const choice of ["auto", "drop"]) {
    const { status, stderr } = run(choice, "--hydrogens", choice, "--cycles", "1");
    expect(status, stderr).toBeLessThan(4);
  }
  const [auto, drop] = [textOf("auto", "refined.pdb"), textOf("drop", "refined.pdb")];
  const { hydrogens, restraints } = JSON.parse(textOf("auto", "summary.json"));
  expect(hydrogens).toEqual({ choice: "auto", added: hydrogenCount(auto), removed: 0 });
  expect(hydrogens.added).toBeGreaterThan(300);
  expect(restraints.unrestrainedAtoms).toEqual([]);
  expect(hydrogenCount(drop)).toBe(0);
  const places = atomsOf(auto);
  for (const [label, place] of atomsOf(drop)) expect(places.get(label)).toBe(place);
});

test("none takes the file's hydrogens out, and a run without them ends the same", () => {
  copyFileSync(join(work, "auto/refined.pdb"), join(work, "with.pdb"));
  writeFileSync(join(work, "without.pdb"), textOf("auto", "refined.pdb").replaceAll(/^ATOM.{72} H.*\n/gm, ""));
  const refine = (model: string, choice: string): string => {
    const out = `${model}-${choice}`;
    const args = [`${model}.pdb`, "map.mrc.gz", "--resolution", "3", "--cycles", "1", "--hydrogens", choice];
    expect(runCli(program, ["refine", ...args, "--out-dir", out], work).status).toBeLessThan(4);
    return textOf(out, "refined.pdb");
  };
  const none = refine("with", "none");
  expect(hydrogenCount(none)).toBe(0);
  expect(atomsOf(none)).toEqual(atomsOf(refine("without", "keep")));
});

test("what is not selected stays, and its hydrogens are added all the same", () => {
  expect(run("part", "--hydrogens", "auto", "--cycles", "1", "--select", "resseq 1:10").status).toBe(0);
  const [before, after] = [
    atomsOf(readFileSync(join(work, "model.pdb"), "utf8")),
    atomsOf(textOf("part", "refined.pdb")),
  ];
  const moved = [...before]
    .filter(([label, place]) => after.get(label) !== place)
    .map(([label]) => Number(label.slice(2, 6)));
  expect(moved.length).toBeGreaterThan(20);
  expect(Math.max(...moved)).toBeLessThanOrEqual(10);
  expect(after.size).toBe(atomsOf(textOf("auto", "refined.pdb")).size);
});

test("edits name atoms of the file and hydrogens that are added", () => {
  const edit = `geometry_restraints.edits { bond { action = add
    atom_selection_1 = chain A and resseq 5 and name O
    atom_selection_2 = chain A and resseq 9 and name H
    distance_ideal = 2.0
    sigma = 0.1 } }\n`;
  writeFileSync(join(work, "edits.eff"), edit);
  const { status, stderr } = run("edited", "--hydrogens", "auto", "--cycles", "1", "--edits", "edits.eff");
  expect(status, stderr).toBeLessThan(4);
  expect(textOf("edited", "log.txt")).toContain("EDITED (1)");
  expect(run("unknown", "--hydrogens", "keep", "--cycles", "1", "--edits", "edits.eff").status).toBe(2);
});
