import { isOpenRun, limitAction, RUN_LIMITS, type RunLimitName, type RunLimits } from "@heddle/core/internal";
import type { RunDetailRow } from "@heddle/storage";
import type { RunLimitState } from "../contract.ts";

type LimitedRow = Pick<
  RunDetailRow,
  | "limits"
  | "limitsExceeded"
  | "status"
  | "createdAt"
  | "startedAt"
  | "endedAt"
  | "cancelRequestedAt"
  | "letsFinish"
  | "counts"
  | "total"
>;

/** How a run stands to its limits in time. */
export function describeLimits(row: LimitedRow): RunLimitState[] {
  const { limits } = row;
  if (limits === null) return [];
  return RUN_LIMITS.flatMap((limit): RunLimitState[] => {
    if (!isStated(limits, limit)) return [];
    const exceeded = row.limitsExceeded?.find((one) => one.limit === limit);
    const action = exceeded?.action ?? limitAction(limits, limit);
    const at = exceeded?.at ?? instantOf(row, limits, limit);
    const isOpen = isOpenRun(row.status) && row.status !== "canceling" && !(limit === "start" && hasBegun(row));
    const state = exceeded !== undefined ? "exceeded" : isOpen ? "open" : "kept";
    return [{ limit, action, at, state, message: sentence({ limit, action, at, state }, limits) }];
  });
}

/** Why a run is being canceled, or was; null when it is not. */
export function explainCancel(row: LimitedRow): string | null {
  const { status, limitsExceeded, cancelRequestedAt, letsFinish } = row;
  if (status !== "canceling" && status !== "canceled") return null;
  const cause = limitsExceeded?.find(({ action }) => action === "cancel");
  if (cause !== undefined) return CAUSES[cause.limit](instantText(cause.at));
  const when = cancelRequestedAt === null ? "" : ` at ${instantText(cancelRequestedAt.getTime())}`;
  if (!letsFinish) return `Somebody asked for it${when}.`;
  return `Somebody asked for it${when}, and to let finish what ran.`;
}

const CAUSES: { readonly [limit in RunLimitName]: (at: string) => string } = {
  start: (at) => `None of its steps had begun by ${at}.`,
  timeout: (at) => `It ran longer than it may: until ${at}.`,
  deadline: (at) => `It was not over by its deadline, ${at}.`,
};

function isStated({ startWithinMs, runTimeoutMs, deadline, withinMs }: RunLimits, limit: RunLimitName): boolean {
  if (limit === "start") return startWithinMs !== undefined;
  return limit === "timeout" ? runTimeoutMs !== undefined : deadline !== undefined || withinMs !== undefined;
}

/** As it was stated, whether the run still has to keep it or not. */
function instantOf({ createdAt, startedAt }: LimitedRow, limits: RunLimits, limit: RunLimitName): number | null {
  const { startWithinMs = 0, runTimeoutMs = 0, deadline = Infinity, withinMs = Infinity } = limits;
  if (limit === "start") return createdAt.getTime() + startWithinMs;
  if (limit === "timeout") return startedAt === null ? null : startedAt.getTime() + runTimeoutMs;
  return Math.min(deadline, createdAt.getTime() + withinMs);
}

function hasBegun({ counts, total }: LimitedRow): boolean {
  return counts.waiting + counts.ready < total;
}

function sentence(
  { limit, action, at, state }: Omit<RunLimitState, "message">,
  { startWithinMs = 0, runTimeoutMs = 0 }: RunLimits,
): string {
  const by = at === null ? "" : ` by ${instantText(at)}`;
  const demands: { readonly [name in RunLimitName]: string } = {
    start: `Its first step has to begin${by} (${durationText(startWithinMs)} after its launch)`,
    timeout:
      at === null
        ? `It may run for ${durationText(runTimeoutMs)}`
        : `It has to be over${by} (${durationText(runTimeoutMs)} after it was let in)`,
    deadline: `It has to be over${by}`,
  };
  const threat = action === "cancel" ? "; else it is canceled" : "; else that is told";
  if (state === "open") return `${demands[limit]}${threat}.`;
  if (state === "kept") return `${demands[limit]}: kept.`;
  return `${demands[limit]}: exceeded${action === "cancel" ? ", so it was canceled" : ""}.`;
}

function instantText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

function durationText(ms: number): string {
  if (ms < 1_000) return `${ms} ms`;
  if (ms < 120_000) return `${Math.round(ms / 100) / 10} s`;
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 360_000) / 10} h`;
}
