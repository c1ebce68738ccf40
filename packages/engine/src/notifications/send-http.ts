import { createHmac } from "node:crypto";
import { HeddleError, isHeddleError, type NotificationTarget } from "@heddle/core";
import { renderTemplate } from "@heddle/core/internal";
import type { DueMessage } from "@heddle/storage";
import type { AddressPolicy } from "./address-policy.ts";
import { postChecked, type CheckedAnswer } from "./checked-request.ts";
import type { RenderedMessage } from "./render-message.ts";

/** What messages are sent with. */
export interface SendScope {
  /** Where secrets and addresses are that targets name. */
  readonly environment: NodeJS.ProcessEnv;
  readonly policy: AddressPolicy;
  readonly timeoutMs: number;
  /** Certificates besides those that Node trusts. @default none */
  readonly ca?: string | undefined;
}

/** An attempt that failed: whether another one may do better, and after how long at the earliest. */
export class SendFailure extends Error {
  override readonly name = "SendFailure";
  readonly failure: HeddleError;
  readonly mayRetry: boolean;
  readonly retryAfterMs: number | null;

  constructor(
    failure: HeddleError,
    { mayRetry, retryAfterMs = null }: { mayRetry: boolean; retryAfterMs?: number | null },
  ) {
    super(failure.message);
    this.failure = failure;
    this.mayRetry = mayRetry;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The longest time that a receiver may ask for. */
const MAX_RETRY_AFTER_MS = 3_600_000;
/** Of an answer so much is told. */
const SHOWN_ANSWER = 200;
/** Longest text of one block of Slack. */
const SLACK_BLOCK = 2_900;

/** Posts a message as JSON, signed when there is a secret. @throws SendFailure */
export async function sendWebhook(
  message: DueMessage,
  rendered: RenderedMessage,
  { target, scope }: { target: Extract<NotificationTarget, { kind: "webhook" }>; scope: SendScope },
): Promise<void> {
  const url = target.url ?? secretOf(target.urlEnv ?? "", scope);
  const timestamp = Math.floor(Date.now() / 1_000);
  const body = JSON.stringify({
    type: "heddle.notification",
    timestamp: new Date(timestamp * 1_000).toISOString(),
    data: {
      notification: message.notification,
      count: message.count,
      text: rendered.text,
      url: rendered.url,
      events: message.events.map((event, index) => ({
        ...event,
        at: new Date(event.at).toISOString(),
        sentence: rendered.lines[index]?.sentence ?? "",
        url: rendered.lines[index]?.url ?? null,
      })),
    },
  });
  const secret = target.secretEnv === null ? null : secretOf(target.secretEnv, scope);
  const others = Object.entries(target.headersEnv).map(
    ([name, variable]) => [name, secretOf(variable, scope)] as const,
  );
  const headers = {
    ...Object.fromEntries(others),
    "content-type": "application/json",
    "user-agent": "heddle",
    "webhook-id": message.key,
    "webhook-timestamp": String(timestamp),
    ...(secret !== null && { "webhook-signature": signStandard({ id: message.key, timestamp, body, secret }) }),
  };
  judge(await post({ url, headers, body }, scope));
}

/** Signs as the Standard Webhooks are: https://www.standardwebhooks.com */
export function signStandard(signed: {
  readonly id: string;
  /** Epoch seconds. */
  readonly timestamp: number;
  readonly body: string;
  readonly secret: string;
}): string {
  const { id, timestamp, body, secret } = signed;
  const key = secret.startsWith("whsec_") ? Buffer.from(secret.slice("whsec_".length), "base64") : secret;
  return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
}

/** Posts a message to an incoming webhook of Slack. @throws SendFailure */
export async function sendSlack(
  message: DueMessage,
  rendered: RenderedMessage,
  { target, scope }: { target: Extract<NotificationTarget, { kind: "slack" }>; scope: SendScope },
): Promise<void> {
  const text = message.template === null ? slackLines(rendered) : slackTemplate(message.template, rendered);
  const shown = text.length <= SLACK_BLOCK ? text : `${text.slice(0, SLACK_BLOCK)}…`;
  const body = JSON.stringify({
    // What notifications on a phone show.
    text: escapeSlack(rendered.title),
    blocks: [
      { type: "section", text: { type: "mrkdwn", text: shown } },
      { type: "context", elements: [{ type: "mrkdwn", text: `Heddle · ${escapeSlack(message.notification)}` }] },
    ],
  });
  const headers = { "content-type": "application/json", "user-agent": "heddle", "webhook-id": message.key };
  judge(await post({ url: secretOf(target.urlEnv, scope), headers, body }, scope));
}

/** What a receiver is to know and is not in the declaration. @throws SendFailure */
export function secretOf(name: string, { environment }: SendScope): string {
  const value = environment[name];
  if (value !== undefined && value !== "") return value;
  const failure = new HeddleError(
    "NOTIFICATION_CONFIG_MISSING",
    `the daemon has no environment variable ${name}, which the notification needs`,
    { hint: `Set ${name} where the daemon is started, and retry the message.`, details: { variable: name } },
  );
  throw new SendFailure(failure, { mayRetry: false });
}

function slackLines({ lines, more }: RenderedMessage): string {
  const told = lines.map(({ sentence, url }) => `${escapeSlack(sentence)}${url === null ? "" : ` <${url}|Open>`}`);
  return [...told, ...(more > 0 ? [`… and ${more.toLocaleString("en")} more.`] : [])].join("\n");
}

/** A template may hold what Slack makes of texts; the values in it may not. */
function slackTemplate(template: string, { values }: RenderedMessage): string {
  const escaped = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, escapeSlack(value)]));
  return renderTemplate(template, escaped);
}

