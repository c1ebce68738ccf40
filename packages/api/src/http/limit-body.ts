import type { MiddlewareHandler } from "hono";
import { refuse } from "./refusal.ts";

/** What a request may carry. */
const MAX_BODY_BYTES = 1_048_576;
/**
 * So much of a body that is too large is still taken in before the answer. A sender that is cut off while it writes never
 * hears the answer: it sees a broken connection, and sends the same again.
 */
const MAX_TAKEN_BYTES = 16 * MAX_BODY_BYTES;

/** Refuses bodies that are larger than a megabyte. */
export const limitBody: MiddlewareHandler = async (context, next) => {
  const { body, headers } = context.req.raw;
  if (body === null) return next();
  const announced = headers.has("transfer-encoding") ? null : headers.get("content-length");
  if (announced !== null && Number(announced) <= MAX_BODY_BYTES) return next();
  const { size, parts } = await take(body);
  if (size <= MAX_BODY_BYTES) {
    context.req.raw = new Request(context.req.raw, { method: context.req.method, body: Buffer.concat(parts) });
    return next();
  }
  if (size > MAX_TAKEN_BYTES) context.header("connection", "close");
  return refuse(context, 413, "API_BODY_TOO_LARGE");
};

/** Reads a body as far as it may go on; of one that is too large nothing is kept. */
async function take(body: ReadableStream<Uint8Array>): Promise<{ size: number; parts: readonly Uint8Array[] }> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = body.getReader();
  while (size <= MAX_TAKEN_BYTES) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size <= MAX_BODY_BYTES) parts.push(value);
    else parts.length = 0;
  }
  return { size, parts };
}
