import { MAX_CHUNK_SIZE } from "../chunk.ts";
import { isConfigSchema } from "../config-schema.ts";
import type { AnyAsset, AnyExternalAsset, AnyUpstream, Observation } from "../declarations.ts";
import { isRecord } from "../definitions.ts";
import { isHeddleError } from "../errors.ts";
import { isIoManager } from "../io-manager.ts";
import { describeType } from "../json-value.ts";
import { normalizeMetadata } from "../metadata.ts";
import { findRetryPolicyProblems } from "../retry-policy.ts";
import { isAsset } from "../asset.ts";
import type { DefinitionRule } from "./definition-problem.ts";

/** Longest time-out that an asset may state, in milliseconds: 30 days. */
const MAX_TIMEOUT_MS = 30 * 24 * 3_600_000;

/** The remaining options have values that they can have; the compiler sees to most of them. */
export const optionRule: DefinitionRule = (definitions, report) => {
  for (const asset of definitions.assets.values()) {
    const problems = [
      ...describedWrongly(asset),
      ...(isAsset(asset) ? executedWrongly(asset) : observedWrongly(asset)),
    ];
    for (const problem of problems) {
      report.add("ASSET_INVALID", {
        message: `${report.name("asset", asset)}: ${problem}`,
        hint: "Correct the option, or leave it out for its default.",
        about: asset,
      });
    }
  }
};

function describedWrongly(asset: AnyUpstream): string[] {
  const problems: string[] = [];
  const expect = (name: keyof AnyUpstream, fits: boolean, wanted: string): void => {
    if (!fits) problems.push(`${name} is ${describeType(asset[name])}; it must be ${wanted}`);
  };
  expect("description", asset.description === null || typeof asset.description === "string", "a text");
  expect("group", typeof asset.group === "string" && asset.group.trim() !== "", "a text that is not empty");
  expect("owners", isListOfTexts(asset.owners), "a list of texts");
  expect("kinds", isListOfTexts(asset.kinds), "a list of texts");
  expect("tags", isRecord(asset.tags) && isListOfTexts(Object.values(asset.tags)), "an object of texts");
  expect("metadata", isRecord(asset.metadata), "an object");
  return isRecord(asset.metadata) ? [...problems, ...metadataProblems(asset)] : problems;
}

function observedWrongly({ observation }: AnyExternalAsset): string[] {
  if (observation === null) return [];
  const { observe, retry, timeoutMs }: { readonly [K in keyof Observation]: unknown } = observation;
  const problems = isRecord(retry) ? findRetryPolicyProblems(observation.retry) : [];
  if (!isRecord(retry)) problems.push(`retry is ${describeType(retry)}; it must be an object`);
  if (observe === undefined)
    problems.push("it says how it is observed, and has no function `observe` that looks at it");
  else if (typeof observe !== "function") problems.push(`observe is ${describeType(observe)}; it must be a function`);
  return [...problems, ...timeoutProblems(timeoutMs)];
}

function timeoutProblems(timeoutMs: unknown): string[] {
  if (typeof timeoutMs === "number" && timeoutMs > 0 && timeoutMs <= MAX_TIMEOUT_MS) return [];
  return [`timeoutMs is ${String(timeoutMs)}; it must be more than 0 and at most ${MAX_TIMEOUT_MS} (30 days)`];
}

function executedWrongly(asset: AnyAsset): string[] {
  const {
    materialize,
    timeoutMs,
    noProgressMs,
    cache,
    isolation,
    io,
    retry,
    chunk,
    config,
  }: { readonly [K in keyof AnyAsset]: unknown } = asset;
  const problems = findRetryPolicyProblems(asset.retry);
  if (!isRecord(retry)) problems.push(`retry is ${describeType(retry)}; it must be an object`);
  if (typeof materialize !== "function")
    problems.push(`materialize is ${describeType(materialize)}; it must be a function`);
  problems.push(...timeoutProblems(timeoutMs));
  const isLimit = typeof noProgressMs === "number" && noProgressMs > 0 && noProgressMs <= MAX_TIMEOUT_MS;
  if (noProgressMs !== null && !isLimit) {
    const shown = typeof noProgressMs === "number" ? String(noProgressMs) : describeType(noProgressMs);
    problems.push(`noProgressMs is ${shown}; it must be more than 0 and at most ${MAX_TIMEOUT_MS} (30 days)`);
  }
  if (typeof cache !== "boolean") problems.push(`cache is ${describeType(cache)}; it must be true or false`);
  if (isolation !== "shared" && isolation !== "process") {
    problems.push(`isolation is ${JSON.stringify(isolation)}; it must be "shared" or "process"`);
  }
  problems.push(...chunkProblems(asset, chunk));
  if (config !== null && !isConfigSchema(config)) {
    problems.push(`config is ${describeType(config)}; it must be a schema of zod, valibot or another Standard Schema`);
  }
  if (io !== null && !isIoManager(io)) problems.push(`io is ${describeType(io)}; it must be made by ioManager()`);
  return problems;
}

function chunkProblems(asset: AnyAsset, chunk: unknown): string[] {
  if (chunk === null) return [];
  const fits =
    chunk === "range" || (Number.isSafeInteger(chunk) && Number(chunk) >= 1 && Number(chunk) <= MAX_CHUNK_SIZE);
  if (!fits)
    return [`chunk is ${JSON.stringify(chunk)}; it must be "range" or a whole number from 1 to ${MAX_CHUNK_SIZE}`];
  if (asset.partitions === undefined) return ["it has a chunk and no partitions to make chunks of"];
  // A partition that waits for another one of its own chunk would wait for ever.
  const readsItself = Object.values(asset.deps).some((dependency) => dependency.asset === asset);
  return readsItself
    ? ["it has a chunk and reads its own earlier partitions, which must be made one after the other"]
    : [];
}

function metadataProblems(asset: AnyUpstream): string[] {
  try {
    normalizeMetadata(asset.metadata);
    return [];
  } catch (error) {
    if (isHeddleError(error, "METADATA_INVALID")) return [error.message];
    throw error;
  }
}

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === "string" && item !== "");
}
