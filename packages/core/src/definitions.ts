import { isAsset } from "./asset.ts";
import { isAssetCheck } from "./asset-check.ts";
import { brand, hasBrand } from "./brand.ts";
import type { AnyAssetCheck, AnyUpstream } from "./declarations.ts";
import type { SlotsCheck } from "./definitions-types.ts";
import { isExternalAsset } from "./external-asset.ts";
import {
  isIoManager,
  isObjectStore,
  type AnyIoManager,
  type IoManager,
  type ObjectStore,
  type SameAsStored,
} from "./io-manager.ts";
import { isNotification, type Notification } from "./notifications/notification.ts";
import { isResource, isResourceSlot, type Resource, type ResourceSlot } from "./resource.ts";
import { isSchedule, type AnySchedule } from "./schedule.ts";
import { isSensor, type AnySensor } from "./sensor.ts";
import { captureSourceLocation } from "./source-location.ts";
import type { SourceLocation } from "./snapshot.ts";
import type { JsonValue } from "./types.ts";

/** What {@link definitions} takes. Its type arguments are inferred; nobody writes them. */
export interface DefinitionsOptions<TAssets, TChecks, TResources, TSchedules = [], TSensors = []> {
  /** Every asset of the project, external ones too. */
  readonly assets: TAssets;
  /** Checks made by `assetCheck`; those that assets declare themselves are found. */
  readonly checks?: TChecks | undefined;
  readonly schedules?: TSchedules | undefined;
  readonly sensors?: TSensors | undefined;
  /** What is told, and to whom. */
  readonly notifications?: readonly Notification[] | undefined;
  /** Fills the slots that assets declare with `resource.required`, by their names. */
  readonly resources?: TResources | undefined;
  /**
   * Limits by name, and how many slots each has: of all steps that name a pool, so many run at once, in the whole
   * deployment. A limit for the steps of runs or assets with a tag is written `"tag team=finance"`.
   */
  readonly pools?: Readonly<Record<string, number>> | undefined;
  /** Where I/O managers without a store of their own put objects. @default the store of the deployment */
  readonly store?: ObjectStore | undefined;
  /** I/O manager of the assets that declare none; it must take any JSON. @default JSON */
  readonly io?: IoManager<JsonValue, SameAsStored> | undefined;
}

/** Everything that one project declares; made by {@link definitions}. */
export interface Definitions {
  readonly kind: "definitions";
  /** All assets by key. */
  readonly assets: ReadonlyMap<string, AnyUpstream>;
  /** The checks of an asset by its key, in the order of their declaration. */
  readonly checks: ReadonlyMap<string, readonly AnyAssetCheck[]>;
  /** All schedules by name. */
  readonly schedules: ReadonlyMap<string, AnySchedule>;
  /** All sensors by name. */
  readonly sensors: ReadonlyMap<string, AnySensor>;
  /** All notifications by name. */
  readonly notifications: ReadonlyMap<string, Notification>;
  /** The resources that fill slots, by the name of the slot. */
  readonly resources: ReadonlyMap<string, Resource>;
  /** Slots of each pool, by its name. */
  readonly pools: ReadonlyMap<string, number>;
  readonly store: ObjectStore | null;
  readonly io: AnyIoManager | null;
  /** What was given, as it was given: validation looks at it and reports what is wrong. */
  readonly given: GivenDefinitions;
  readonly source: SourceLocation | null;
}

/** What was given to {@link definitions}, before anything is known about it. */
interface GivenDefinitions {
  readonly assets: unknown;
  readonly checks: unknown;
  readonly schedules: unknown;
  readonly sensors: unknown;
  readonly notifications: unknown;
  readonly resources: unknown;
  readonly pools: unknown;
  readonly store: unknown;
  readonly io: unknown;
}

/**
 * Collects what a project declares: the default export of its definitions module. It never throws, so that everything
 * that is wrong can be reported at once; see `validateDefinitions`.
 *
 * @example
 * export default definitions({ assets: [rawWeather, summary], checks: [noNullTemperature], resources: { warehouse } });
 */
