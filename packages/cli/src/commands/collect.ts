import { HeddleError, type JsonValue } from "@heddle/core";
import {
  getCurrentCode,
  previewCollection,
  readCollections,
  requestCollection,
  type CollectionRow,
  type Database,
} from "@heddle/storage";
import { setTimeout as pause } from "node:timers/promises";
import { openApi, type ProjectApi } from "../api-client.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { interruption } from "../interruption.ts";
import { withEngine } from "../one-shot-engine.ts";
import type { CommonOptions } from "../program/command-types.ts";
import { readNumber } from "../read-number.ts";
import { paint, print, printJson, printNote, printTable, visible } from "../terminal.ts";

const HOUR_MS = 3_600_000;
const MAX_GRACE_HOURS = 24 * 3_650;
/** How often it is looked whether the collection is over. */
const LOOK_MS = 200;

/** What `heddle collect` takes. */
export interface CollectOptions extends CommonOptions {
  readonly grace: string;
  readonly dryRun?: boolean;
}

/** `heddle collect`: removes stored values that nothing refers to any more, now instead of within the hour. */
export async function collectValues(options: CollectOptions): Promise<ExitCode> {
  const hours = readNumber(options.grace, { name: "--grace", min: 1, max: MAX_GRACE_HOURS });
  const graceMs = hours * HOUR_MS;
  await using project = await openApi(options.project);
  if (options.dryRun === true) return await preview(project, options, graceMs);
  return await withEngine(project, { needsWorker: true }, async () => {
    const { db } = project.deployment;
    const codeLocationId = await findLocation(project);
    const before = await readState(project);
    await requestCollection(db, { codeLocationId, graceMs }, { isThorough: true });
    return report(await interruption.race(untilOver(project, before)), options);
  });
}

async function preview(project: ProjectApi, options: CollectOptions, graceMs: number): Promise<ExitCode> {
  const { db } = project.deployment;
  const codeLocationId = await findLocation(project);
  const { assets, held, hasMore } = await interruption.race(previewCollection(db, { codeLocationId, graceMs }));
  if (options.json) {
    printJson({ assets, held, hasMore });
    return EXIT.ok;
  }
  const values = assets.reduce((sum, asset) => sum + asset.values, 0);
  const bytes = assets.reduce((sum, asset) => sum + asset.bytes, 0);
  const more = hasMore ? "at least " : "";
  print(`${more}${countOf(values, "replaced value")} with ${formatBytes(bytes)} would be removed`);
  printTable(assets.map((asset) => [`  ${asset.assetKey}`, countOf(asset.values, "value"), formatBytes(asset.bytes)]));
  if (held > 0) print(paint.dim(`${countOf(held, "value")} of runs that go on would stay until these are over`));
  print(paint.dim("What was never published is found by looking into the stores, which a dry run does not."));
  return EXIT.ok;
}

async function findLocation({ deployment, project }: ProjectApi): Promise<number> {
  const code = await getCurrentCode(deployment.db, project.name);
  if (code?.codeVersionId !== null && code?.codeVersionId !== undefined) return code.codeLocationId;
  throw new HeddleError("CODE_LOCATION_NOT_FOUND", `nothing of ${project.name} was ever loaded here`, {
    hint: "Materialize something first: until then there is nothing to collect.",
  });
}

function readState({ deployment, project }: ProjectApi): Promise<CollectionRow | undefined> {
  const read = (db: Database): Promise<CollectionRow[]> => db.read("readCollections", readCollections);
  return read(deployment.db).then((rows) => rows.find(({ location }) => location === project.name));
}

/** One that goes on already is waited for as well: it does the same. */
async function untilOver(project: ProjectApi, before: CollectionRow | undefined): Promise<CollectionRow> {
  for (;;) {
    const state = await readState(project);
    const isNew = state?.finishedAt?.getTime() !== before?.finishedAt?.getTime();
    if (state !== undefined && !state.isOpen && isNew) return state;
    await pause(LOOK_MS);
  }
}

/** What a worker wrote down of a collection. */
interface Counts {
  readonly values: number;
  readonly valueBytes: number;
  readonly abandoned: number;
  readonly abandonedBytes: number;
  readonly pieces: number;
  readonly outOfReach: number;
  readonly failed: number;
  readonly problems: readonly { readonly message: string; readonly hint: string | null }[];
}

function report({ result }: CollectionRow, options: CollectOptions): ExitCode {
  // What `CollectionResult` of the engine wrote.
  const counts = result as JsonValue & Counts;
  const code = counts.failed > 0 ? EXIT.failed : EXIT.ok;
  if (options.json) {
    printJson(counts);
    return code;
  }
  print(`${countOf(counts.values, "replaced value")} removed, ${formatBytes(counts.valueBytes)}`);
  print(`${countOf(counts.abandoned, "unpublished object")} removed, ${formatBytes(counts.abandonedBytes)}`);
  if (counts.pieces > 0) print(`${countOf(counts.pieces, "piece")} of interrupted writes removed`);
  if (counts.failed > 0) print(paint.red(`${counts.failed} could not be removed; they are tried again later`));
  for (const { message, hint } of counts.problems) {
    printNote(visible(hint === null ? message : `${message} (${hint})`));
  }
  return code;
}

function countOf(count: number, what: string): string {
  return `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;
}

function formatBytes(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  const power = bytes < 1_000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1_000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}
