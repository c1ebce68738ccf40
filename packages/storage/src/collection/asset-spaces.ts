import { type PartitionSpace } from "@heddle/core";
import { createPartitionSpaces, type AssetSnapshot } from "@heddle/core/internal";
import type { Transaction } from "../database.ts";
import { dynamicNamesOf } from "../dynamic/dynamic-names.ts";
import { readDynamicHistory } from "../read/dynamic-keys.ts";

/** The partitions of one definition of an asset. */
export interface AssetSpace {
  readonly assetId: number;
  readonly space: PartitionSpace;
}

/** The partitions of assets, under every numbering that each ever had. */
export async function readAssetSpaces(
  tx: Transaction,
  assetKeys: readonly string[],
): Promise<Map<string, AssetSpace[]>> {
  const rows = await tx.sql<{ id: number; key: string; definition: AssetSnapshot }[]>`
    select id, key, definition from asset where key = any (${assetKeys}::text[]) order by id`;
  const names = dynamicNamesOf(rows.map(({ definition }) => definition));
  const spaces = createPartitionSpaces(Date.now(), await readDynamicHistory(tx, names));
  const found = new Map<string, AssetSpace[]>();
  for (const { id, key, definition } of rows) {
    const known = found.get(key) ?? [];
    known.push({ assetId: id, space: spaces.spaceOf(definition.partitions) });
    found.set(key, known);
  }
  return found;
}
