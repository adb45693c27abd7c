// Record-level findings that do not stop a run: collected under stable codes, counted, shown with a few examples.

export type Severity = "info" | "warning" | "error";

export interface Diagnostic {
  /** Stable code, upper snake case, e.g. PDB_SERIAL_OVERFLOW. */
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  /** How often it was found. */
  count: number;
  /** The first few places. */
  readonly examples: string[];
}

export interface Diagnostics {
  readonly entries: Diagnostic[];
}

const maximumExamples = 5;

export function createDiagnostics(): Diagnostics {
  return { entries: [] };
}

/**
 * Records one finding; findings of one code are merged, the first message stands, the first five examples are kept.
 * An example given as a function is made only when it is kept.
 */
export function addDiagnostic(
  diagnostics: Diagnostics,
  severity: Severity,
  code: string,
  message: string,
  example?: string | (() => string),
): void {
  let entry = diagnostics.entries.find((other) => other.code === code);
  if (entry === undefined) {
    entry = { code, severity, message, count: 0, examples: [] };
    diagnostics.entries.push(entry);
  }
  entry.count += 1;
  if (example === undefined || entry.examples.length >= maximumExamples) return;
  entry.examples.push(typeof example === "string" ? example : example());
}
