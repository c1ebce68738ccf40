import { HeddleError } from "@heddle/core";
import { type RunPlan } from "@heddle/core/internal";
import { eq } from "drizzle-orm";
import type { Database, Transaction } from "../database.ts";
import { run } from "../schema/index.ts";

/** Reads the frozen plan of a run. @throws RUN_UNKNOWN */
export async function readRunPlan(db: Database, runId: number): Promise<RunPlan> {
  return db.read("readRunPlan", (tx) => readRunPlanIn(tx, runId));
}

/** The same within a transaction. @throws RUN_UNKNOWN */
export async function readRunPlanIn({ drizzle }: Transaction, runId: number): Promise<RunPlan> {
  const [row] = await drizzle.select({ plan: run.plan }).from(run).where(eq(run.id, runId));
  if (row !== undefined) return row.plan;
  throw new HeddleError("RUN_UNKNOWN", `there is no run ${runId}`, { hint: "It may have been removed by retention." });
}
