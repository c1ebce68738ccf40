import { randomUUID } from "node:crypto";
import { PartitionSet } from "@heddle/core/internal";
import type { Database } from "../src/database.ts";
import { claim, codeLocation, codeVersion, run } from "../src/schema/index.ts";

/** Adds a code version of a new code location, and gives its id. */
export async function addCodeVersion(db: Database): Promise<number> {
  return db.transaction("add code version", async ({ drizzle }) => {
    const name = `location ${randomUUID()}`;
    const [location] = await drizzle.insert(codeLocation).values({ name, directory: "/" }).returning();
    const [version] = await drizzle
      .insert(codeVersion)
      .values({
        codeLocationId: location!.id,
        hash: "hash",
        snapshot: { protocol: 1, assets: [] },
        bundle: new Uint8Array(),
      })
      .returning();
    return version!.id;
  });
}

/** Adds a run that runs, of a code version of its own, and gives its id. */
export async function addRun(db: Database, values: Partial<typeof run.$inferInsert> = {}): Promise<number> {
  const codeVersionId = await addCodeVersion(db);
  const [row] = await db.drizzle
    .insert(run)
    .values({
      environmentId: 1,
      status: "running",
      origin: { kind: "manual" },
      codeVersionId,
      plan: { protocol: 1, at: 0, order: "oldest", dynamicKeys: {}, assets: [], warnings: [], total: 0 },
      planHash: "hash",
      total: 1,
      unfinished: 1,
      ...values,
    })
    .returning();
  return row!.id;
}

/** Adds a claim of one step of a run. */
export async function addClaim(db: Database, { runId, workerId }: { runId: number; workerId: string }): Promise<void> {
  const partitions = PartitionSet.of([0]);
  await db.drizzle.insert(claim).values({ runId, workerId, assetId: 1, requestId: randomUUID(), partitions, size: 1 });
}
