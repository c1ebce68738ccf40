import { PARTITION_STATUSES, PartitionSet, readPartitionExpression } from "@heddle/core/internal";
import { type AssetStanding, readAssetStandings, requireAsset } from "@heddle/engine/planning";
import {
  type PartitionFacts,
  readFailedRuns,
  readPartitionFacts,
  readPartitionFactsInOrder,
  type Transaction,
} from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { PartitionTable } from "../contract.ts";
import { MAX_SORTED_PARTITIONS } from "../inputs/assets.ts";
import { type PartitionTableInput } from "../inputs/partitions.ts";

/** Answers `partitions.table`. @throws ASSET_UNKNOWN, PARTITION_UNKNOWN */
export async function readPartitionTable(state: ApiState, input: PartitionTableInput): Promise<PartitionTable> {
  const { key, partitions: text = "all" } = input;
  return state.db.read("partitions.table", async (tx) => {
    const asset = requireAsset(await state.definitions.index(tx), key);
    const spaces = await state.definitions.spaces(tx, Date.now());
    const space = spaces.of(asset);
    const [standing] = await readAssetStandings(state, tx, { assets: [asset], spaces });
    if (standing === undefined) throw new Error(`no standing was computed for asset ${key}`);
    const { partitions, statuses } = readPartitionExpression(text);
    const named = partitions === "all" ? space.all : space.parseRange(partitions);
    const set = statuses === null ? named : named.intersect(withStatuses(standing, new Set(statuses.map(codeOf))));
    const environmentId = await state.definitions.environmentId(tx);
    const page = await readPage(tx, { input, set, standing, scope: { environmentId, assetId: asset.id } });
    const codes = codesOf(standing, page.ordinals);
    const failed = page.ordinals.filter((_, at) => codes[at] === codeOf("failed"));
    const failedRuns = await readFailedRuns(tx, { environmentId, assetId: asset.id, ordinals: failed });
    return {
      asset: { id: asset.id, key },
      total: set.size,
      reachable: input.sort === "partition" ? set.size : Math.min(set.size, MAX_SORTED_PARTITIONS),
      rows: page.ordinals.map((ordinal, at) => ({
        ordinal,
        partitionKey: space.keyOf(ordinal) ?? "",
        code: codes[at] ?? codeOf("missing"),
        made: describeFacts(page.facts.get(ordinal)),
        failedRunId: failedRuns.get(ordinal) ?? null,
      })),
    };
  });
}

interface PageScope {
  readonly input: PartitionTableInput;
  readonly set: PartitionSet;
  readonly standing: AssetStanding;
  readonly scope: { readonly environmentId: number; readonly assetId: number };
}

interface TablePage {
  readonly ordinals: readonly number[];
  readonly facts: ReadonlyMap<number, PartitionFacts>;
}

async function readPage(tx: Transaction, { input, set, standing, scope }: PageScope): Promise<TablePage> {
  const { sort, descending, offset } = input;
  if (sort === "partition") {
    const ordinals = pageOf(set, input);
    return { ordinals, facts: byOrdinal(await readPartitionFacts(tx, { ...scope, ordinals })) };
  }
  const limit = Math.max(0, Math.min(input.limit, MAX_SORTED_PARTITIONS - offset));
  const { materialized } = standing.sets;
  const made = set.intersect(materialized);
  const within = made.size === materialized.size ? null : made.ranges;
  const rows = await readPartitionFactsInOrder(tx, { ...scope, within, sort, descending, offset, limit });
  // What was never made has no value to be put in order by.
  const place = { offset: Math.max(0, offset - made.size), limit: limit - rows.length };
  const rest = place.limit === 0 ? [] : pageOf(set.subtract(materialized), place);
  return { ordinals: [...rows.map(({ ordinal }) => ordinal), ...rest], facts: byOrdinal(rows) };
}

/** The members of a set at some places of its order; nothing is copied of a set of many ranges. */
function pageOf(
  { ranges, size }: PartitionSet,
  { offset, limit, descending = false }: Pick<PartitionTableInput, "offset" | "limit"> & { descending?: boolean },
): number[] {
  const length = Math.min(limit, Math.max(0, size - offset));
  let place = descending ? size - offset - length : offset;
  const page: number[] = [];
  for (let at = 0; at + 1 < ranges.length && page.length < length; at += 2) {
    const start = (ranges[at] ?? 0) + place;
    const end = ranges[at + 1] ?? 0;
    for (let ordinal = start; ordinal < end && page.length < length; ordinal += 1) page.push(ordinal);
    place = Math.max(0, start - end);
  }
  return descending ? page.toReversed() : page;
}

function byOrdinal(rows: readonly PartitionFacts[]): ReadonlyMap<number, PartitionFacts> {
  return new Map(rows.map((row) => [row.ordinal, row]));
}

function withStatuses({ statuses: { runs } }: AssetStanding, codes: ReadonlySet<number>): PartitionSet {
  const flat: number[] = [];
  for (let at = 0; at < runs.length; at += 3) {
    if (codes.has(runs[at] ?? -1)) flat.push(runs[at + 1] ?? 0, runs[at + 2] ?? 0);
  }
  return PartitionSet.fromRanges(flat);
}

/** The statuses of some partitions; each is found by halving the runs of equal ones. */
function codesOf({ statuses: { runs } }: AssetStanding, ordinals: readonly number[]): number[] {
  return ordinals.map((ordinal) => {
    let low = 0;
    let high = runs.length / 3;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((runs[middle * 3 + 2] ?? 0) <= ordinal) low = middle + 1;
      else high = middle;
    }
    return (runs[low * 3 + 1] ?? Infinity) <= ordinal ? (runs[low * 3] ?? 0) : codeOf("missing");
  });
}

function codeOf(status: (typeof PARTITION_STATUSES)[number]): number {
  return PARTITION_STATUSES.indexOf(status);
}

function describeFacts(facts: PartitionFacts | undefined): PartitionTable["rows"][number]["made"] {
  if (facts === undefined) return null;
  const { runId, publishedAt, durationMs, rows, bytes } = facts;
  return { runId, at: publishedAt.getTime(), durationMs, rows, bytes };
}
