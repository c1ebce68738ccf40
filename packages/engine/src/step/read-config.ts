import { HeddleError, type AnyAsset, type JsonValue } from "@heddle/core";
import { type ConfigIssue } from "@heddle/core/internal";

/** Of a value that a schema refuses, this much is shown. */
const SHOWN_LENGTH = 200;

/**
 * Reads the config of a run as the asset's schema has it. An asset that declares none gets `undefined`.
 *
 * @param config what the run states for the asset; `undefined` when it states nothing
 * @throws STEP_CONFIG_INVALID naming every value that the schema refuses
 */
export async function readConfig(asset: AnyAsset, config: JsonValue | undefined): Promise<unknown> {
  if (asset.config === null) {
    if (config === undefined) return undefined;
    throw new HeddleError("STEP_CONFIG_INVALID", `${asset.key} takes no config, and the run states some`, {
      hint: "Declare a schema as `config` of the asset, or launch without config for it.",
      details: { asset: asset.key },
    });
  }
  const given = config ?? {};
  const result = await asset.config["~standard"].validate(given);
  if (result.issues === undefined) return result.value;
  const lines = result.issues.map((issue) => describeIssue(issue, given));
  throw new HeddleError(
    "STEP_CONFIG_INVALID",
    `the config of ${asset.key} does not fit its schema: ${lines.join("; ")}`,
    {
      hint: "Correct the config and launch again.",
      details: { asset: asset.key },
    },
  );
}

function describeIssue({ message, path = [] }: ConfigIssue, config: JsonValue): string {
  const keys = path.map((part) => (typeof part === "object" ? part.key : part));
  let value: unknown = config;
  for (const key of keys) {
    value =
      typeof value === "object" && value !== null ? (value as Readonly<Record<PropertyKey, unknown>>)[key] : undefined;
  }
  const shown = value === undefined ? "nothing" : JSON.stringify(value).slice(0, SHOWN_LENGTH);
  const where = keys.length === 0 ? "config" : keys.map(String).join(".");
  return `${where} is ${shown}: ${message}`;
}
