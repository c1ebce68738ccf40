import { HeddleError, type RunPlan } from "@heddle/core";
import type { Database } from "../database.ts";

/** Reads the frozen plan of a run. @throws RUN_UNKNOWN */
export async function readRunPlan(db: Database, runId: number): Promise<RunPlan> {
  const [row] = await db.read(
    "readRunPlan",
    (tx) => tx.sql<{ plan: RunPlan }[]>`select plan from run where id = ${runId}`,
  );
  if (row !== undefined) return row.plan;
  throw new HeddleError("RUN_UNKNOWN", `there is no run ${runId}`, { hint: "It may have been removed by retention." });
}
