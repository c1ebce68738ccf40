import type { Pool } from "@heddle/api";
import { MAX_POOL_SLOTS } from "@heddle/core/internal";
import { openApi } from "../api-client.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { withEngine } from "../one-shot-engine.ts";
import type { CommonOptions } from "../program/command-types.ts";
import { readNumber } from "../read-number.ts";
import { paint, print, printJson, printTable } from "../terminal.ts";

/** `heddle pools` and `heddle pools list` */
export async function listPools(options: CommonOptions): Promise<ExitCode> {
  await using project = await openApi(options.project);
  return await withEngine(project, { needsWorker: false }, async () => {
    const { pools } = await project.api.pools.list();
    if (options.json) for (const pool of pools) printJson(pool);
    else if (pools.length === 0) print(paint.dim("no pools; declare them in definitions({ pools: { name: slots } })"));
    else printTable(pools.map(describePool));
    return EXIT.ok;
  });
}

/** `heddle pools set` */
export async function setPool(name: string, slots: string, options: CommonOptions): Promise<ExitCode> {
  const wanted = slots === "default" ? null : readNumber(slots, { name: "slots", min: 0, max: MAX_POOL_SLOTS });
  await using project = await openApi(options.project);
  return await withEngine(project, { needsWorker: false }, async () => {
    const { changed, pool } = await project.api.pools.set({ name, slots: wanted });
    if (options.json) printJson({ name, changed, pool });
    else if (pool === null) print(`${name} is no limit any more`);
    else print(`${name} ${changed ? "has" : "had"} ${pool.slots} slots${changed ? "" : " already"}`);
    return EXIT.ok;
  });
}

function describePool({ name, slots, declaredSlots, isSet, used, ready, holders }: Pool): string[] {
  const use = `${used} of ${slots}`;
  const declared = declaredSlots === null ? "set by hand" : `set by hand, declared ${declaredSlots}`;
  return [
    name,
    used >= slots ? paint.yellow(use) : use,
    ready === 0 ? "" : `${ready} ready`,
    isSet ? paint.dim(declared) : "",
    paint.dim(holders.map(({ runId, asset, slots: taken }) => `run ${runId} ${asset.key} ${taken}`).join(", ")),
  ];
}
