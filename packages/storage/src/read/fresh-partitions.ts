import { type JsonValue } from "@heddle/core";
import { canonicalJson, judgeReuse, PartitionSet, type ReuseInput, type ReuseRefusal } from "@heddle/core/internal";
import type { Database, TransactionSql } from "../database.ts";
import type { MaterializationInputs } from "../schema/index.ts";
import type { StoredInputs } from "./stored-inputs.ts";

/** Partitions of one asset whose steps would start now. */
export interface FreshQuery {
  readonly environmentId: number;
  readonly assetId: number;
  readonly assetKey: string;
  readonly partitions: PartitionSet;
  /** Of the asset in the code that would execute. */
  readonly codeVersion: string;
  /** What the run states as its config; `undefined` for nothing. */
  readonly config: JsonValue | undefined;
  readonly takesConfig: boolean;
  readonly readsExternal: boolean;
  /** By dependency: what is there now, and which of it a partition reads. */
  readonly inputs: readonly { readonly stored: StoredInputs; readonly readBy: (ordinal: number) => PartitionSet }[];
  /** The asset's code version in versions of the code; one that is not kept is not in the answer. */
  readonly codeVersionsOf: (codeVersionIds: readonly number[]) => Promise<ReadonlyMap<number, string>>;
}

interface MadeRow {
  readonly ordinal: number;
  readonly runId: number;
  readonly codeVersionId: number;
  readonly inputs: MaterializationInputs | null;
}

/**
 * Says of each partition why it is to be made; `null` for one that is up to date. Four statements at the most, however
 * many partitions there are.
 */
export async function findFreshPartitions(db: Database, query: FreshQuery): Promise<Map<number, ReuseRefusal | null>> {
  return db.read("findFreshPartitions", async ({ sql }) => {
    const [made, failed] = await Promise.all([readMade(sql, query), readFailed(sql, query)]);
    const [codeVersions, versions, sameConfig] = await Promise.all([
      query.codeVersionsOf([...new Set([...made.values()].map(({ codeVersionId }) => codeVersionId))]),
      readVersions(sql, [...inputsOf(query, made)]),
      findSameConfig(sql, query, made),
    ]);
    const verdicts = new Map<number, ReuseRefusal | null>();
    for (const ordinal of query.partitions) {
      const row = made.get(ordinal);
      const read = new ReadInputs(row?.inputs ?? []);
      const facts = {
        made:
          row === undefined
            ? null
            : {
                codeVersion: codeVersions.get(row.codeVersionId),
                hasSameConfig: sameConfig(row.runId),
                hasReadOthers: read.hasOthers(query, ordinal),
              },
        hasFailed: failed.has(ordinal),
        codeVersion: query.codeVersion,
        readsExternal: query.readsExternal,
        inputs: compareInputs(query, { ordinal, read, versions }),
      };
      verdicts.set(ordinal, judgeReuse(facts));
    }
    return verdicts;
  });
}

async function readMade(sql: TransactionSql, query: FreshQuery): Promise<Map<number, MadeRow>> {
  const { environmentId, assetId, partitions } = query;
  const rows = await sql<MadeRow[]>`
    select m.ordinal, m.run_id as "runId", m.code_version_id as "codeVersionId", m.inputs
    from unnest(${bounds(partitions, 0)}::bigint[], ${bounds(partitions, 1)}::bigint[]) as wanted (first, past)
    join asset_partition p on p.environment_id = ${environmentId}::smallint and p.asset_id = ${assetId}::integer
      and p.ordinal >= wanted.first and p.ordinal < wanted.past
    join materialization m on m.asset_id = p.asset_id and m.ordinal = p.ordinal and m.run_id = p.run_id`;
  return new Map(rows.map((row) => [row.ordinal, row]));
}

async function readFailed(sql: TransactionSql, query: FreshQuery): Promise<PartitionSet> {
  const { environmentId, assetId, partitions } = query;
  const chunks = [...partitions.chunks()].map(({ chunk }) => chunk);
  const rows = await sql<{ failed: Uint8Array }[]>`
    select failed from asset_chunk
    where environment_id = ${environmentId} and asset_id = ${assetId} and chunk = any(${chunks}::integer[])`;
  return PartitionSet.fromRanges(rows.flatMap(({ failed }) => [...PartitionSet.decode(failed).ranges]));
}

/** A materialization of an upstream partition. */
interface InputRef {
  readonly assetId: number;
  readonly runId: number;
  readonly ordinal: number;
}

