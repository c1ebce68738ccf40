import type { JsonValue } from "@heddle/core";
import type { StoredPreview } from "@heddle/core/internal";
import { answerPreview, requestPreview, type Database } from "@heddle/storage";
import { randomUUID } from "node:crypto";
import { FIRST_DAY } from "./busy-world.ts";

/** What a worker has answered. */
export const ANSWERED_PREVIEW: StoredPreview = {
  kind: "table",
  columns: [{ name: "t", type: "Float64", nullable: true, min: -40, max: 3, nulls: 0, basis: "value", distinct: 2 }],
  rows: [[-40], [3]],
  totalRows: 2,
  totalColumns: 1,
  isCut: false,
};

/** Has the first day of weather/raw looked at, 50 rows of it, as a worker would. */
export async function answerPreviewOf(db: Database, runId: number): Promise<void> {
  const id = randomUUID();
  const [asset] = await db.read(
    "find asset",
    ({ sql }) => sql<{ id: number; codeVersionId: number }[]>`
    select id, code_version_id as "codeVersionId" from asset where key = 'weather/raw' and superseded_at is null`,
  );
  if (asset === undefined) throw new Error("weather/raw is unknown");
  const value = { assetId: asset.id, ordinal: FIRST_DAY, runId, rows: 50 };
  await requestPreview(db, { id, ...value, codeVersionId: asset.codeVersionId, subject: {} });
  // A preview is made of JSON, which an interface cannot say.
  await answerPreview(db, id, { preview: ANSWERED_PREVIEW } as unknown as JsonValue);
}
