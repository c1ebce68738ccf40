import { PartitionSet } from "@heddle/core/internal";
import type { Transaction } from "../database.ts";

/** What is known of the partitions of one asset that are out of date. */
export interface StalenessRow {
  readonly assetId: number;
  /** Stands for everything in the definitions that it was judged by. */
  readonly definition: string;
  /** Made by other code. */
  readonly code: PartitionSet;
  /** Made from inputs that came out different since; of those that are not in `code`. */
  readonly inputs: PartitionSet;
  /** All that is out of date: those, and what reads something that is. */
  readonly stale: PartitionSet;
  /** May have changed and is not judged yet: a run holds it, or there was too much at once. */
  readonly pending: PartitionSet;
}

/** The same as it is stored, with the instant of the judgement. */
export interface StoredStaleness extends StalenessRow {
  readonly judgedAt: Date;
}

interface Encoded {
  readonly assetId: number;
  readonly definition: string;
  readonly code: Uint8Array;
  readonly inputs: Uint8Array;
  readonly stale: Uint8Array;
  readonly pending: Uint8Array;
  readonly judgedAt: Date;
}

/** Reads what is known of all assets, or of the given ones, by asset id: one row for each. */
export async function readStaleness(
  { sql }: Transaction,
  { environmentId, assetIds }: { readonly environmentId: number; readonly assetIds?: readonly number[] | undefined },
): Promise<Map<number, StoredStaleness>> {
  const only = assetIds === undefined ? sql`` : sql`and asset_id = any (${assetIds}::integer[])`;
  const rows = await sql<Encoded[]>`
    select asset_id as "assetId", definition, code, inputs, stale, pending, judged_at as "judgedAt"
    from asset_staleness where environment_id = ${environmentId} ${only}`;
  return new Map(
    rows.map(({ assetId, definition, judgedAt, ...sets }) => [
      assetId,
      {
        assetId,
        definition,
        judgedAt,
        code: PartitionSet.decode(sets.code),
        inputs: PartitionSet.decode(sets.inputs),
        stale: PartitionSet.decode(sets.stale),
        pending: PartitionSet.decode(sets.pending),
      },
    ]),
  );
}
