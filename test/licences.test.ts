// Everything the package contains from others is named in NOTICE and has its licence in LICENSES/.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type BuildOptions, build } from "esbuild";
import { expect, test } from "vitest";

const root = new URL("..", import.meta.url).pathname;
const notice = readFileSync(join(root, "NOTICE"), "utf8");

async function bundledPackages(): Promise<string[]> {
  const { bundles } = (await import(new URL("../tools/bundle.mjs", import.meta.url).href)) as {
    bundles: BuildOptions[];
  };
  const names = new Set<string>();
  for (const options of bundles) {
    const { metafile } = await build({ ...options, metafile: true, write: false });
    for (const { inputs } of Object.values(metafile.outputs)) {
      for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
        const name = /^.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
        if (name !== undefined && bytesInOutput > 0) names.add(name);
      }
    }
  }
  return [...names].toSorted();
}

test("every npm package in the bundles is named in NOTICE and has its licence of that version", async () => {
  const names = await bundledPackages();
  const licences = readFileSync(join(root, "LICENSES/bundled-packages.txt"), "utf8");
  const lacking = names.filter((name) => {
    const { version } = JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8")) as {
      version: string;
    };
    return !notice.includes(name) || !licences.includes(`${name} ${version} (`);
  });
  expect(names).toContain("commander");
  expect(lacking).toEqual([]);
});

test("every table is named in NOTICE under a licence whose text is there", () => {
  const texts = new Set(readdirSync(join(root, "LICENSES")).map((name) => name.toLowerCase()));
  const folders = readdirSync(join(root, "data"));
  const tables = folders.flatMap((folder) =>
    readdirSync(join(root, "data", folder)).map((name) => `data/${folder}/${name}`),
  );
  expect(tables.length).toBeGreaterThan(0);
  expect(tables.filter((table) => !notice.includes(table))).toEqual([]);
  expect(folders.filter((folder) => !texts.has(`${folder}.txt`))).toEqual([]);
});

test("every script that NOTICE names exists", () => {
  const scripts = [...notice.matchAll(/tools\/[\w-]+\.mjs/g)].map(([path]) => path);
  expect(scripts.length).toBeGreaterThan(0);
  expect(scripts.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
