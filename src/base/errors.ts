// The one error a user can cause and mend; anything else that is thrown is a bug.

export interface InputErrorDetails {
  /** Stable machine-readable code, upper snake case, e.g. MRC_TRUNCATED. */
  readonly code: string;
  /** What is wrong, one sentence without a final full stop. */
  readonly message: string;
  readonly file?: string | undefined;
  /** Where in the file: "line 12", "header word 4", "residue LIG 3 in chain B". */
  readonly place?: string | undefined;
  /** What the user can do about it. */
  readonly hint?: string | undefined;
}

/** An error the user can fix (exit code 2): wrong input, wrong flag, missing setting. */
export class InputError extends Error {
  readonly code: string;
  readonly file: string | undefined;
  readonly place: string | undefined;
  readonly hint: string | undefined;

  constructor(details: InputErrorDetails) {
    super(details.message);
    this.name = "InputError";
    this.code = details.code;
    this.file = details.file;
    this.place = details.place;
    this.hint = details.hint;
  }
}

/** A file could not be written or read for reasons of the machine: disk full, no permission, device error (exit code 74). */
export class OutputError extends Error {
  readonly code: string;
  readonly file: string;

  constructor(code: string, message: string, file: string) {
    super(message);
    this.name = "OutputError";
    this.code = code;
    this.file = file;
  }
}

/** Thrown when a run was cancelled through its context's signal. */
export class CancelledError extends Error {
  constructor() {
    super("The run was cancelled");
    this.name = "CancelledError";
  }
}
