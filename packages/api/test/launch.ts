import { randomUUID } from "node:crypto";
import type { TRPCClient } from "@trpc/client";
import type { AppRouter } from "@heddle/api";

type PlanInput = Parameters<TRPCClient<AppRouter>["plan"]["preview"]["query"]>[0];

/** Previews a plan, confirms it and answers the id of its run, which gets the tags. */
export async function launch(
  client: TRPCClient<AppRouter>,
  input: PlanInput,
  tags: Record<string, string> = {},
): Promise<number> {
  const { hash, at } = await client.plan.preview.query(input);
  const launched = await client.plan.launch.mutate({
    ...input,
    tags,
    planHash: hash,
    at,
    idempotencyKey: randomUUID(),
  });
  if (launched.kind !== "launched") throw new Error("the plan changed between preview and launch");
  return launched.runId;
}
