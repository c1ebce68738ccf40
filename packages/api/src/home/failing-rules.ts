import { readLastTicks, readSchedules, readSensors, type Transaction } from "@heddle/storage";
import type { AttentionRule } from "../contract.ts";

/** Schedules and sensors that are told. */
const MAX_RULES = 100;
const SHOWN_MESSAGE = 300;

/** Schedules and sensors that are on and whose last tick failed, the newest failure first. */
export async function readFailingRules(tx: Transaction): Promise<AttentionRule[]> {
  const schedules = (await readSchedules(tx)).filter(({ isPaused }) => !isPaused);
  const sensors = (await readSensors(tx)).filter(({ isPaused, failures }) => !isPaused && failures > 0);
  const lastTicks = await readLastTicks(tx, "schedule");
  const lastLooks = await readLastTicks(tx, "sensor");
  const failing = schedules.flatMap(({ name, retryTick, retryAttempts, retryError }): AttentionRule[] => {
    const last = lastTicks.get(name);
    const hasFailed = last?.outcome === "failed";
    if (retryTick === null && !hasFailed) return [];
    const error = retryTick === null ? last?.error : (retryError ?? last?.error);
    const at = retryTick ?? last?.at ?? 0;
    return [{ kind: "schedule", name, at, failures: Math.max(1, retryAttempts), message: messageOf(error) }];
  });
  const blind = sensors.map(({ name, failures, startedAt }): AttentionRule => {
    const last = lastLooks.get(name);
    return {
      kind: "sensor",
      name,
      at: last?.recordedAt.getTime() ?? startedAt ?? 0,
      failures,
      message: messageOf(last?.error),
    };
  });
  return [...failing, ...blind].toSorted((a, b) => b.at - a.at).slice(0, MAX_RULES);
}

function messageOf(error: { readonly message: string } | null | undefined): string {
  return (error?.message.trim().split("\n", 1)[0]?.trim() ?? "").slice(0, SHOWN_MESSAGE);
}
