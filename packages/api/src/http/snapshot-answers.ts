import type { DefinitionsIndex } from "@heddle/engine/planning";
import type { Context, MiddlewareHandler } from "hono";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { ApiState } from "../api-state.ts";
import { snapshotOf } from "../assets/assets-snapshot.ts";
import { acceptsGzip } from "./accepts-gzip.ts";

const compressed = promisify(gzip);

/**
 * Answers `assets.snapshot` as the procedure does, to pages that open and hold none yet, from an answer that is written and
 * compressed once for each version of the definitions: 10,000 assets are a megabyte of JSON. Everything else goes on.
 */
export function snapshotAnswers(state: ApiState): MiddlewareHandler {
  const answers = new WeakMap<DefinitionsIndex, Promise<Uint8Array<ArrayBuffer>>>();
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
    return context.body(await answer, 200, {
      "content-type": "application/json",
      "content-encoding": "gzip",
      "cache-control": "no-store",
      vary: "accept-encoding",
    });
  };
}

/** Whether the whole snapshot is asked for, alone. */
function isFirstSnapshot({ req }: Context): boolean {
  if (req.method !== "GET" || req.query("batch") !== undefined) return false;
  const input = req.query("input");
  return input === "{}" || input === '{"knownVersion":null}';
}

async function write(index: DefinitionsIndex): Promise<Uint8Array<ArrayBuffer>> {
  const data = { kind: "snapshot", ...snapshotOf(index) };
  return new Uint8Array(await compressed(JSON.stringify({ result: { data } })));
}
