// Reads the tables that tools/pack-grid.mjs packed into data/.
import { gunzip } from "../text/gzip.ts";
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
  const bytes = await gunzip(bytesOfBase64(data), name);
  let code = 0;
  let at = 0;
  for (let cell = 0; cell < values.length; cell++) {
    let step = 0;
    let place = 1;
    let byte: number;
    do {
      byte = bytes[at++]!;
      step += (byte % 128) * place;
      place *= 128;
    } while (byte > 127);
    code += step % 2 === 0 ? step / 2 : -(step + 1) / 2;
    values[cell] = (levels === undefined ? code : levels[code]!) / scale;
  }
  return { axes, values };
}

function bytesOfBase64(text: string): Uint8Array {
  const plain = atob(text);
  const bytes = new Uint8Array(plain.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = plain.charCodeAt(at);
  return bytes;
}
