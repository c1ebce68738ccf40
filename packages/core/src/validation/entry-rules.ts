import { isAsset } from "../asset.ts";
import { isAssetCheck } from "../asset-check.ts";
import { isDefinitions, isRecord } from "../definitions.ts";
import { isDep } from "../dep.ts";
import { isExternalAsset } from "../external-asset.ts";
import { isIoManager, isObjectStore } from "../io-manager.ts";
import { describeType } from "../json-value.ts";
import { isNotification } from "../notifications/notification.ts";
import { isResource, isResourceSlot } from "../resource.ts";
import { isSchedule } from "../schedule.ts";
import { isSensor } from "../sensor.ts";
import type { DefinitionRule } from "./definition-problem.ts";

/** What makes the entries of each list. */
const FACTORIES = {
  assets: "asset() or externalAsset()",
  checks: "assetCheck()",
  schedules: "schedule()",
  sensors: "sensor()",
  notifications: "notify()",
} as const;

type ListName = keyof typeof FACTORIES;

/** Every entry of the lists is what it should be, and the other options are what they should be. */
export const entryRule: DefinitionRule = (definitions, report) => {
  const { assets, checks, schedules, sensors, notifications, resources, store, io } = definitions.given;
  const problems = [
    ...listProblems("assets", assets, (entry) => isAsset(entry) || isExternalAsset(entry)),
    ...listProblems("checks", checks, isAssetCheck),
    ...listProblems("schedules", schedules, isSchedule),
    ...listProblems("sensors", sensors, isSensor),
    ...listProblems("notifications", notifications, isNotification),
    ...(isRecord(resources) ? [] : [[`resources is ${describeType(resources)}`, "Write { name: resource }."]]),
    ...(store === null || isObjectStore(store) ? [] : [[`store is ${describeType(store)}`, "Give an object store."]]),
    ...(io === null || isIoManager(io) ? [] : [[`io is ${describeType(io)}`, "Give an I/O manager."]]),
  ];
  const place = report.place(definitions);
  for (const [problem, hint = ""] of problems) {
    const message = `definitions()${place === null ? "" : ` (${place})`}: ${problem}`;
    report.add("DEFINITIONS_ENTRY_INVALID", { message, hint, about: { source: definitions.source } });
  }
};

/** Problems of a list, each with what to do about it. */
function listProblems(name: ListName, given: unknown, fits: (entry: unknown) => boolean): string[][] {
  if (!Array.isArray(given)) return [[`${name} is ${describeType(given)} and no list`, `Write ${name}: […].`]];
  return given.flatMap((entry: unknown, index) =>
    fits(entry) ? [] : [[`${name}[${index}] is ${describeEntry(entry)}`, hintFor(entry, name)]],
  );
}

function describeEntry(entry: unknown): string {
  if (isAsset(entry) || isExternalAsset(entry)) return `the asset ${JSON.stringify(entry.key)}`;
  if (isAssetCheck(entry)) return `the check ${JSON.stringify(entry.name)}`;
  if (isSchedule(entry) || isSensor(entry) || isNotification(entry))
    return `the ${entry.kind} ${JSON.stringify(entry.name)}`;
  if (isDep(entry)) return "a dependency made by dep()";
  if (isResource(entry) || isResourceSlot(entry)) return `the resource ${JSON.stringify(entry.key)}`;
  if (isDefinitions(entry)) return "other definitions";
  return describeType(entry);
}

/** The nearest thing to do: what people most often mean when they give such a value. */
function hintFor(entry: unknown, name: ListName): string {
  if (entry === undefined) return "Look for a misspelled import, or for two modules that import each other.";
  if (typeof entry === "function") return "If it makes the declaration, call it.";
  if (Array.isArray(entry)) return "Spread the list: ...list.";
  if (isAssetCheck(entry)) return "Move it to checks: […].";
  if (isAsset(entry) || isExternalAsset(entry)) return "Move it to assets: […].";
  if (isSchedule(entry) || isSensor(entry) || isNotification(entry)) return `Move it to ${entry.kind}s: […].`;
  if (isResource(entry)) return "Move it to resources: { … }.";
  if (isDefinitions(entry)) return "Spread its assets: ...other.assets.values().";
  if (entry instanceof Promise) return "Await it before it is given.";
  if (isRecord(entry) && Object.values(entry).some(isAsset)) return "Spread what it holds: ...Object.values(module).";
  return `Give what ${FACTORIES[name]} returned.`;
}
