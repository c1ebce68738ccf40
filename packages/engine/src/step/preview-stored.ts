import { HeddleError, type StoredValue, type TablePreview } from "@heddle/core";
import type { StepPorts } from "./step-ports.ts";

/** Most rows of a preview: it is for a person. */
const MAX_ROWS = 1_000;

/** Which stored value is shown. */
export interface PreviewRequest {
  readonly assetKey: string;
  readonly partitionKey: string | null;
  readonly stored: StoredValue;
  /** Most rows, from 1 to 1,000. */
  readonly rows: number;
}

/**
 * Shows the first rows of a stored value, read by the I/O manager of its asset; `null` when that one has no previews.
 *
 * @throws ASSET_UNKNOWN, IO_MANAGER_MISMATCH, and what the I/O manager throws when it reads
 */
export async function previewStored(
  { assetKey, partitionKey, stored, rows }: PreviewRequest,
  { definitions, defaults, signal }: Pick<StepPorts, "definitions" | "defaults" | "signal">,
): Promise<TablePreview | null> {
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
  const preview = await io.preview?.({ assetKey, partitionKey, stored, store, signal }, { rows: limit });
  return preview ?? null;
}
