// emend info: what files are, and whether a model and a map belong together.
import type { RunContext } from "../base/run-context.ts";
import { isHydrogenElement } from "../chemistry/elements.ts";
import { residueClass } from "../chemistry/residue-classes.ts";
import { mapFrame } from "../density/map.ts";
import { computeStatistics } from "../density/statistics.ts";
import { toSource } from "../io/byte-source.ts";
import { withFile } from "../io/files.node.ts";
import { headerBytes, looksLikeMrc } from "../io/mrc/mrc-header.ts";
import type { MapFile } from "../io/mrc/read-mrc.ts";
import { readMap } from "../io/read-map.ts";
import { readModel } from "../io/read-model.ts";
import type { Model } from "../model/model.ts";
import { isPacked, unpack } from "../text/gzip.ts";
import { measureBelonging } from "../validation/fit/belonging.ts";
import type { CommandOutcome } from "./command.ts";
import { type Console, noteDiagnostics } from "./console.ts";
import type { InfoSettings } from "./options.ts";
import { show } from "./tables.ts";

type Content = { readonly model: Model } | { readonly mapFile: MapFile };

export async function runInfo(
  paths: readonly string[],
  _settings: InfoSettings,
  console: Console,
  context: RunContext,
): Promise<CommandOutcome> {
  const files: Record<string, unknown>[] = [];
  const models: { path: string; model: Model }[] = [];
  const maps: { path: string; mapFile: MapFile }[] = [];
  for (const path of paths) {
    const content = await readEither(path, context);
    if ("model" in content) {
      models.push({ path, model: content.model });
      files.push({ file: path, kind: "model", ...describeModel(content.model) });
    } else {
      maps.push({ path, mapFile: content.mapFile });
      files.push({ file: path, kind: "map", ...describeMap(content.mapFile) });
    }
  }
  const pairs = models.flatMap(({ path: modelPath, model }) =>
    maps.map(({ path: mapPath, mapFile }) => ({
      model: modelPath,
      map: mapPath,
      ...measureBelonging(model.atoms.xyz, mapFile.map),
      otherOrigin: mapFile.alternative ? measureBelonging(model.atoms.xyz, mapFile.alternative) : null,
    })),
  );
  console.endProgress();
  noteDiagnostics(console, context.diagnostics);
  for (const entry of files) {
    const { file, ...rest } = entry;
    console.print(String(file));
    for (const [key, value] of Object.entries(rest))
      console.print(`  ${asWords(key).padEnd(labelWidth)}${asText(value)}`);
  }
  for (const pair of pairs) {
    const verdict =
      pair.inside < 0.5 ? "they do not share a frame" : (pair.meanSigma ?? 0) < 1 ? "weak match" : "they match";
    console.print(
      `${pair.model} in ${pair.map}: ${(100 * pair.inside).toFixed(1)} % of the atoms inside, ` +
        `mean density there ${show(pair.meanSigma, 2)} sigma: ${verdict}`,
    );
  }
  console.document({ files, pairs, diagnostics: context.diagnostics.entries });
  return { exitCode: 0 };
}

async function readEither(path: string, context: RunContext): Promise<Content> {
  return withFile(path, async (source) => {
    const start = source.read(0, headerBytes);
    const content = isPacked(start)
      ? toSource(await unpack(source.read(0, source.size), path, context.memoryLimit))
      : source;
    if (looksLikeMrc(content.read(0, headerBytes)) || /\.(mrc|map|ccp4|rec|st)(\.gz)?$/i.test(path)) {
      return { mapFile: await readMap(content, path, context) };
    }
    return { model: await readModel(content.read(0, content.size), path, context) };
  });
}

function describeModel(model: Model): Record<string, unknown> {
  const { atoms, residues, chains, modelNumbers, cell } = model;
  const classes: Record<string, number> = {};
  for (const name of residues.name) {
    const kind = residueClass(name);
    classes[kind] = (classes[kind] ?? 0) + 1;
  }
  const extent = [0, 1, 2].map((axis) => {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let at = axis; at < atoms.xyz.length; at += 3) {
      low = Math.min(low, atoms.xyz[at]!);
      high = Math.max(high, atoms.xyz[at]!);
    }
    return [low, high];
  });
  return {
    format: model.source.format,
    models: modelNumbers.length,
    chains: [...new Set(chains.id)],
    residues: classes,
    atoms: atoms.count,
    hydrogens: atoms.element.reduce((sum, element) => sum + (isHydrogenElement(element) ? 1 : 0), 0),
    alternates: atoms.altloc.some((letter) => letter !== ""),
    anisotropic: atoms.anisotropicU !== null,
    cell,
    statedLinks: model.statedLinks.length,
    extent,
  };
}

function describeMap({ map, header, alternative }: MapFile): Record<string, unknown> {
  const { cell, sampling, size, start, offset, values } = map;
  const frame = mapFrame(map);
  return {
    mode: header.mode,
    byteOrder: header.littleEndian ? "little" : "big",
    size,
    start,
    sampling,
    cell,
    voxel: [cell.a / sampling[0], cell.b / sampling[1], cell.c / sampling[2]],
    axes: header.axes.map((axis) => "xyz"[axis]).join(""),
    origin: header.origin,
    offset,
    corner: frame.corner,
    originConventionsDiffer: alternative !== null,
    statistics: computeStatistics(values),
    labels: header.labels,
  };
}

const labelWidth = 26;

/** "byteOrder" -> "byte order" */
function asWords(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function asText(value: unknown): string {
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : value.toPrecision(6);
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) {
    if (Array.isArray(value[0])) return value.map((range: unknown[]) => range.map(asText).join(" to ")).join(", ");
    return value.map((entry) => (entry === "" ? "(blank)" : asText(entry))).join(", ");
  }
  if (value !== null && typeof value === "object") {
    return Object.entries(value)
      .map(([key, entry]) => `${asWords(key)} ${asText(entry)}`)
      .join(", ");
  }
  return value === null ? "none" : String(value);
}
