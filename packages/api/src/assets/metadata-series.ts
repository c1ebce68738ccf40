import type { JsonValue } from "@heddle/core";
import { requireAsset } from "@heddle/engine/planning";
import {
  readAssetCodeVersions,
  readFailureMarks,
  readMaterializationHistory,
  readMeasured,
  readMeasuredPartitions,
  type MeasuredRow,
  type Transaction,
} from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { MetadataMark, MetadataSeries, NumberSeries } from "../contract.ts";
import type { MetadataSeriesInput } from "../inputs/assets.ts";

/** Numbers of one asset that are told; what is reported in most materializations goes first. */
const MAX_SERIES = 24;
const MAX_MARKS = 200;
/** Code versions that are told apart; before these no deployment is marked. */
const MAX_CODE_VERSIONS = 30;

/**
 * Answers `assets.metadataSeries`: every number that is recorded of an asset's materializations, over time or over what is
 * in use of its partitions, with what happened in between. The number of queries does not grow.
 * @throws ASSET_UNKNOWN
 */
export async function readMetadataSeries(
  state: ApiState,
  { key, axis, limit }: MetadataSeriesInput,
): Promise<MetadataSeries> {
  return state.db.read("assets.metadataSeries", async (tx) => {
    const index = await state.definitions.index(tx);
    const asset = requireAsset(index, key);
    const environmentId = await state.definitions.environmentId(tx);
    const query = { environmentId, assetId: asset.id, limit };
    const rows = axis === "time" ? await readNewest(tx, query) : await readMeasuredPartitions(tx, query);
    const space = (await state.definitions.spaces(tx, Date.now())).of(asset);
    const marks = axis === "time" ? await readMarks(tx, { ...query, key, rows }) : [];
    return {
      axis,
      at: rows.map(({ publishedAt, ordinal }) => (axis === "time" ? publishedAt.getTime() : ordinal)),
      partitions: rows.map(({ ordinal }) => space.keyOf(ordinal) ?? String(ordinal)),
      ordinals: rows.map(({ ordinal }) => ordinal),
      runIds: rows.map(({ runId }) => runId),
      series: findSeries(rows),
      marks,
    };
  });
}

interface SeriesQuery {
  readonly environmentId: number;
  readonly assetId: number;
  readonly limit: number;
}

async function readNewest(tx: Transaction, query: SeriesQuery): Promise<MeasuredRow[]> {
  const { rows } = await readMaterializationHistory(tx, query);
  return readMeasured(tx, { assetId: query.assetId, places: rows });
}

interface Measured {
  readonly value: number | null;
  readonly unit: string | null;
}

/** Names what everybody has first, then what was reported. */
function findSeries(rows: readonly MeasuredRow[]): NumberSeries[] {
  const found = new Map<string, { unit: string | null; values: (number | null)[]; count: number }>();
  const add = (name: string, at: number, { value, unit }: Measured): void => {
    if (value === null || !Number.isFinite(value)) return;
    let series = found.get(name);
    if (series === undefined) {
      series = { unit, values: Array.from({ length: rows.length }, () => null), count: 0 };
      found.set(name, series);
    }
    series.values[at] = value;
    series.count += 1;
  };
  for (const [at, row] of rows.entries()) {
    add("Rows", at, { value: row.rows, unit: "rows" });
    add("Bytes", at, { value: row.bytes === 0 ? null : row.bytes, unit: "bytes" });
    add("Duration", at, { value: row.durationMs, unit: "ms" });
  }
  const own = found.size;
  for (const [at, { metadata }] of rows.entries()) {
    for (const [name, entry] of Object.entries(metadata ?? {})) {
      const number = numberOf(entry);
      // A reported number does not take the place of what Heddle has measured under that name.
      if (number !== null) add(isMeasured(name) ? `${name} (reported)` : name, at, number);
    }
  }
  const all = [...found].map(([name, { unit, values, count }]) => ({ name, unit, values, count }));
  const reported = all
    .slice(own)
    // Many assets report what Heddle counts anyway.
    .filter((series) => !all.slice(0, own).some((measured) => isSame(measured, series)))
    .toSorted((a, b) => b.count - a.count);
  return [...all.slice(0, own), ...reported]
    .slice(0, MAX_SERIES)
    .map(({ name, unit, values }) => ({ name, unit, values }));
}

function isSame(measured: NumberSeries, reported: NumberSeries): boolean {
  return (
    measured.name.toLowerCase() === reported.name.toLowerCase() &&
    reported.values.every((value, i) => value === null || value === measured.values[i])
  );
}

const isMeasured = (name: string): boolean => name === "Rows" || name === "Bytes" || name === "Duration";

/** A stored metadata value that is a number. */
function numberOf(entry: JsonValue): { readonly value: number; readonly unit: string | null } | null {
  if (typeof entry === "number") return { value: entry, unit: null };
  if (typeof entry !== "object" || entry === null || !("type" in entry) || entry["type"] !== "number") return null;
  const { value, unit } = entry;
  return typeof value === "number" ? { value, unit: typeof unit === "string" ? unit : null } : null;
}

async function readMarks(
  tx: Transaction,
  { key, rows, ...query }: SeriesQuery & { readonly key: string; readonly rows: readonly MeasuredRow[] },
): Promise<MetadataMark[]> {
  const [first] = rows;
  if (first === undefined) return [];
  const failures = await readFailureMarks(tx, { ...query, since: first.publishedAt, limit: MAX_MARKS });
  const ids = [...new Set(rows.map(({ codeVersionId }) => codeVersionId))].slice(-MAX_CODE_VERSIONS);
  const versions = await readAssetCodeVersions(tx, ids);
  const marks = failures.map(({ endedAt, cause, runId, ordinal }): MetadataMark => ({
    at: endedAt.getTime(),
    kind: "failed",
    text: `${cause.replaceAll("_", " ")} in run ${runId}`,
    runId,
    ordinal,
  }));
  let before: string | undefined;
  for (const { codeVersionId, publishedAt, runId, ordinal } of rows) {
    const version = versions.get(codeVersionId)?.get(key);
    if (version !== undefined && before !== undefined && version !== before) {
      const text = `made by other code: ${version.slice(0, 8)} instead of ${before.slice(0, 8)}`;
      marks.push({ at: publishedAt.getTime(), kind: "deploy", text, runId, ordinal });
    }
    before = version ?? before;
  }
  return marks.toSorted((a, b) => a.at - b.at).slice(-MAX_MARKS);
}
