import { createHash } from "node:crypto";
import type { ErrorCode, JsonValue } from "@heddle/core";
import { parseJson, type SensorSnapshot } from "@heddle/core/internal";
import { findWebhookSensor, recordReceipt, recordRefusal } from "@heddle/storage";
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { ApiState } from "../api-state.ts";
import { describeChange } from "../audit/describe-change.ts";
import { refuse } from "../http/refusal.ts";
import { RequestRate } from "./request-rate.ts";
import { verifySignature, type SignatureVerdict } from "./verify-signature.ts";

/** Where requests from outside come in: code location and sensor. */
export const WEBHOOK_PATH = "/webhooks/:location/:name";

/** Requests with a right signature, of one sensor. */
const TAKEN = { perSecond: 50, burst: 200 };
/** Requests that are refused, of one sensor, that are written to the audit log. */
const AUDITED = { perSecond: 0.1, burst: 10 };
const MAX_NAME = 200;
/** Headers that are not kept: signatures, credentials, and what says nothing. */
const LEFT_OUT =
  /^(?:authorization|cookie|proxy-.*|x-hub-signature.*|stripe-signature|webhook-signature|connection|host)$/u;
const MAX_HEADERS = 50;
const MAX_HEADER = 1_000;

/** Takes requests to webhook sensors. */
export class WebhookReceiver {
  readonly #state: ApiState;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #taken = new RequestRate(TAKEN);
  readonly #audited = new RequestRate(AUDITED);

  constructor(state: ApiState, environment: NodeJS.ProcessEnv) {
    this.#state = state;
    this.#environment = environment;
  }

  /**
   * Answers one request: 202 when it is kept, also when it was before. Who cannot sign learns no more than that: whether
   * the name was right, and nothing about the body.
   */
  async receive(context: Context): Promise<Response> {
    const location = context.req.param("location") ?? "";
    const name = context.req.param("name") ?? "";
    if (location.length > MAX_NAME || name.length > MAX_NAME) return refuse(context, 404, "WEBHOOK_UNKNOWN");
    const sensor = await findWebhookSensor(this.#state.db, { location, name });
    const watched = sensor?.events ?? null;
    if (sensor === undefined || watched?.kind !== "webhook") return refuse(context, 404, "WEBHOOK_UNKNOWN");
    const secret = this.#environment[watched.secretEnv];
    if (secret === undefined || secret === "") {
      return this.#refuse(context, sensor, { status: 503, code: "WEBHOOK_SECRET_MISSING" });
    }
    const body = new Uint8Array(await context.req.arrayBuffer());
    const verdict = verifySignature(
      { headers: context.req.raw.headers, body },
      { ...watched, secret, now: Date.now() },
    );
    if (verdict.kind !== "valid") return this.#refuse(context, sensor, refusalOf(verdict));
    const waitMs = this.#taken.take(sensor.name, performance.now());
    if (waitMs !== null) {
      context.header("retry-after", String(Math.ceil(waitMs / 1_000)));
      return refuse(context, 429, "WEBHOOK_RATE_LIMITED");
    }
    const payload = parseBody(body);
    if (payload === undefined) return this.#refuse(context, sensor, { status: 400, code: "WEBHOOK_BODY_INVALID" });
    const deliveryId = verdict.deliveryId ?? nameOf(payload, body);
    const headers = keptHeaders(context.req.raw.headers);
    const { id, created } = await recordReceipt(this.#state.db, { sensor: sensor.name, deliveryId, headers, payload });
    return context.json({ receipt: id, delivery: deliveryId, duplicate: !created }, 202);
  }

  /** A stranger who knocks a million times writes few rows. */
  async #refuse(
    context: Context,
    { name }: SensorSnapshot,
    { status, code }: { readonly status: ContentfulStatusCode; readonly code: ErrorCode },
  ): Promise<Response> {
    if (this.#audited.take(name, performance.now()) === null) {
      const change = describeChange({ kind: "webhook", name: null }, "webhooks.receive", { name });
      await recordRefusal(this.#state.db, change, code);
    }
    return refuse(context, status, code);
  }
}

function refusalOf({ kind }: SignatureVerdict): { readonly status: ContentfulStatusCode; readonly code: ErrorCode } {
  if (kind === "too_old") return { status: 401, code: "WEBHOOK_TOO_OLD" };
  return { status: 401, code: "WEBHOOK_SIGNATURE_INVALID" };
}

/** The body as JSON that the database can hold; `undefined` when it is not. */
function parseBody(body: Uint8Array): JsonValue | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(body);
    const parsed: unknown = parseJson(text);
    // A text of the database holds no NUL and no half of a surrogate pair, however they are written.
    if (/\\u(?:0000|[dD][89a-fA-F])/u.test(text) && !isStorable(parsed)) return undefined;
    // It comes from JSON.parse.
    return parsed as JsonValue;
  } catch {
    return undefined; // Not UTF-8, or not JSON: the answer says so.
  }
}

function isStorable(value: unknown): boolean {
  if (typeof value === "string") return value.isWellFormed() && !value.includes("\0");
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([name, one]) => isStorable(name) && isStorable(one));
}

/** Stripe names its events in the body; what names itself nowhere is the same when it is the same. */
function nameOf(payload: JsonValue, body: Uint8Array): string {
  const id = typeof payload === "object" && payload !== null && "id" in payload ? payload.id : null;
  if (typeof id === "string" && id !== "" && id.length <= MAX_NAME) return id;
  return createHash("sha256").update(body).digest("hex");
}

function keptHeaders(headers: Headers): Record<string, string> {
  const kept = [...headers].filter(([name]) => !LEFT_OUT.test(name)).slice(0, MAX_HEADERS);
  return Object.fromEntries(
    kept.map(([name, value]) => [name, value.slice(0, MAX_HEADER).toWellFormed().replaceAll("\0", "")]),
  );
}