export function definitions<
  TAssets extends readonly AnyUpstream[] | [],
  TChecks extends readonly AnyAssetCheck[] | [] = [],
  TResources extends Readonly<Record<string, Resource>> = Record<never, never>,
  TSchedules extends readonly AnySchedule[] | [] = [],
  TSensors extends readonly AnySensor[] | [] = [],
>(
  options: DefinitionsOptions<TAssets, TChecks, TResources, TSchedules, TSensors> &
    SlotsCheck<TAssets[number] | TChecks[number] | TSchedules[number] | TSensors[number], TResources>,
): Definitions {
  // A project in JavaScript may give anything; what is wrong with it is told later.
  const given: unknown = options;
  const read = isRecord(given) ? given : {};
  const {
    assets,
    checks = [],
    schedules = [],
    sensors = [],
    notifications = [],
    resources = {},
    pools = {},
    store = null,
    io = null,
  } = read;
  const declared: Definitions = {
    kind: "definitions",
    assets: collectAssets(assets),
    checks: collectChecks(assets, checks),
    schedules: collectNamed(schedules, isSchedule),
    sensors: collectNamed(sensors, isSensor),
    notifications: collectNamed(notifications, isNotification),
    resources: collectResources(resources),
    pools: collectPools(pools),
    store: isObjectStore(store) ? store : null,
    io: isIoManager(io) ? io : null,
    given: { assets, checks, schedules, sensors, notifications, resources, pools, store, io },
    source: captureSourceLocation(definitions),
  };
  return brand(declared, "definitions");
}

/** Says whether `value` was made by {@link definitions}. */
export function isDefinitions(value: unknown): value is Definitions {
  return hasBrand(value, "definitions");
}

/** Finds the resource behind what an asset names: itself, or what fills the slot. `null` when nothing does. */
export function findResource(definitions: Definitions, declared: Resource | ResourceSlot): Resource | null {
  return isResourceSlot(declared) ? (definitions.resources.get(declared.key) ?? null) : declared;
}

/** Of several assets with one key the first stays; validation reports the others. */
function collectAssets(given: unknown): Map<string, AnyUpstream> {
  const assets = new Map<string, AnyUpstream>();
  for (const entry of listOf(given)) {
    if ((isAsset(entry) || isExternalAsset(entry)) && !assets.has(entry.key)) assets.set(entry.key, entry);
  }
  return assets;
}

/** Of several with one name the first stays; validation reports the others. */
function collectNamed<T extends { readonly name: string }>(
  given: unknown,
  fits: (entry: unknown) => entry is T,
): Map<string, T> {
  const named = new Map<string, T>();
  for (const entry of listOf(given)) if (fits(entry) && !named.has(entry.name)) named.set(entry.name, entry);
  return named;
}

function collectChecks(givenAssets: unknown, givenChecks: unknown): Map<string, AnyAssetCheck[]> {
  const checks = new Map<string, AnyAssetCheck[]>();
  const add = (check: AnyAssetCheck): void => {
    const key = keyOfChecked(check);
    if (key !== null) checks.set(key, [...(checks.get(key) ?? []), check]);
  };
  for (const entry of new Set(listOf(givenAssets))) if (isAsset(entry)) entry.checks.forEach(add);
  for (const entry of new Set(listOf(givenChecks))) if (isAssetCheck(entry)) add(entry);
  return checks;
}

/** The key of the asset that a check is on; `null` when it is on something else. */
export function keyOfChecked(check: AnyAssetCheck): string | null {
  const checked: unknown = check.asset;
  return isAsset(checked) ? checked.key : null;
}

function collectResources(given: unknown): Map<string, Resource> {
  const resources = new Map<string, Resource>();
  for (const [name, entry] of Object.entries(isRecord(given) ? given : {}))
    if (isResource(entry)) resources.set(name, entry);
  return resources;
}

/** What is no number of slots is reported by validation. */
function collectPools(given: unknown): Map<string, number> {
  return new Map(
    Object.entries(isRecord(given) ? given : {}).flatMap(([name, slots]): [string, number][] =>
      typeof slots === "number" ? [[name, slots]] : [],
    ),
  );
}

/** The entries of a list; none when it is no list. */
export function listOf(given: unknown): readonly unknown[] {
  return Array.isArray(given) ? given : [];
}

/** Says whether `value` is an object with names, and not a list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
