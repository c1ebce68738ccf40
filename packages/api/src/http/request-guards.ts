import type { MiddlewareHandler } from "hono";
import { isAllowedHost } from "./host-allow-list.ts";
import { refuse } from "./refusal.ts";

/** Most procedures in one request. */
export const MAX_BATCH_SIZE = 20;
/** Header that a request which may change something must carry: a page of another site cannot send it unasked. */
export const CHANGE_HEADER = "x-heddle";

/** Refuses requests that address this server by a foreign name (421). `port` is asked for at each request. */
export function hostGuard(port: () => number): MiddlewareHandler {
  return async (context, next) => {
    if (!isAllowedHost(context.req.header("host"), port())) return refuse(context, 421, "API_HOST_REFUSED");
    return next();
  };
}

/**
 * Guards the API against other sites in the same browser. Whatever a browser says to come from elsewhere is refused;
 * anything but a plain read must carry proof that it comes from a page of this server.
 */
export const originGuard: MiddlewareHandler = async (context, next) => {
  const { req } = context;
  const site = req.header("sec-fetch-site");
  const origin = req.header("origin");
  // `none` is a request by the user's own hand, such as an address typed in.
  const foreign =
    (site !== undefined && site !== "same-origin" && site !== "none") ||
    (origin !== undefined && origin !== `http://${req.header("host") ?? ""}`);
  if (foreign) return refuse(context, 403, "API_ORIGIN_REFUSED");
  if (req.method === "GET") return next();
  if (req.method !== "POST") return refuse(context, 405, "API_METHOD_REFUSED");

  const proven = req.header(CHANGE_HEADER) === "1" && (origin !== undefined || site === "same-origin");
  if (!proven) return refuse(context, 403, "API_ORIGIN_REFUSED");
  const mediaType = req.header("content-type")?.split(";", 1)[0]?.trim().toLowerCase();
  if (mediaType !== "application/json") return refuse(context, 403, "API_CONTENT_TYPE_REFUSED");
  return next();
};

/** Refuses a request that calls more than {@link MAX_BATCH_SIZE} procedures (413). */
export const batchGuard: MiddlewareHandler = async (context, next) => {
  // Counted in the raw path too: the router decodes it, and a comma may come as %2C.
  const calls = context.req.path.split(/,|%2c/i).length;
  if (calls > MAX_BATCH_SIZE) return refuse(context, 413, "API_BATCH_TOO_LARGE");
  return next();
};
