import type { JsonValue, MaybePromise } from "./types.ts";

/**
 * What a library for schemas offers under `~standard`: the part of the Standard Schema specification that Heddle uses.
 * Schemas of zod, valibot, arktype and others have it.
 */
export interface ConfigSchema<TInput = unknown, TOutput = TInput> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => MaybePromise<ConfigResult<TOutput>>;
    readonly types?: { readonly input: TInput; readonly output: TOutput } | undefined;
    /** Writes the schema as JSON schema, where the library can. */
    readonly jsonSchema?: { readonly input: (options: { readonly target: "draft-2020-12" }) => unknown } | undefined;
  };
}

/** What a schema says about a value: the value that it stands for, or what is wrong with it. */
export type ConfigResult<TOutput> =
  | { readonly value: TOutput; readonly issues?: undefined }
  | { readonly issues: readonly ConfigIssue[] };

/** One thing that is wrong with a value. */
export interface ConfigIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What `context.config` holds; `undefined` for an asset that takes no config. */
export type ConfigValue<TConfig> =
  TConfig extends ConfigSchema<unknown, unknown> ? NonNullable<TConfig["~standard"]["types"]>["output"] : undefined;

/** Says whether `value` is a schema that can judge config. */
export function isConfigSchema(value: unknown): value is ConfigSchema {
  // Some libraries make their schemas of functions.
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  const standard = (value as { readonly "~standard"?: unknown })["~standard"];
  return (
    typeof standard === "object" &&
    standard !== null &&
    typeof (standard as { readonly validate?: unknown }).validate === "function"
  );
}

/** The schema as JSON schema; `null` when the library that it was written with cannot say, or cannot for this one. */
export function jsonSchemaOf(schema: ConfigSchema): JsonValue {
  const write = schema["~standard"].jsonSchema?.input;
  if (typeof write !== "function") return null;
  try {
    // A copy through JSON: what a library returns may have methods and symbols of its own.
    return JSON.parse(JSON.stringify(write({ target: "draft-2020-12" })) ?? "null");
  } catch {
    // Transforms and dates have no JSON schema; the specification lets a library throw for them.
    return null;
  }
}

/** Whether a run must pass config: the schema refuses an empty object. Schemas that judge asynchronously say no. */
export function requiresConfig(schema: ConfigSchema): boolean {
  const result = schema["~standard"].validate({});
  if (result instanceof Promise) {
    // The answer comes too late to be used; a schema that rejects says so when a run passes config.
    result.catch(() => undefined);
    return false;
  }
  return result.issues !== undefined;
}
