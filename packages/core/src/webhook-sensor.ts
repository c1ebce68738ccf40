import type { ResourceValues, SlotsOf } from "./dependency-types.ts";
import {
  declareEventSensor,
  type ConsumeOption,
  type EventSensorContext,
  type EventSensorOptions,
} from "./event-sensor.ts";
import type { ResourcesShape } from "./resource.ts";
import type { Sensor } from "./sensor.ts";
import { captureSourceLocation } from "./source-location.ts";
import type { JsonValue } from "./types.ts";

/**
 * How the sender proves who it is. `standard`: Standard Webhooks (`webhook-id`, `webhook-timestamp`, `webhook-signature`),
 * which Heddle's own notifications speak. `github`: `X-Hub-Signature-256`. `stripe`: `Stripe-Signature`. All are an
 * HMAC with SHA-256 over the body as it came.
 */
export type WebhookSignature = "standard" | "github" | "stripe";

/** How old a signed request may be when a sensor does not say. */
export const DEFAULT_WEBHOOK_TOLERANCE_MS = 300_000;

/** A request that came in, with a signature that was right. */
export interface WebhookEvent {
  readonly kind: "webhook";
  readonly at: Date;
  /** How the sender names it: what is sent again has the same. */
  readonly deliveryId: string;
  /** The body, as JSON. */
  readonly payload: JsonValue;
  /** By name in lower case; those with signatures, cookies and credentials are left out. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What {@link webhookSensor} takes. */
export type WebhookSensorOptions<TResources extends ResourcesShape> = EventSensorOptions<WebhookEvent, TResources> & {
  /** Name of the environment variable, of the server, that holds the secret which the sender signs with. */
  readonly secretEnv: string;
  /** @default "standard" */
  readonly signature?: WebhookSignature | undefined;
  /**
   * How far the time in a signature may lie from the present, in milliseconds: an older request may be one that somebody
   * has recorded. GitHub signs no time. @default 300_000
   */
  readonly toleranceMs?: number | undefined;
  /** @default "each" */
  readonly consume?: ConsumeOption | undefined;
};

/**
 * Declares a sensor that reacts to requests from outside: `POST /webhooks/<code location>/<name>` with a signature. What
 * comes while the sensor is paused waits until it is resumed.
 *
 * @example
 * export const pushed = webhookSensor({
 *   name: "pushed",
 *   signature: "github",
 *   secretEnv: "GITHUB_WEBHOOK_SECRET",
 *   selection: [docs],
 *   evaluate({ events }) {
 *     return events.map(({ deliveryId }) => ({ runKey: deliveryId }));
 *   },
 * });
 */
export function webhookSensor<TResources extends ResourcesShape = Record<never, never>>(
  options: WebhookSensorOptions<TResources>,
): Sensor<SlotsOf<TResources>, EventSensorContext<WebhookEvent, ResourceValues<TResources>>> {
  const { secretEnv, signature = "standard", toleranceMs = DEFAULT_WEBHOOK_TOLERANCE_MS } = options;
  const watched = { kind: "webhook", secretEnv, signature, toleranceMs } as const;
  return declareEventSensor(options, watched, captureSourceLocation(webhookSensor));
}
