import { HeddleError } from "@heddle/core";
import { profilePreview, type StoredPreview } from "@heddle/core/internal";
import type { PreviewTask } from "../preview/preview-protocol.ts";
import type { StepPorts } from "./step-ports.ts";

/** Most rows of a preview: it is for a person. */
const MAX_ROWS = 1_000;

/**
 * Shows the beginning of a stored value, read by the I/O manager of its asset: its first rows and what is known of each
 * column, a text, a picture; `none` when that I/O manager shows nothing.
 *
 * @throws ASSET_UNKNOWN, IO_MANAGER_MISMATCH, and what the I/O manager throws when it reads
 */
export async function previewStored(
  { assetKey, partitionKey, stored, rows }: PreviewTask,
  { definitions, defaults, signal }: Pick<StepPorts, "definitions" | "defaults" | "signal">,
): Promise<StoredPreview> {
  const asset = definitions.assets.get(assetKey);
  if (asset?.kind !== "asset") {
    throw new HeddleError("ASSET_UNKNOWN", `this code version declares no asset ${assetKey} that can be materialized`);
  }
  const io = asset.io ?? defaults.io;
  if (stored.io !== io.name) {
    const what = partitionKey === null ? assetKey : `${assetKey} [${partitionKey}]`;
    throw new HeddleError(
      "IO_MANAGER_MISMATCH",
      `${what} was stored by "${stored.io}" and is now declared with "${io.name}"`,
      {
        hint: `Materialize ${assetKey} again, so that it is stored the new way.`,
      },
    );
  }
  const store = io.store ?? defaults.store;
  const limit = Math.min(Math.max(1, Math.trunc(rows)), MAX_ROWS);
  const context = { assetKey, partitionKey, stored, store, signal };
  const table = await io.preview?.(context, { rows: limit });
  if (table !== undefined) return profilePreview(table, stored.columns);
  return (await io.previewContent?.(context)) ?? { kind: "none" };
}
