import type { CheckedEvent, JsonValue, MaterializedEvent, RunEndedEvent, WebhookEvent } from "@heddle/core";
import type { SerializedError, TickAnswer } from "@heddle/core/internal";

/** What an evaluating process is asked first, once. */
export interface EvaluatorStart {
  readonly type: "start";
  readonly bundle: string;
}

/** An event for a function: as it is declared, with instants in epoch milliseconds. */
export type EventData =
  | (Omit<MaterializedEvent, "at"> & { readonly at: number })
  | (Omit<RunEndedEvent, "at"> & { readonly at: number })
  | (Omit<CheckedEvent, "at"> & { readonly at: number })
  | (Omit<WebhookEvent, "at"> & { readonly at: number });

/** One function that is to be called; the process calls one at a time. */
export interface EvaluatorCall {
  readonly type: "evaluate";
  readonly name: string;
  /** For the function, in milliseconds. */
  readonly timeoutMs: number;
  readonly tick:
    /** Instants in epoch milliseconds. */
    | { readonly kind: "schedule"; readonly scheduledAt: number; readonly previousAt: number }
    | { readonly kind: "sensor"; readonly cursor: string | null; readonly lastTickAt: number | null }
    | { readonly kind: "events"; readonly events: readonly EventData[] };
}

/** What the daemon says to an evaluating process. */
export type EvaluatorCommand = EvaluatorStart | EvaluatorCall;

/** One line that a function logged. */
export interface EvaluatorLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  readonly fields: { readonly [name: string]: JsonValue } | null;
}

/** What an evaluating process says. */
export type EvaluatorMessage =
  | { readonly type: "ready" }
  | { readonly type: "unusable"; readonly error: SerializedError }
  | { readonly type: "log"; readonly line: EvaluatorLine }
  | { readonly type: "answer"; readonly answer: TickAnswer; readonly durationMs: number }
  | { readonly type: "failed"; readonly error: SerializedError; readonly durationMs: number };
