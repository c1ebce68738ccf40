import { HeddleError, type JsonValue } from "@heddle/core";
import { formatNearest } from "@heddle/core/internal";
import { readFileSync } from "node:fs";
import type { ProjectApi } from "./api-client.ts";
import type { KnownNames } from "./known-assets.ts";
import { readNumber } from "./read-number.ts";

/** Options by which `heddle plan`, `materialize` and `backfill` say what is to be done. */
export interface PlanOptions {
  readonly partitions?: readonly string[];
  readonly only?: string;
  readonly cascade: string;
  readonly order: string;
  readonly chunk?: string;
  readonly reuse?: string;
  readonly config?: string;
  readonly overlap: string;
  readonly leaveOutUnreadable?: boolean;
}

/** What the API plans. */
export type PlanRequest = Parameters<ProjectApi["api"]["plan"]["preview"]>[0];
type Partitions = NonNullable<PlanRequest["partitions"]>;

/** The API's limit. */
const MAX_CHUNK = 1_000_000;

const ONLY = ["missing", "failed", "stale"] as const;
const CASCADES = { self: "self", "upstream-missing": "upstream_missing", downstream: "downstream" } as const;
const ORDERS = { oldest: "oldest", newest: "newest" } as const;
const REUSES = { declared: "declared", fresh: "fresh", never: "never" } as const;
const OVERLAPS = { "leave-out": "leave_out", wait: "wait", refuse: "refuse" } as const;

/** Reads everything about a plan that needs no look at the project. @throws CONFIG_INVALID naming the option */
export function readPlanRequest(selection: string, options: PlanOptions): PlanRequest {
  const { only, chunk, config } = options;
  return {
    selection,
    ...(only !== undefined && only !== "all" && { only: readOnly(only) }),
    cascade: readChoice("--cascade", options.cascade, CASCADES),
    order: readChoice("--order", options.order, ORDERS),
    reuse: readChoice("--reuse", options.reuse ?? "declared", REUSES),
    overlap: readChoice("--overlap", options.overlap, OVERLAPS),
    leaveOutUnreadable: options.leaveOutUnreadable === true,
    ...(chunk !== undefined && { chunk: readChunk(chunk) }),
    ...(config !== undefined && { config: readConfig(config) }),
  };
}

/**
 * Reads `--partitions`: the text of one asset's partitions, which may name a dimension, or `key=text` for each of several.
 * @throws ASSET_UNKNOWN, CONFIG_INVALID
 */
export function readPartitions(texts: readonly string[] | undefined, names: KnownNames): Partitions {
  // Every partition there is: also of assets that have none, and no text of which could be read as theirs.
  if (texts === undefined || texts.every((text) => text.trim() === "all")) return { kind: "all" };
  if (texts.some((text) => text.trim() === "")) {
    throw new HeddleError("CONFIG_INVALID", "--partitions is empty", {
      hint: 'Write which ones, such as "last 7" or "2026-01-01..2026-01-31"; leave the option out for all of them.',
    });
  }
  const known = { keys: new Set(names.keys), dimensions: new Set(names.dimensions) };
  const named = texts.flatMap((text) => splitNamed(text, known));
  const bare = texts.length - named.length;
  // Several texts without an asset are one set with gaps.
  if (named.length === 0) return { kind: "text", text: texts.join(",") };
  if (bare > 0) {
    throw new HeddleError("CONFIG_INVALID", "--partitions names an asset in one place and none in another", {
      hint: "Write key=partitions for each asset; assets that are not named take what the named ones map to.",
    });
  }
  const assets: Record<string, string> = {};
  for (const [key, text] of named) assets[key] = Object.hasOwn(assets, key) ? `${assets[key]},${text}` : text;
  return { kind: "each", assets };
}

/** `key=text` taken apart; nothing when it is no such thing: `region=eu` names a dimension, and a key may hold "=", too. */
function splitNamed(
  text: string,
  { keys, dimensions }: { readonly keys: ReadonlySet<string>; readonly dimensions: ReadonlySet<string> },
): (readonly [key: string, text: string])[] {
  const at = text.indexOf("=");
  if (at <= 0 || text.startsWith('"')) return [];
  const key = text.slice(0, at).trim();
  if (keys.has(key)) return [[key, text.slice(at + 1)]];
  if (dimensions.has(key)) return [];
  const near = formatNearest(key, keys);
  if (near === null) return [];
  throw new HeddleError("ASSET_UNKNOWN", `--partitions names ${JSON.stringify(key)}, and there is no such asset`, {
    hint: `${near} A partition whose key holds "=" is written in quotes.`,
    details: { asset: key },
  });
}

function readOnly(text: string): (typeof ONLY)[number][] {
  const states = text.split(",").map((part) => part.trim());
  const read = ONLY.filter((state) => states.includes(state));
  const unknown = states.find((state) => !ONLY.some((known) => known === state));
  if (unknown === undefined) return read;
  throw new HeddleError("CONFIG_INVALID", `--only ${unknown} is not known`, {
    hint: `Use ${ONLY.join(", ")}, or several of them joined by commas.`,
  });
}

function readChoice<TValue>(name: string, text: string, choices: Readonly<Record<string, TValue>>): TValue {
  const value = Object.hasOwn(choices, text) ? choices[text] : undefined;
  if (value !== undefined) return value;
  throw new HeddleError("CONFIG_INVALID", `${name} ${text} is not known`, {
    hint: `Use one of ${Object.keys(choices).join(", ")}.`,
  });
}

function readChunk(text: string): number | "range" {
  return text === "range" ? "range" : readNumber(text, { name: "--chunk", min: 1, max: MAX_CHUNK });
}

type Config = NonNullable<PlanRequest["config"]>;

/** Reads `--config`: JSON, or `@` and the name of a file that holds it. @throws CONFIG_INVALID */
export function readConfig(text: string): Config {
  const isFile = text.startsWith("@");
  const read = parse(isFile ? readText(text.slice(1)) : text, isFile ? text.slice(1) : "--config");
  // An object of JSON: only that its lists may be changed is what the other type says more.
  if (typeof read === "object" && read !== null && !Array.isArray(read)) return read as Config;
  throw new HeddleError("CONFIG_INVALID", "--config is no object", {
    hint: 'Write config by asset key: {"weather/raw": {"station": 7}}, or @file.json.',
  });
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new HeddleError("CONFIG_INVALID", `--config names a file that cannot be read: ${path}`, {
      hint: "Give the path of a JSON file that exists, after an @.",
      cause: error,
    });
  }
}

function parse(text: string, place: string): JsonValue {
  try {
    // What JSON.parse gives is JSON.
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new HeddleError("CONFIG_INVALID", `${place} is no JSON: ${why}`, {
      hint: 'Write config by asset key: {"weather/raw": {"station": 7}}.',
      cause: error,
    });
  }
}
