import { initTRPC, TRPCError } from "@trpc/server";
import { describeError, statusOf } from "./api-error.ts";
import type { ApiState } from "./api-state.ts";

/** What every procedure gets. */
export interface ApiContext {
  readonly state: ApiState;
}

/** Between two signs of life on a silent stream. */
const PING_INTERVAL_MS = 10_000;
/** A client that has heard nothing for so long connects again. */
const RECONNECT_AFTER_MS = 25_000;

const t = initTRPC.context<ApiContext>().create({
  isDev: false,
  sse: {
    ping: { enabled: true, intervalMs: PING_INTERVAL_MS },
    client: { reconnectAfterInactivityMs: RECONNECT_AFTER_MS },
  },
  errorFormatter: ({ shape, error }) => {
    const heddle = describeError(error);
    return {
      ...shape,
      message: heddle.message,
      data: { code: shape.data.code, httpStatus: shape.data.httpStatus, heddle },
    };
  },
});

/** Gives Heddle's errors the HTTP status that fits; tRPC would call all of them internal. */
const translateErrors = t.middleware(async ({ next }) => {
  const result = await next();
  if (result.ok || result.error.code !== "INTERNAL_SERVER_ERROR") return result;
  const { cause } = result.error;
  const code = statusOf(cause);
  if (code === "INTERNAL_SERVER_ERROR") return result;
  throw new TRPCError({ code, message: result.error.message, cause });
});

export const { router } = t;
export const procedure = t.procedure.use(translateErrors);
