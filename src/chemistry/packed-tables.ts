// Reads the tables that tools/pack-grid.mjs packed into data/.
import { unpackText } from "../text/packed-text.ts";
import { binCount, type GridTable } from "./grid-table.ts";

interface PackedTable {
  readonly name: string;
  /** From, to, bins, whether it wraps. */
  readonly axes: readonly (readonly [number, number, number, boolean])[];
  readonly scale: number;
  readonly levels?: readonly number[];
  readonly data: string;
}

/** Tables of one file of data/ by name. */
export async function unpackTables(file: unknown): Promise<ReadonlyMap<string, GridTable>> {
  const { tables } = file as { readonly tables: readonly PackedTable[] };
  const entries = await Promise.all(tables.map(async (table) => [table.name, await unpackTable(table)] as const));
  return new Map(entries);
}

async function unpackTable({ name, axes: rows, scale, levels, data }: PackedTable): Promise<GridTable> {
  const axes = rows.map(([from, to, bins, wraps]) => ({ from, to, bins, wraps }));
  const values = new Float32Array(binCount(axes));
  const bytes = await unpackText(data, name);
  const table = levels && Float64Array.from(levels, (level) => level / scale);
  decode(bytes, values, table ?? null, scale);
  return { axes, values };
}

/** Bytes are steps from one value's code to the next, of seven bits each; a code is a row of the levels or a multiple of the scale. */
function decode(bytes: Uint8Array, values: Float32Array, levels: Float64Array | null, scale: number): void {
  let code = 0;
  let value = levels === null ? 0 : levels[0]!;
  let at = 0;
  for (let cell = 0; cell < values.length; cell++) {
    let byte = bytes[at++]!;
    // Most cells are like the one before.
    if (byte !== 0) {
      let step = byte & 127;
      for (let shift = 7; byte > 127; shift += 7) {
        byte = bytes[at++]!;
        step |= (byte & 127) << shift;
      }
      code += (step & 1) === 0 ? step >> 1 : -((step + 1) >> 1);
      value = levels === null ? code / scale : levels[code]!;
    }
    values[cell] = value;
  }
}
