import type { Page, Tick } from "@heddle/api";
import { HeddleError } from "@heddle/core";
import { randomUUID } from "node:crypto";
import { openApi } from "../api-client.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { withEngine } from "../one-shot-engine.ts";
import {
  describeCommon,
  describeLast,
  describeNext,
  describeNextLook,
  describePace,
  describeSchedule,
  describeSensor,
  describeTick,
  paintState,
  printEvaluation,
} from "../print-ticks.ts";
import type { CommonOptions } from "../program/command-types.ts";
import { readNumber } from "../read-number.ts";
import { paint, print, printJson, printTable, visible } from "../terminal.ts";

/** What commands of schedules and sensors are about. */
export type TickKind = "schedule" | "sensor";

/** Ticks that one call of the API gives. */
const PAGE_SIZE = 500;

/** `heddle schedules list` and `heddle sensors list` */
export async function listTickers(kind: TickKind, options: CommonOptions): Promise<ExitCode> {
  await using project = await openApi(options.project);
  return await withEngine(project, { needsWorker: false }, async () => {
    const rows = kind === "schedule" ? await listSchedules() : await listSensors();
    if (options.json !== true && rows.length === 0) print(`no ${kind}s are declared`);
    if (options.json !== true) printTable(rows);
    return EXIT.ok;
  });

  async function listSchedules(): Promise<string[][]> {
    const { schedules, now } = await project.api.schedules.list({});
    if (options.json === true) for (const one of schedules) printJson(one);
    return schedules.map((one) => [
      one.name,
      paintState(one.isPaused, one.retry !== null),
      `${one.crons.join(" ; ")} ${paint.dim(one.timeZone)}`,
      describeNext(one.isPaused ? null : (one.next[0] ?? null), now),
      describeLast(one.last, now),
    ]);
  }

  async function listSensors(): Promise<string[][]> {
    const { sensors, now } = await project.api.sensors.list({});
    if (options.json === true) for (const one of sensors) printJson(one);
    return sensors.map((one) => [
      one.name,
      paintState(one.isPaused, one.failures > 0),
      describePace(one),
      describeNextLook(one, now),
      describeLast(one.last, now),
    ]);
  }
}

/** `heddle schedules show` and `heddle sensors show` */
export async function showTicker(kind: TickKind, name: string, options: CommonOptions): Promise<ExitCode> {
  await using project = await openApi(options.project);
  return await withEngine(project, { needsWorker: false }, async () => {
    const { api } = project;
    const found = kind === "schedule" ? await api.schedules.get({ name }) : await api.sensors.get({ name });
    if (options.json === true) {
      printJson(found);
      return EXIT.ok;
    }
    print(`${paint.bold(visible(found.name))} ${paintState(found.isPaused, false)}`);
    if (found.description !== null) print(visible(found.description));
    printTable([...("crons" in found ? describeSchedule(found) : describeSensor(found)), ...describeCommon(found)]);
    return EXIT.ok;
  });
}

/** `heddle schedules ticks` and `heddle sensors ticks` */
export async function listTicks(
  kind: TickKind,
  name: string,
  options: CommonOptions & { readonly limit: string },
): Promise<ExitCode> {
  await using project = await openApi(options.project);
  const { api } = project;
  const most = readNumber(options.limit, { name: "--limit", min: 1, max: 1_000_000 });
  let left = most;
  for (let cursor: string | null = null; ;) {
    const query = { name, cursor, limit: Math.min(PAGE_SIZE, left) };
    const page: Page<Tick> = kind === "schedule" ? await api.schedules.ticks(query) : await api.sensors.ticks(query);
    for (const tick of page.items) if (options.json === true) printJson(tick);
    if (options.json !== true) printTable(page.items.map(describeTick));
    left -= page.items.length;
    cursor = page.nextCursor;
    if (cursor === null || left <= 0) return EXIT.ok;
  }
}

/** `heddle schedules pause`, `resume`, and of sensors */
export async function holdTicker(
  kind: TickKind,
  action: "pause" | "resume",
  { name, options }: { readonly name: string; readonly options: CommonOptions },
): Promise<ExitCode> {
  await using project = await openApi(options.project);
  return await withEngine(project, { needsWorker: false }, async () => {
    const { api } = project;
    const change = await (kind === "schedule" ? api.schedules : api.sensors)[action]({ name });
    if (options.json === true) printJson(change);
    else
      print(
        `${name} ${change.changed ? "is" : "was"} ${action === "pause" ? "paused" : "resumed"}${change.changed ? "" : " already"}`,
      );
    return EXIT.ok;
  });
}

/** `heddle schedules run`, and of sensors; with `--dry-run` without effect */
export async function runTicker(
  kind: TickKind,
  name: string,
  options: CommonOptions & { readonly dryRun?: boolean },
): Promise<ExitCode> {
  await using project = await openApi(options.project);
  return await withEngine(project, { needsWorker: false }, async () => {
    const request = { name, dryRun: options.dryRun === true, requestId: randomUUID() };
    const { schedules, sensors } = project.api;
    const evaluation = kind === "schedule" ? await schedules.evaluate(request) : await sensors.evaluate(request);
    if (options.json === true) printJson(evaluation);
    else printEvaluation(evaluation, request.dryRun);
    return evaluation.outcome === "failed" ? EXIT.failed : EXIT.ok;
  });
}

/** `heddle sensors cursor` */
export async function setCursor(
  name: string,
  cursor: string | undefined,
  options: CommonOptions & { readonly reset?: boolean },
): Promise<ExitCode> {
  await using project = await openApi(options.project);
  return await withEngine(project, { needsWorker: false }, async () => {
    if (cursor !== undefined && options.reset === true) {
      throw new HeddleError("CONFIG_INVALID", "a cursor and --reset cannot both be given", {
        hint: "Give one of them.",
      });
    }
    if (cursor === undefined && options.reset !== true) {
      const found = await project.api.sensors.get({ name });
      if (options.json === true) printJson({ name, cursor: found.cursor });
      else print(found.cursor === null ? paint.dim("no cursor yet") : visible(found.cursor));
      return EXIT.ok;
    }
    const change = await project.api.sensors.setCursor({ name, cursor: cursor ?? null });
    if (options.json === true) printJson(change);
    else print(cursor === undefined ? `${name} begins anew` : `${name} goes on from ${visible(cursor)}`);
    return EXIT.ok;
  });
}