/** All that partitions read when they were made, and would read now. */
function* inputsOf(query: FreshQuery, made: ReadonlyMap<number, MadeRow>): Iterable<InputRef> {
  for (const { ordinal, inputs } of made.values()) {
    for (const { assetId, runId, partitions } of inputs ?? [])
      for (const input of PartitionSet.fromRanges(partitions)) yield { assetId, runId, ordinal: input };
    for (const { stored, readBy } of query.inputs) {
      if (stored.assetId === null) continue;
      for (const input of readBy(ordinal)) {
        const found = stored.byOrdinal.get(input);
        if (found !== undefined) yield { assetId: stored.assetId, runId: found.runId, ordinal: input };
      }
    }
  }
}

type VersionOf = (ref: InputRef) => string | null;

async function readVersions(sql: TransactionSql, refs: readonly InputRef[]): Promise<VersionOf> {
  if (refs.length === 0) return () => null;
  const groups = Map.groupBy(refs, ({ assetId, runId }) => `${assetId}/${runId}`);
  const [assetIds, runIds, starts, ends]: [number[], number[], number[], number[]] = [[], [], [], []];
  for (const group of groups.values()) {
    const [first] = group;
    if (first === undefined) continue;
    const { ranges } = PartitionSet.of(group.map(({ ordinal }) => ordinal));
    for (let at = 0; at < ranges.length; at += 2) {
      assetIds.push(first.assetId);
      runIds.push(first.runId);
      starts.push(ranges[at] ?? 0);
      ends.push(ranges[at + 1] ?? 0);
    }
  }
  const rows = await sql<(InputRef & { readonly dataVersion: string | null })[]>`
    select m.asset_id as "assetId", m.run_id as "runId", m.ordinal, m.data_version as "dataVersion"
    from unnest(${assetIds}::integer[], ${runIds}::bigint[], ${starts}::bigint[], ${ends}::bigint[])
      as k (asset_id, run_id, first, past)
    join materialization m on m.asset_id = k.asset_id and m.ordinal >= k.first and m.ordinal < k.past and m.run_id = k.run_id`;
  const versions = new Map(rows.map((row) => [nameOf(row), row.dataVersion]));
  return (ref) => versions.get(nameOf(ref)) ?? null;
}

function nameOf({ assetId, runId, ordinal }: InputRef): string {
  return `${assetId}/${runId}/${ordinal}`;
}

/** What one partition was made from. */
class ReadInputs {
  readonly #inputs: readonly { readonly assetId: number; readonly runId: number; readonly set: PartitionSet }[];

  constructor(inputs: MaterializationInputs) {
    this.#inputs = inputs.map(({ assetId, runId, partitions }) => ({
      assetId,
      runId,
      set: PartitionSet.fromRanges(partitions),
    }));
  }

  runOf(assetId: number, ordinal: number): number | undefined {
    return this.#inputs.find((input) => input.assetId === assetId && input.set.has(ordinal))?.runId;
  }

  /** Whether it has read what it would not read now. */
  hasOthers({ inputs }: FreshQuery, ordinal: number): boolean {
    return this.#inputs.some(({ assetId, set }) => {
      let rest = set;
      for (const { stored, readBy } of inputs) if (stored.assetId === assetId) rest = rest.subtract(readBy(ordinal));
      return !rest.isEmpty;
    });
  }
}

function* compareInputs(
  query: FreshQuery,
  { ordinal, read, versions }: { readonly ordinal: number; readonly read: ReadInputs; readonly versions: VersionOf },
): Iterable<ReuseInput> {
  for (const { stored, readBy } of query.inputs) {
    const { assetId } = stored;
    if (assetId === null) continue;
    for (const input of readBy(ordinal)) {
      const found = stored.byOrdinal.get(input);
      if (found === undefined) continue;
      const readRun = read.runOf(assetId, input);
      yield {
        dataVersion: versions({ assetId, runId: found.runId, ordinal: input }),
        read: readRun === undefined ? undefined : versions({ assetId, runId: readRun, ordinal: input }),
      };
    }
  }
}

/** Runs are asked for their plan only where the function takes config. What is not kept had another one. */
async function findSameConfig(
  sql: TransactionSql,
  { assetKey, config, takesConfig }: FreshQuery,
  made: ReadonlyMap<number, MadeRow>,
): Promise<(runId: number) => boolean> {
  if (!takesConfig) return () => true;
  const runIds = [...new Set([...made.values()].map(({ runId }) => runId))];
  const rows = await sql<{ id: number; config: JsonValue | null }[]>`
    select id, jsonb_path_query_first(
      plan, '$.assets[*] ? (@.key == $key).config', jsonb_build_object('key', ${assetKey}::text)
    ) as config
    from run where id = any(${runIds}::bigint[])`;
  const wanted = canonicalJson(config ?? null);
  const same = new Set(rows.filter((row) => canonicalJson(row.config ?? null) === wanted).map(({ id }) => id));
  return (runId) => same.has(runId);
}

function bounds({ ranges }: PartitionSet, side: 0 | 1): number[] {
  return ranges.filter((_bound, at) => at % 2 === side);
}
