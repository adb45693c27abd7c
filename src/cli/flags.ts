// Flags of the command line, from the schema of a command's settings.
import * as z from "zod";

export interface FlagDescription {
  readonly key: string;
  /** "--out-dir <DIR>" */
  readonly flags: string;
  readonly description: string;
  readonly kind: "boolean" | "number" | "text" | "list";
}

/** Command-line flags of a schema, in its order. */
export function describeFlags(schema: z.ZodObject): FlagDescription[] {
  const { properties = {} } = z.toJSONSchema(schema, { io: "input" }) as { properties?: Record<string, JsonProperty> };
  return Object.entries(properties).map(([key, property]) => {
    const flag = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    const kind = kindOf(property);
    const placeholder = property.enum ? property.enum.join("|") : (property.placeholder ?? "VALUE");
    const argument = kind === "boolean" ? "" : kind === "list" ? ` <${placeholder}...>` : ` <${placeholder}>`;
    const preset = property.default;
    const shown = preset === undefined || preset === false || (Array.isArray(preset) && preset.length === 0);
    return {
      key,
      flags: flag + argument,
      description: (property.description ?? "") + (shown ? "" : ` (default ${String(preset)})`),
      kind,
    };
  });
}

interface JsonProperty {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly placeholder?: string;
}

function kindOf({ type }: JsonProperty): FlagDescription["kind"] {
  if (type === "boolean") return "boolean";
  if (type === "number" || type === "integer") return "number";
  return type === "array" ? "list" : "text";
}
