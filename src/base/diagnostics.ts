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

/** Records one finding; findings of one code are merged, the first message stands, the first five examples are kept. */
export function addDiagnostic(
  diagnostics: Diagnostics,
  severity: Severity,
  code: string,
  message: string,
  example?: string,
): void {
  const known = diagnostics.entries.find((entry) => entry.code === code);
  if (known) {
    known.count += 1;
    if (example !== undefined && known.examples.length < maximumExamples) known.examples.push(example);
    return;
  }
  diagnostics.entries.push({ code, severity, message, count: 1, examples: example === undefined ? [] : [example] });
}
