import type { StoredValue } from "@heddle/core";
import type { PartitionSet } from "@heddle/core/internal";
import type { Database } from "../database.ts";
import { rangeBounds } from "../range-bounds.ts";

/** Which partitions of which upstream asset are wanted. */
export interface StoredInputRequest {
  readonly assetKey: string;
  /**
   * How the definition numbers its partitions that `partitions` are of (`partitionScheme`): a run goes by the definitions
   * of its own code version, also when others are in force by now.
   */
  readonly scheme: string;
  readonly partitions: PartitionSet;
}

/** One current materialization, as a step reads it. */
export interface StoredInput {
  readonly ordinal: number;
  /** The run that made it. */
  readonly runId: number;
  /** Null when the asset stores nothing through an I/O manager. */
  readonly stored: StoredValue | null;
}

/** The current materializations of one upstream asset, by ordinal. */
export interface StoredInputs {
  /** Null when the asset was never registered with such a definition. */
  readonly assetId: number | null;
  readonly byOrdinal: ReadonlyMap<number, StoredInput>;
}

type StoredInputRow = { readonly assetId: number } & (StoredInput | { readonly ordinal: null });

/** Reads the current materializations of upstream partitions in one environment: one query for each upstream asset. */
export async function readStoredInputs(
  db: Database,
  environmentId: number,
  requests: readonly StoredInputRequest[],
): Promise<StoredInputs[]> {
  return db.read("readStoredInputs", (tx) =>
    Promise.all(
      requests.map(async ({ assetKey, scheme, partitions }): Promise<StoredInputs> => {
        const { starts, ends } = rangeBounds(partitions.ranges);
        // One row at least when the asset is known, with nothing but its id when nothing is there.
        const rows = await tx.sql<StoredInputRow[]>`
          select a.id as "assetId", f.ordinal, f.run_id as "runId", f.stored
          from asset a left join lateral (
            select p.ordinal, p.run_id, m.stored
            from unnest(${starts}::bigint[], ${ends}::bigint[]) as wanted (first, past)
            join asset_partition p
              on p.environment_id = ${environmentId} and p.asset_id = a.id
              and p.ordinal >= wanted.first and p.ordinal < wanted.past
            join materialization m on m.asset_id = p.asset_id and m.ordinal = p.ordinal and m.run_id = p.run_id
          ) f on true
          where a.key = ${assetKey} and a.scheme = ${scheme}`;
        const found = rows.filter((row) => row.ordinal !== null);
        return { assetId: rows[0]?.assetId ?? null, byOrdinal: new Map(found.map((row) => [row.ordinal, row])) };
      }),
    ),
  );
}