/** https://api.slack.com/reference/surfaces/formatting#escaping */
function escapeSlack(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

async function post(
  request: { readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly body: string },
  { policy, timeoutMs, ca }: SendScope,
): Promise<CheckedAnswer> {
  try {
    return await postChecked({ ...request, policy, timeoutMs, ca });
  } catch (cause) {
    if (isHeddleError(cause, "NOTIFICATION_ADDRESS_REFUSED")) throw new SendFailure(cause, { mayRetry: false });
    throw undelivered(cause);
  }
}

/** The failure of an attempt that got no answer. */
export function undelivered(cause: unknown): SendFailure {
  const why = typeof cause === "object" && cause !== null && "message" in cause ? String(cause.message) : String(cause);
  const failure = new HeddleError("NOTIFICATION_UNDELIVERED", `the notification was not delivered: ${why}`, {
    hint: "Look whether the receiver can be reached from the daemon.",
  });
  return new SendFailure(failure, { mayRetry: true });
}

function judge({ status, retryAfter, body }: CheckedAnswer): void {
  if (status >= 200 && status < 300) return;
  const answer = body
    .replaceAll(/[\p{C}\s]+/gu, " ")
    .trim()
    .slice(0, SHOWN_ANSWER);
  const said = `${status}${answer === "" ? "" : ` ${answer}`}`;
  const mayRetry = status >= 500 || status === 408 || status === 425 || status === 429;
  const isRedirect = status >= 300 && status < 400;
  const code = mayRetry ? "NOTIFICATION_UNDELIVERED" : "NOTIFICATION_REFUSED";
  const failure = new HeddleError(code, `the receiver answered ${said}`, {
    hint: isRedirect
      ? "Redirects are not followed: give the address that it leads to."
      : "Look at the answer; correct the address, the secret or the receiver.",
    details: { status },
  });
  throw new SendFailure(failure, { mayRetry, retryAfterMs: mayRetry ? parseRetryAfter(retryAfter) : null });
}

function parseRetryAfter(text: string | null): number | null {
  if (text === null) return null;
  const ms = /^\d{1,9}$/u.test(text.trim()) ? Number(text) * 1_000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) ? Math.min(MAX_RETRY_AFTER_MS, Math.max(0, ms)) : null;
}
