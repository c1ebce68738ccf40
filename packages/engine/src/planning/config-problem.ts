import type { JsonValue } from "@heddle/core";
import type { AssetSnapshot } from "@heddle/core/internal";
import * as z from "zod";

/** Faults of one config that are told. */
const MAX_FAULTS = 5;

/**
 * Says what is wrong with a config by the JSON schema of its asset; `null` when nothing is, or when there is no schema
 * that can tell: the step itself looks again, with the schema that the asset was written with.
 */
export function findConfigProblem({ config }: AssetSnapshot, stated: JsonValue): string | null {
  const schema = readSchema(config?.jsonSchema ?? null);
  const read = schema?.safeParse(stated);
  if (read === undefined || read.success) return null;
  const faults = read.error.issues.map(({ path, message }) => `${path.map(String).join(".") || "it"}: ${message}`);
  const more = faults.length > MAX_FAULTS ? ` and ${faults.length - MAX_FAULTS} more` : "";
  return `${faults.slice(0, MAX_FAULTS).join("; ")}${more}`;
}

function readSchema(jsonSchema: JsonValue): z.ZodType | undefined {
  if (typeof jsonSchema !== "object" || jsonSchema === null || Array.isArray(jsonSchema)) return undefined;
  try {
    // An object of JSON is what it reads; it looks for itself whether that is a schema.
    return z.fromJSONSchema(jsonSchema as Parameters<typeof z.fromJSONSchema>[0]);
  } catch {
    // A schema with something that cannot be read here says nothing here: the step goes by the original.
    return undefined;
  }
}
