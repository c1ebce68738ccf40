import type { Actor } from "@heddle/storage";

/** Longest name that a client tells. */
const MAX_NAME = 100;

/**
 * Who a request says that it comes from: a page of the catalog unless it names another client. Nobody has verified it:
 * there is no login.
 */
export function actorOfRequest(headers: Headers): Actor {
  const client = headers.get("x-heddle-client");
  const kind = client === "command" || client === "api" ? client : "catalog";
  const name = headers.get("x-heddle-user");
  return { kind, name: name === null || name === "" ? null : name.slice(0, MAX_NAME) };
}
