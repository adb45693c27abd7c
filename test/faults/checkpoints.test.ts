// Checkpoints that are cut, damaged, foreign or of another version: the one before is used, or the reason is said.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommandLine } from "../../src/cli/run.ts";
import { runHere } from "./harness.ts";
import { mapBytes } from "./maps.ts";
import { pdb, peptideLines } from "./models.ts";

const work = mkdtempSync(join(tmpdir(), "emend-checkpoints-"));
const model = pdb(
  ...peptideLines((fields) => (fields.residue === "ALA" ? { ...fields, residue: "QZX" } : fields)),
  "END",
);
const words = [
  "refine",
  "@model.pdb",
  "@map.mrc",
  "--resolution",
  "4",
  "--cycles",
  "5",
  "--monomer-library",
  "@library",
];
const generations = ["checkpoint.json", "checkpoint.previous.json"] as const;

/** A monomer of the peptide's second residue under a name that is not built in. */
function monomer(bond: number): string {
  const atoms = ["N N", "CA C", "C C", "O O", "CB C"];
  const bonds = ["N CA 1.458", `CA C ${bond}`, "C O 1.231", "CA CB 1.53"];
  return (
    "data_comp_QZX\nloop_\n_chem_comp_atom.comp_id\n_chem_comp_atom.atom_id\n_chem_comp_atom.type_symbol\n" +
    `${atoms.map((line) => `QZX ${line}\n`).join("")}loop_\n_chem_comp_bond.comp_id\n_chem_comp_bond.atom_id_1\n` +
    "_chem_comp_bond.atom_id_2\n_chem_comp_bond.value_dist\n_chem_comp_bond.value_dist_esd\n" +
    `${bonds.map((line) => `QZX ${line} 0.02\n`).join("")}`
  );
}

async function refine(folder: string, ...more: readonly string[]): ReturnType<typeof runHere> {
  return runHere([...words, "--json", "--out-dir", `@${folder}`, ...more], work);
}

/** Stops a run by SIGINT when its progress shows a word. */
async function refineUntil(folder: string, word: string): Promise<void> {
  const paths = [...words, "--out-dir", `@${folder}`].map((text) =>
    text.startsWith("@") ? join(work, text.slice(1)) : text,
  );
  let isSent = false;
  const exit = await runCommandLine(paths, {
    out: () => {},
    error(text) {
      if (isSent || !text.includes(word)) return;
      isSent = true;
      process.emit("SIGINT");
    },
    bar: null,
  });
  expect(exit).toBe(130);
}

/** A folder in which a run was stopped and both generations of its checkpoint are left. */
function makeFolder(name: string): string {
  rmSync(join(work, name), { recursive: true, force: true });
  cpSync(join(work, "stopped"), join(work, name), { recursive: true });
  return join(work, name);
}

