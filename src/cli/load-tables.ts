// The tables that torsions are judged with, as the settings say.
import { readReferenceFolder } from "../io/reference-data.node.ts";
import { type GeometryTables, loadGeometryTables } from "../validation/geometry/geometry-tables.ts";

/** The tables of a folder over the built-in ones. */
export async function loadTables(folder: string | undefined): Promise<GeometryTables> {
  return loadGeometryTables(folder === undefined ? null : await readReferenceFolder(folder));
}
