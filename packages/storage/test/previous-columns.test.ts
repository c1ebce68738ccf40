import { createTestDatabase } from "./support/index.ts";
import type { StoredColumn, StoredValue } from "@heddle/core";
import { expect, test } from "vitest";
import { admitRun, createRun, readPreviousColumns, type Claim, type StepOutcome } from "../src/index.ts";
import { readRunPlanIn } from "../src/read/run-plan.ts";
import { launchAndClaim, settle } from "./fixtures/launched-run.ts";
import { succeed } from "./fixtures/run-fixtures.ts";

function withColumns(held: Claim, columns: readonly StoredColumn[] | undefined): StepOutcome[] {
  const stored: StoredValue = { io: "parquet", objects: [], dataVersion: "d", ...(columns && { columns }) };
  return succeed(held, held.partitions).map((outcome) =>
    outcome.kind === "success" ? { ...outcome, stored } : outcome,
  );
}

const column = (name: string): StoredColumn => ({ name, type: "Utf8", nullable: false });

test("the columns of what was made last are found in one query for several assets", async () => {
  await using database = await createTestDatabase();
  const { db } = database;
  const world = await launchAndClaim(db, { a: { partitions: 20_000 } });
  const { held, workerId } = world;
  const { assetId } = held;
  const read = (...ids: number[]) => readPreviousColumns(db, held.environmentId, ids);
  expect(await read()).toEqual(new Map());
  expect(await read(assetId, 999)).toEqual(new Map());

  await settle(db, workerId, withColumns(held, [{ ...column("x"), min: "a", max: "b", nulls: 0 }]));
  expect(await read(assetId, 999)).toEqual(new Map([[assetId, [column("x")]]]));
  expect(await readPreviousColumns(db, held.environmentId + 1, [assetId])).toEqual(new Map());

  // A later run makes other partitions, and the same ones again.
  const plan = await db.read("plan", (tx) => readRunPlanIn(tx, world.runId));
  const { runId } = await createRun(db, { plan, origin: { kind: "manual" }, environment: "production" });
  await admitRun(db, runId, 100);
  const next = (await world.claim(workerId)).filter((claim) => claim.runId === runId);
  for (const claim of next) await settle(db, workerId, withColumns(claim, [column("x"), column("y")]));
  expect((await read(assetId)).get(assetId)).toEqual([column("x"), column("y")]);
});
