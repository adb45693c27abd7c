// Settings of a run: flags over the configuration file over the defaults of the command's schema.
import type * as z from "zod";
import { InputError } from "../base/errors.ts";
import { readFileBytes } from "../io/files.node.ts";
import { describeFlags, type FlagDescription } from "./flags.ts";

/** Settings of a run: flags over the configuration file over the defaults. Throws InputError SETTING naming the key. */
export function readSettings(
  schema: z.ZodObject,
  flags: Readonly<Record<string, unknown>>,
  file: string | undefined,
): unknown {
  const known = describeFlags(schema);
  const given: Record<string, unknown> = { ...(file === undefined ? {} : readConfiguration(file, known)) };
  for (const flag of known) {
    const value = flags[flag.key];
    requireValue(flag, value);
    if (value !== undefined) given[flag.key] = flag.kind === "number" ? asNumber(flag, String(value)) : value;
  }
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const key = String(issue.path[0] ?? "");
  const flag = known.find((entry) => entry.key === key);
  throw new InputError({
    code: "SETTING",
    message: `${flag ? flag.flags.split(" ")[0] : key}: ${issue.message}`,
    file: flags[key] === undefined ? file : undefined,
    hint: flag ? `It is the ${flag.description}` : undefined,
  });
}

/** A flag that stands where a value should be was not meant as one. */
function requireValue(flag: FlagDescription, value: unknown): void {
  const taken = [value].flat().find((entry) => typeof entry === "string" && /^--[a-z]/.test(entry));
  if (taken === undefined) return;
  throw new InputError({
    code: "SETTING_VALUE",
    message: `${flag.flags.split(" ")[0]} has no value: the next word is ${String(taken)}`,
    hint: `It is the ${flag.description}`,
  });
}

function asNumber(flag: FlagDescription, text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return value;
  const comma = /^-?\d+,\d+$/.test(text) ? `Write ${text.replace(",", ".")}` : `It is the ${flag.description}`;
  throw new InputError({
    code: "SETTING_NUMBER",
    message: `${flag.flags.split(" ")[0]}: "${text}" is not a number`,
    hint: comma,
  });
}

function readConfiguration(file: string, known: readonly FlagDescription[]): Record<string, unknown> {
  const text = new TextDecoder().decode(readFileBytes(file));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InputError({ code: "CONFIG_JSON", message: `This is not JSON: ${(error as Error).message}`, file });
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new InputError({ code: "CONFIG_JSON", message: "The configuration must be a JSON object", file });
  }
  for (const key of Object.keys(value)) {
    if (known.some((flag) => flag.key === key)) continue;
    const near = nearestWord(
      key,
      known.map((flag) => flag.key),
    );
    throw new InputError({
      code: "CONFIG_KEY",
      message: `"${key}" is not a setting of this command`,
      file,
      hint: near === null ? `Settings are ${known.map((flag) => flag.key).join(", ")}` : `Did you mean "${near}"?`,
    });
  }
  return value as Record<string, unknown>;
}

/** The word with the fewest edits, when they are few. */
function nearestWord(word: string, words: readonly string[]): string | null {
  let best: string | null = null;
  let least = Math.max(2, Math.floor(word.length / 2));
  for (const candidate of words) {
    const edits = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (edits < least) {
      least = edits;
      best = candidate;
    }
  }
  return best;
}

function editDistance(first: string, second: string): number {
  let row = Array.from({ length: second.length + 1 }, (_, index) => index);
  for (let i = 1; i <= first.length; i++) {
    const next = [i];
    for (let j = 1; j <= second.length; j++) {
      const substitution = row[j - 1]! + (first[i - 1] === second[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[second.length]!;
}
