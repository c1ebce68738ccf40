import { isHeddleError } from "@heddle/core";
import { initTRPC, TRPCError } from "@trpc/server";
import { describeError, statusOf } from "./api-error.ts";
import type { Actor } from "@heddle/storage";
import { audited, recordRefusal } from "@heddle/storage";
import type { ApiState } from "./api-state.ts";
import { describeChange } from "./audit/describe-change.ts";

/** What every procedure gets. */
export interface ApiContext {
  readonly state: ApiState;
  /** Who calls. */
  readonly actor: Actor;
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
  if (result.ok) return isAsyncIterable(result.data) ? { ...result, data: translateStream(result.data) } : result;
  const translated = translate(result.error);
  if (translated === result.error) return result;
  throw translated;
});

/** A subscription fails when it is read, long after the middleware has answered. */
async function* translateStream(stream: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  try {
    yield* stream;
  } catch (error) {
    throw translate(error);
  }
}

function translate(error: unknown): unknown {
  const cause = error instanceof TRPCError ? error.cause : error;
  const isUntold = !(error instanceof TRPCError) || error.code === "INTERNAL_SERVER_ERROR";
  const code = statusOf(cause);
  if (!isUntold || code === "INTERNAL_SERVER_ERROR" || !(cause instanceof Error)) return error;
  return new TRPCError({ code, message: cause.message, cause });
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

/**
 * Writes every change down with who made it, in the transaction that makes it. What was refused is written down as well;
 * inputs that are no inputs are not: nothing was asked for.
 */
const audit = t.middleware(async ({ ctx, type, path, getRawInput, next }) => {
  if (type !== "mutation") return next();
  const { state, actor } = ctx;
  const change = describeChange(actor, path, await getRawInput());
  const result = await next({ ctx: { ...ctx, state: { ...state, db: audited(state.db, change) } } });
  const cause = result.ok ? undefined : result.error.cause;
  if (isHeddleError(cause) && statusOf(cause) !== "SERVICE_UNAVAILABLE" && cause.code !== "API_INPUT_INVALID") {
    await recordRefusal(state.db, change, cause.code).catch((error: unknown) => {
      state.log.error("a refused change could not be written to the audit log", error);
    });
  }
  return result;
});

export const { router } = t;
export const procedure = t.procedure.use(translateErrors).use(audit);
