import { randomUUID } from "node:crypto";
import { connectApi, type OpenProject } from "../api-client.ts";
import { followRun } from "../follow-run.ts";
import { print } from "../terminal.ts";

/** Materializes everything once, when nothing ever was: a new user sees real data at once. */
export async function firstRun(opened: OpenProject): Promise<void> {
  await using project = await connectApi(opened);
  const { items } = await project.api.runs.list({ limit: 1 });
  if (items.length > 0) return;
  const request = { selection: "*", partitions: { kind: "all" } } as const;
  const preview = await project.api.plan.preview(request);
  if (preview.total === 0) return;
  print(`Nothing was ever materialized. ${preview.effect} …`);
  const result = await project.api.plan.launch({
    ...request,
    planHash: preview.hash,
    at: preview.at,
    idempotencyKey: `first-run-${randomUUID()}`,
  });
  if (result.kind === "launched") await followRun(project, result.runId, { cancels: false });
}
