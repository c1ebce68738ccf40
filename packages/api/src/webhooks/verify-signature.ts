import { createHmac, timingSafeEqual } from "node:crypto";
import type { WebhookSignature } from "@heddle/core";

/** A request to a webhook sensor, as it came. */
export interface SignedRequest {
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** What a signature says. */
export type SignatureVerdict =
  /** `deliveryId`: how the sender names the request; `null` where only the body can say it. */
  { readonly kind: "valid"; readonly deliveryId: string | null } | { readonly kind: "missing" | "wrong" | "too_old" };

/** How signatures are verified. */
export interface VerifyOptions {
  readonly signature: WebhookSignature;
  readonly secret: string;
  /** How far the time in the signature may lie from `now`. */
  readonly toleranceMs: number;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Longest name of a delivery. */
const MAX_ID = 200;
/** Signatures of one request that are looked at: a sender that changes its secret sends two. */
const MAX_SIGNATURES = 10;

/** Says whether a request is signed with the secret, and not too long ago. Compares in constant time. */
export function verifySignature(request: SignedRequest, options: VerifyOptions): SignatureVerdict {
  switch (options.signature) {
    case "standard":
      return verifyStandard(request, options);
    case "github":
      return verifyGithub(request, options);
    case "stripe":
      return verifyStripe(request, options);
  }
}

/** https://www.standardwebhooks.com: what is signed is `id.timestamp.body`. */
function verifyStandard({ headers, body }: SignedRequest, options: VerifyOptions): SignatureVerdict {
  const id = headers.get("webhook-id");
  const timestamp = headers.get("webhook-timestamp");
  const given = headers.get("webhook-signature");
  if (!isId(id) || timestamp === null || given === null) return { kind: "missing" };
  const expected = hmac(standardKey(options.secret), `${id}.${timestamp}.`, body);
  const signatures = given.split(" ").flatMap((one) => (one.startsWith("v1,") ? fromBase64(one.slice(3)) : []));
  return judge(signatures, expected, { timestamp, options, deliveryId: id });
}

/** https://docs.github.com/webhooks: the body alone is signed. */
function verifyGithub({ headers, body }: SignedRequest, { secret }: VerifyOptions): SignatureVerdict {
  const given = headers.get("x-hub-signature-256");
  const id = headers.get("x-github-delivery");
  if (given === null || !isId(id)) return { kind: "missing" };
  const signatures = given.startsWith("sha256=") ? fromHex(given.slice("sha256=".length)) : [];
  const isValid = signatures.some((one) => isSame(one, hmac(secret, "", body)));
  return isValid ? { kind: "valid", deliveryId: id } : { kind: "wrong" };
}

/** https://docs.stripe.com/webhooks: what is signed is `timestamp.body`. */
function verifyStripe({ headers, body }: SignedRequest, options: VerifyOptions): SignatureVerdict {
  const given = headers.get("stripe-signature");
  if (given === null) return { kind: "missing" };
  const parts = given.split(",").map((part) => part.trim().split("=", 2));
  const timestamp = parts.find(([name]) => name === "t")?.[1];
  if (timestamp === undefined) return { kind: "missing" };
  const signatures = parts.flatMap(([name, value]) => (name === "v1" && value !== undefined ? fromHex(value) : []));
  return judge(signatures, hmac(options.secret, `${timestamp}.`, body), { timestamp, options, deliveryId: null });
}

function judge(
  signatures: readonly Buffer[],
  expected: Buffer,
  {
    timestamp,
    options: { now, toleranceMs },
    deliveryId,
  }: { readonly timestamp: string; readonly options: VerifyOptions; readonly deliveryId: string | null },
): SignatureVerdict {
  if (!signatures.slice(0, MAX_SIGNATURES).some((one) => isSame(one, expected))) return { kind: "wrong" };
  // Only now: without the secret nobody learns what the clock of the server says.
  const at = /^\d{1,12}$/u.test(timestamp) ? Number(timestamp) * 1_000 : Number.NaN;
  return Math.abs(now - at) <= toleranceMs ? { kind: "valid", deliveryId } : { kind: "too_old" };
}

/** Secrets of Standard Webhooks are bytes in base64 behind `whsec_`; any other text is taken as it is. */
function standardKey(secret: string): Buffer | string {
  return secret.startsWith("whsec_") ? Buffer.from(secret.slice("whsec_".length), "base64") : secret;
}

function hmac(key: Buffer | string, head: string, body: Uint8Array): Buffer {
  return createHmac("sha256", key).update(head).update(body).digest();
}

function isSame(given: Buffer, expected: Buffer): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function fromBase64(text: string): Buffer[] {
  return /^[A-Za-z0-9+/]{43}=$/u.test(text) ? [Buffer.from(text, "base64")] : [];
}

function fromHex(text: string): Buffer[] {
  return /^[0-9a-f]{64}$/iu.test(text) ? [Buffer.from(text, "hex")] : [];
}

function isId(id: string | null): id is string {
  return id !== null && /^[\x21-\x7e]+$/u.test(id) && id.length <= MAX_ID;
}