beforeAll(async () => {
  writeFileSync(join(work, "model.pdb"), model);
  writeFileSync(join(work, "map.mrc"), mapBytes());
  mkdirSync(join(work, "library/q"), { recursive: true });
  mkdirSync(join(work, "library/a"));
  writeFileSync(join(work, "library/q/QZX.cif"), monomer(1.525));
  const whole = await refine("whole");
  expect([0, 3], whole.stderr).toContain(whole.exit);
  await refineUntil("stopped", "cycle 2");
  expect(readdirSync(join(work, "stopped"))).toEqual(expect.arrayContaining([...generations]));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

type Damage = (text: string) => string | null;

/** The checkpoint with a change of what it says, under a right hash. */
const restated =
  (change: (body: Record<string, unknown>) => void): Damage =>
  (text) => {
    const body = JSON.parse(JSON.parse(text).body) as Record<string, unknown>;
    change(body);
    const changed = JSON.stringify(body);
    return JSON.stringify({ hash: createHash("sha256").update(changed).digest("hex"), body: changed });
  };

const flipped =
  (at: number, bit: number): Damage =>
  (text) => {
    const bytes = Buffer.from(text);
    bytes[Math.floor(at * bytes.length)]! ^= 1 << bit;
    return bytes.toString("latin1");
  };

const damages: readonly (readonly [string, Damage])[] = [
  ["empty", () => ""],
  ["one byte", () => "{"],
  ["cut in the middle", (text) => text.slice(0, text.length / 2)],
  ["without its last byte", (text) => text.slice(0, -1)],
  ["with a byte too many", (text) => `${text}x`],
  ["with a bit flipped in its hash", flipped(0.002, 0)],
  ["with a bit flipped in its numbers", flipped(0.5, 1)],
  ["with a bit flipped at its end", flipped(0.99, 2)],
  ["all zero bytes", (text) => "\0".repeat(text.length)],
  ["a list", () => "[]"],
  ["null", () => "null"],
  ["a map", () => Buffer.from(mapBytes()).toString("latin1")],
];

function damage(folder: string, names: readonly string[], change: Damage): void {
  for (const name of names) {
    const text = change(readFileSync(join(folder, name), "utf8"));
    if (text === null) rmSync(join(folder, name));
    else writeFileSync(join(folder, name), text, "latin1");
  }
}

const resultOf = (folder: string): string => readFileSync(join(work, folder, "refined.cif"), "utf8");

describe("a checkpoint", () => {
  test("that is whole is taken up, and ends with the same bits", async () => {
    makeFolder("again");
    const { exit, stderr } = await refine("again", "--resume");
    expect([0, 3], stderr).toContain(exit);
    expect(resultOf("again") === resultOf("whole")).toBe(true);
  });

  test.each(damages)("that is %s gives way to the one before, which is said", async (_name, change) => {
    const folder = makeFolder("damaged");
    damage(folder, ["checkpoint.json"], change);
    const { exit, stdout, stderr } = await refine("damaged", "--resume");
    expect([0, 3], stderr).toContain(exit);
    const codes = JSON.parse(stdout).diagnostics.map(({ code }: { code: string }) => code);
    expect(codes).toContain("CHECKPOINT_DAMAGED");
    expect(resultOf("damaged") === resultOf("whole")).toBe(true);
  });

  test.each(damages)("of which both generations are %s is refused", async (_name, change) => {
    const folder = makeFolder("both");
    damage(folder, generations, change);
    const { exit, stdout } = await refine("both", "--resume");
    expect([exit, JSON.parse(stdout).error.code]).toEqual([2, "CHECKPOINT_DAMAGED"]);
  });

  test("that is gone gives way to the one before", async () => {
    damage(makeFolder("gone"), ["checkpoint.json"], () => null);
    const { exit, stderr } = await refine("gone", "--resume");
    expect([0, 3], stderr).toContain(exit);
    expect(resultOf("gone") === resultOf("whole")).toBe(true);
  });

  test("of which neither is there is refused", async () => {
    damage(makeFolder("none"), generations, () => null);
    const { exit, stdout } = await refine("none", "--resume");
    expect([exit, JSON.parse(stdout).error.code]).toEqual([2, "CHECKPOINT_MISSING"]);
  });

  test.each([
    [
      "of another version or other inputs",
      restated((body) => Object.assign(body, { inputs: "0".repeat(64) })),
      "CHECKPOINT_FOREIGN",
    ],
    ["without its inputs", restated((body) => delete body.inputs), "CHECKPOINT_FOREIGN"],
    ["without its last state", restated((body) => delete body.last), "CHECKPOINT_DAMAGED"],
  ] as const)("%s is refused", async (_name, change, code) => {
    damage(makeFolder("foreign"), generations, change);
    const { exit, stdout, stderr } = await refine("foreign", "--resume");
    expect([exit, JSON.parse(stdout).error.code], stderr).toEqual([2, code]);
  });
});

describe("a run with other inputs does not take a checkpoint up", () => {
  const others: readonly (readonly [string, string, string | Uint8Array])[] = [
    ["a model moved by 0.001 A", "model.pdb", model.replace("11.082", "11.083")],
    ["a remark in the model", "model.pdb", `REMARK   1\n${model}`],
    ["one voxel of the map", "map.mrc", mapBytes().fill(1, 1024 + 4 * 5000, 1024 + 4 * 5000 + 4)],
    ["a bond of the monomer library", "library/q/QZX.cif", monomer(1.5)],
  ];

  test.each(others)("%s", async (_name, file, content) => {
    makeFolder("other");
    const before = readFileSync(join(work, file));
    writeFileSync(join(work, file), content);
    const { exit, stdout } = await refine("other", "--resume");
    writeFileSync(join(work, file), before);
    expect([exit, JSON.parse(stdout).error.code]).toEqual([2, "CHECKPOINT_FOREIGN"]);
  });

  test.each([
    ["--resolution", "4.1"],
    ["--weight", "2"],
    ["--cycles", "4"],
    ["--select", "resseq 2"],
    ["--seed", "5"],
    ["--unknown-ligands", "hold"],
  ])("%s %s", async (...flag) => {
    makeFolder("setting");
    const { exit, stdout } = await refine("setting", "--resume", ...flag);
    expect([exit, JSON.parse(stdout).error.code]).toEqual([2, "CHECKPOINT_FOREIGN"]);
  });

  test("but one that only lies elsewhere, or asks for other output, does", async () => {
    makeFolder("moved");
    cpSync(join(work, "library"), join(work, "library moved"), { recursive: true });
    cpSync(join(work, "model.pdb"), join(work, "model moved.pdb"));
    const moved = words.map((word) => word.replace(/^@(library|model)/, "@$1 moved"));
    const { exit, stderr } = await runHere(
      [...moved, "--json", "--out-dir", "@moved", "--resume", "--threads", "2"],
      work,
    );
    expect([0, 3], stderr).toContain(exit);
    // The block is named after the file.
    const atoms = (folder: string): string => resultOf(folder).replace(/^.*?_atom_site/s, "");
    expect(atoms("moved") === atoms("whole")).toBe(true);
  });
});
