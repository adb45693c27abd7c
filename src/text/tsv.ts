// Tables as tab-separated text.

export interface TableColumn<Row> {
  readonly name: string;
  /** Written behind the name in the header, in brackets. */
  readonly unit?: string;
  /** Of numbers that are no integers; default 3. */
  readonly decimals?: number;
  readonly value: (row: Row) => string | number | null | undefined;
}

const usualDecimals = 3;

/** A header line and one line per row; what is missing or no finite number is an empty cell. */
export function writeTsv<Row>(columns: readonly TableColumn<Row>[], rows: readonly Row[]): string {
  const header = columns.map(({ name, unit }) => (unit === undefined ? name : `${name} [${unit}]`));
  const lines = rows.map((row) => columns.map((column) => cellText(column, row)).join("\t"));
  return `${[header.join("\t"), ...lines].join("\n")}\n`;
}

function cellText<Row>({ value, decimals = usualDecimals }: TableColumn<Row>, row: Row): string {
  const cell = value(row);
  if (cell === null || cell === undefined) return "";
  if (typeof cell === "string") return cell.replace(/[\t\r\n]/g, " ");
  if (!Number.isFinite(cell)) return "";
  return Number.isInteger(cell) ? String(cell) : cell.toFixed(decimals).replace(/^-(0\.?0*)$/, "$1");
}
