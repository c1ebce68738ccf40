import { HeddleError } from "@heddle/core";
import { type TickPreview } from "@heddle/core/internal";
import { readDeployment, readTickAnswer, requestTick, type TickKind } from "@heddle/storage";
import { setTimeout as pause } from "node:timers/promises";
import type { ApiState } from "../api-state.ts";
import type { TickEvaluation } from "../contract.ts";
import { isDaemonAlive } from "../deployment/deployment-health.ts";
import type { TickEvaluateInput } from "../inputs/ticks.ts";
import { describeRecordedError } from "../recorded-error.ts";
import { readTickLog } from "./tick-answers.ts";
import { requireDeclared } from "./tick-list.ts";

/** A caller is told to ask again after this time. */
const DEADLINE_MS = 30_000;
const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 250;

/**
 * Answers `evaluate` of schedules and sensors: user code runs beside the daemon and never here, so the daemon is asked. The
 * same request again waits for the same answer.
 * @throws SCHEDULE_UNKNOWN, SENSOR_UNKNOWN, TICK_UNANSWERED
 */
export async function evaluateTick(state: ApiState, kind: TickKind, input: TickEvaluateInput): Promise<TickEvaluation> {
  const { db } = state;
  const { name, dryRun, requestId: id } = input;
  const known = await readTickAnswer(db, id);
  if (known !== undefined) return describe(known);
  const hasDaemon = await db.read("find daemon", async (tx) => {
    await requireDeclared(tx, kind, name);
    return isDaemonAlive(await readDeployment(tx, await state.definitions.environmentId(tx)));
  });
  if (!hasDaemon) throw unanswered("no daemon runs", "Start one: `heddle dev`.");
  await requestTick(db, { id, kind, name, isDryRun: dryRun });
  const deadline = performance.now() + DEADLINE_MS;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const answer = await readTickAnswer(db, id);
    if (answer !== undefined) return describe(answer);
    if (performance.now() > deadline) {
      throw unanswered(`no daemon answered within ${DEADLINE_MS / 1_000} s`, "Ask again: the same request waits on.");
    }
    await pause(pauseMs);
  }
}

function describe(answer: unknown): TickEvaluation {
  // What a daemon answers is what it says that it is.
  const { error, log, ...rest } = answer as TickPreview;
  return { ...rest, error: describeRecordedError(error), log: readTickLog(log) };
}

function unanswered(why: string, hint: string): HeddleError {
  return new HeddleError("TICK_UNANSWERED", `functions of schedules and sensors cannot be called: ${why}`, { hint });
}
