import { HeddleError } from "@heddle/core";
import { openApi } from "../api-client.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { withEngine } from "../one-shot-engine.ts";
import type { CommonOptions } from "../program/command-types.ts";
import { readNumber } from "../read-number.ts";
import { formatDuration, paint, print, printJson, printTable, visible } from "../terminal.ts";

/** Keys that one call of the API takes. */
const KEYS_PER_CALL = 10_000;
/** Keys of one page. */
const PAGE_SIZE = 500;

/** `heddle partitions list` */
export async function listPartitions(
  definition: string,
  options: CommonOptions & { readonly text?: string; readonly removed?: boolean; readonly limit: string },
): Promise<ExitCode> {
  await using project = await openApi(options.project);
  return await withEngine(project, { needsWorker: false }, async () => {
    const most = readNumber(options.limit, { name: "--limit", min: 1, max: 1_000_000 });
    let shown = 0;
    let total = 0;
    for (let cursor: string | null = null; ;) {
      const page = await project.api.partitions.list({
        definition,
        ...(options.text !== undefined && { text: options.text }),
        removed: options.removed === true,
        cursor,
        limit: Math.min(PAGE_SIZE, most - shown),
      });
      ({ total } = page);
      for (const item of page.items) if (options.json) printJson(item);
      if (!options.json) {
        printTable(
          page.items.map(({ key, ordinal, addedAt, removedAt }) => [
            visible(key),
            paint.dim(`#${ordinal}`),
            removedAt === null
              ? paint.dim(`${formatDuration(Date.now() - addedAt)} ago`)
              : paint.yellow(`removed ${formatDuration(Date.now() - removedAt)} ago`),
          ]),
        );
      }
      shown += page.items.length;
      cursor = page.nextCursor;
      if (cursor === null || shown >= most) break;
    }
    if (!options.json) print(paint.dim(`${shown} shown; ${definition} has ${total} partitions`));
    return EXIT.ok;
  });
}

/** `heddle partitions add` and `heddle partitions remove` */
export async function changePartitions(
  action: "add" | "remove",
  definition: string,
  { keys, options }: { readonly keys: readonly string[]; readonly options: CommonOptions },
): Promise<ExitCode> {
  if (keys.length === 0) {
    throw new HeddleError("CONFIG_INVALID", `no key to ${action}`, {
      hint: `heddle partitions ${action} ${definition} <key…>; a key with blanks needs quotes.`,
    });
  }
  await using project = await openApi(options.project);
  return await withEngine(project, { needsWorker: false }, async () => {
    let changed = 0;
    for (let at = 0; at < keys.length; at += KEYS_PER_CALL) {
      const part = { definition, keys: keys.slice(at, at + KEYS_PER_CALL) };
      changed += (await project.api.partitions[action](part)).changed;
    }
    const unchanged = new Set(keys).size - changed;
    if (options.json) printJson({ definition, changed, unchanged });
    else {
      const [done, state] = action === "add" ? ["added", "there"] : ["removed", "removed"];
      const rest = unchanged === 0 ? "" : `; ${unchanged} ${unchanged === 1 ? "was" : "were"} ${state} already`;
      print(`${done} ${changed} ${changed === 1 ? "partition" : "partitions"} of ${definition}${rest}`);
      if (action === "remove" && changed > 0) {
        print(paint.dim("  What was made of them stays as history, and runs that hold them go on."));
      }
    }
    return EXIT.ok;
  });
}
