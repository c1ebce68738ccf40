import type { Context } from "hono";

/** Whether an answer to a request may be compressed by gzip. */
export function acceptsGzip(context: Context): boolean {
  return /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/.test(context.req.header("accept-encoding") ?? "");
}
