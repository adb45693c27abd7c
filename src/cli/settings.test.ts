// Settings come from flags, file and defaults, in this order, and mistakes are named.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { commands } from "./command.ts";
import { describeFlags } from "./flags.ts";
import { geometrySchema, refineSchema } from "./options.ts";
import { readSettings } from "./settings.ts";

const folder = mkdtempSync(join(tmpdir(), "emend-settings-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function save(content: string): string {
  const path = join(folder, "settings.json");
  writeFileSync(path, content);
  return path;
}

test("without flags and file the defaults hold", () => {
  expect(readSettings(refineSchema, {}, undefined)).toMatchObject({ targetBondRmsd: 0.01, restraints: [], seed: 0 });
});

test("every flag of every command has a description and is a key of the configuration file", () => {
  for (const { schema, name } of commands) {
    for (const flag of describeFlags(schema)) {
      expect([name, flag.key, flag.description.length > 8]).toEqual([name, flag.key, true]);
      const key = flag.flags
        .split(" ")[0]!
        .slice(2)
        .replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
      expect(key).toBe(flag.key);
    }
  }
});

test("flags come before the file, the file before the defaults, and numbers of flags are texts", () => {
  const file = save('{"resolution": 4, "cycles": 7, "restraints": ["A.cif"], "overwrite": true}');
  const settings = readSettings(refineSchema, { resolution: "3.25" }, file);
  expect(settings).toMatchObject({ resolution: 3.25, cycles: 7, restraints: ["A.cif"], overwrite: true, seed: 0 });
});

test.each([
  ["a number with a comma", { resolution: "3,2" }, undefined, "SETTING_NUMBER", /"3,2" is not a number/, /3\.2/],
  ["a value beyond its limits", { cycles: "0" }, undefined, "SETTING", /--cycles: .*1/, /macro-cycles/],
  ["a part of a cycle", { cycles: "2.5" }, undefined, "SETTING", /--cycles: .*int/, /macro-cycles/],
  ["a word that is none of the choices", { scattering: "muon" }, undefined, "SETTING", /electron.*xray.*neutron/, /./],
  ["an unknown key", {}, '{"cycels": 3}', "CONFIG_KEY", /"cycels"/, /Did you mean "cycles"/],
  ["a key like no other", {}, '{"zzzzzzzzzz": 3}', "CONFIG_KEY", /"zzzzzzzzzz"/, /Settings are resolution, /],
  ["a flag's spelling in the file", {}, '{"out-dir": "x"}', "CONFIG_KEY", /"out-dir"/, /Did you mean "outDir"/],
  ["the wrong type in the file", {}, '{"cycles": "3"}', "SETTING", /--cycles: .*expected number/, /macro-cycles/],
  ["a list in the file", {}, "[1]", "CONFIG_JSON", /must be a JSON object/, /^$/],
  ["text in the file", {}, "cycles: 3", "CONFIG_JSON", /not JSON/, /^$/],
])("%s is named with a way out", (_name, flags, content, code, message, hint) => {
  const file = content === undefined ? undefined : save(content);
  let caught: unknown;
  try {
    readSettings(refineSchema, flags, file);
  } catch (error) {
    caught = error;
  }
  expect(caught).toMatchObject({ name: "InputError", code, message: expect.stringMatching(message), file });
  expect((caught as { hint?: string }).hint ?? "").toMatch(hint);
});

test("a configuration file that is not there is named", () => {
  const file = join(folder, "none.json");
  expect(() => readSettings(geometrySchema, {}, file)).toThrow(
    expect.objectContaining({ code: "FILE_NOT_FOUND", file }),
  );
});
