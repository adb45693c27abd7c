// emend data against a server of this machine: tables are kept whole and usable, pages that are no tables are refused.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readReferenceFolder } from "../../src/io/reference-data.node.ts";
import { runHere } from "../faults/harness.ts";

const folder = mkdtempSync(join(tmpdir(), "emend-data-"));
let server: Server;
let address: string;

const table = (name: string): string =>
  [
    `# Table name/description: "${name}"`,
    "# Number of dimensions: 1",
    "# For each dimension, 1 to 1: lower_bound  upper_bound  number_of_bins  wrapping",
    "#   x1: 0.0 360.0 360 true",
    "# List of table coordinates and values. (Value is last number on each line.)",
    ...Array.from({ length: 360 }, (_value, bin) => `${bin + 0.5} ${bin / 360}`),
    "",
  ].join("\n");

beforeAll(async () => {
  server = createServer((request, response) => {
    const [, kind, , file = ""] = request.url!.split("/");
    const isThere = kind === "good" && /^rota8000-(leu-clean|ser|thr)\.data$/.test(file);
    if (kind === "page") response.end("<html>Log in first</html>");
    else if (isThere) response.end(table(file));
    else response.writeHead(kind === "broken" ? 503 : 404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

test("what is there is kept with its source, and read again; what is not is said", async () => {
  const { exit, stdout, stderr } = await runHere(["data", "@tables", "--from", `${address}/good`, "--json"], folder);
  expect(exit, stderr).toBe(0);
  const { files, diagnostics } = JSON.parse(stdout) as { files: string[]; diagnostics: { code: string }[] };
  expect(files).toEqual(["rota8000-leu-clean.data", "rota8000-ser.data", "rota8000-thr.data"]);
  expect(diagnostics.map(({ code }) => code)).toEqual(["DATA_FILE_ABSENT"]);
  expect(readdirSync(join(folder, "tables")).toSorted()).toEqual(["SOURCE.txt", ...files]);
  const { rotamers } = await readReferenceFolder(join(folder, "tables"));
  expect([...rotamers.keys()].toSorted()).toEqual(["LEU", "SER", "THR"]);
});

test.each([
  ["an address without tables", "empty", 2, "DATA_ABSENT"],
  ["pages that are no tables", "page", 2, "REFERENCE_TABLE"],
  ["a server that fails", "broken", 74, "ENETUNREACH"],
])("%s leaves nothing behind", async (_name, kind, exit, code) => {
  const outcome = await runHere(["data", `@${kind}`, "--from", `${address}/${kind}`, "--json"], folder);
  expect([outcome.exit, JSON.parse(outcome.stdout).error.code]).toEqual([exit, code]);
  expect(readdirSync(folder)).not.toContain(kind);
});

test("no network is said, with the address", async () => {
  const { exit, stdout } = await runHere(["data", "@none", "--from", "http://127.0.0.1:9", "--json"], folder);
  expect([exit, JSON.parse(stdout).error.code]).toEqual([74, "ENETUNREACH"]);
});
