import type { DefinitionsIndex } from "@heddle/engine/planning";
import type { Context, MiddlewareHandler } from "hono";
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { ApiState } from "../api-state.ts";
import { snapshotOf } from "../assets/assets-snapshot.ts";
import { acceptsGzip } from "./accepts-gzip.ts";

const compressed = promisify(gzip);

/** A whole snapshot as it is sent. */
interface SnapshotAnswer {
  readonly body: Uint8Array<ArrayBuffer>;
  /** Names the content, whichever server wrote it. */
  readonly etag: string;
}

/**
 * Answers `assets.snapshot` as the procedure does, to pages that open and hold none yet, from an answer that is written and
 * compressed once for each version of the definitions: 10,000 assets are a megabyte of JSON. A browser keeps it on disk and
 * is told the next time that it is still so. Everything else goes on.
 */
export function snapshotAnswers(state: ApiState): MiddlewareHandler {
  const answers = new WeakMap<DefinitionsIndex, Promise<SnapshotAnswer>>();
  return async (context, next) => {
    if (!isFirstSnapshot(context) || !acceptsGzip(context)) return next();
    // What fails here fails in the procedure, which tells of it in the usual way.
    const index = await state.db.read("assets.snapshot", (tx) => state.definitions.index(tx)).catch(() => null);
    if (index === null) return next();
    let answer = answers.get(index);
    if (answer === undefined) {
      answer = write(index);
      answers.set(index, answer);
    }
    const { body, etag } = await answer;
    const headers = { etag, "cache-control": "private, no-cache", vary: "accept-encoding" };
    if (context.req.header("if-none-match") === etag) return context.body(null, 304, headers);
    return context.body(body, 200, { ...headers, "content-type": "application/json", "content-encoding": "gzip" });
  };
}

/** Whether the whole snapshot is asked for, alone. */
function isFirstSnapshot({ req }: Context): boolean {
  if (req.method !== "GET" || req.query("batch") !== undefined) return false;
  const input = req.query("input");
  return input === "{}" || input === '{"knownVersion":null}';
}

async function write(index: DefinitionsIndex): Promise<SnapshotAnswer> {
  const data = { kind: "snapshot", ...snapshotOf(index) };
  const text = JSON.stringify({ result: { data } });
  const etag = `"${createHash("sha256").update(text).digest("base64url")}"`;
  return { body: new Uint8Array(await compressed(text)), etag };
}
