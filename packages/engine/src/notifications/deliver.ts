import { HeddleError, isHeddleError } from "@heddle/core";
import { deserializeError, serializeError } from "@heddle/core/internal";
import type { DueMessage, SendOutcome } from "@heddle/storage";
import { renderMessage } from "./render-message.ts";
import { sendEmail } from "./send-email.ts";
import { SendFailure, sendSlack, sendWebhook, type SendScope } from "./send-http.ts";

const FIRST_RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 600_000;

/** What messages are delivered with. */
export interface DeliveryScope extends SendScope {
  /** Where people open the catalog, without a slash at the end; `null` for no links. */
  readonly publicUrl: string | null;
  /** From 0 to 1, for the jitter of retries. @default Math.random */
  readonly random?: () => number;
}

/** Tries to deliver a message once, and says what came of it. It never throws. */
export async function deliver(message: DueMessage, scope: DeliveryScope): Promise<SendOutcome> {
  const { target } = message;
  try {
    const rendered = renderMessage(message, scope.publicUrl);
    if (target.kind === "webhook") await sendWebhook(message, rendered, { target, scope });
    else if (target.kind === "slack") await sendSlack(message, rendered, { target, scope });
    else await sendEmail(message, rendered, { target, scope });
    return { kind: "sent" };
  } catch (error) {
    if (!(error instanceof SendFailure)) return { kind: "failed", error: serializeError(unexpected(error)) };
    const failure = serializeError(error.failure);
    if (!error.mayRetry) return { kind: "failed", error: failure };
    const afterMs = Math.max(
      error.retryAfterMs ?? 0,
      retryDelayMs(message.attempts, scope.random?.() ?? Math.random()),
    );
    return { kind: "retry", error: failure, afterMs };
  }
}

/** How long to wait after so many attempts: ever longer, and never for all messages at once. */
export function retryDelayMs(attempts: number, random: number): number {
  const grown = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(20, attempts - 1));
  return Math.round(grown * (0.75 + random / 2));
}

function unexpected(cause: unknown): HeddleError {
  if (isHeddleError(cause)) return cause;
  return new HeddleError("NOTIFICATION_UNDELIVERED", "the notification could not be written out", {
    hint: "This is a defect of Heddle: report it with the message.",
    cause: deserializeError(serializeError(cause)),
  });
}
