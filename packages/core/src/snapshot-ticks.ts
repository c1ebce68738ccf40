import type { AnyAsset, AnyUpstream } from "./declarations.ts";
import type { Definitions } from "./definitions.ts";
import { isExternalAsset } from "./external-asset.ts";
import type { Notification, NotificationSnapshot } from "./notifications/notification.ts";
import { runDefaults, type ChosenAssets } from "./run-request.ts";
import type { AnySchedule } from "./schedule.ts";
import { parseSelection } from "./selection/parse-selection.ts";
import { selectKeys } from "./selection/evaluate-selection.ts";
import { AssetGraph } from "./asset-graph.ts";
import { isAsset } from "./asset.ts";
import type { AnySensor } from "./sensor.ts";
import { relativeToProject } from "./source-location.ts";
import { clockOfPartitions, isSameClock, type ScheduleClock } from "./tick/schedule-clock.ts";
import type { ScheduleSnapshot, SensorSnapshot } from "./tick/tick-snapshot.ts";

/** The time zone of cron expressions that state none. */
const DEFAULT_TIME_ZONE = "UTC";

/** What is wrong with dependencies is told by a rule of its own. */
const isUpstream = (value: unknown): value is AnyUpstream => isAsset(value) || isExternalAsset(value);

/** Writes a valid schedule as data. */
export function snapshotSchedule(
  declared: AnySchedule,
  definitions: Definitions,
  projectDirectory: string,
): ScheduleSnapshot {
  const { name, description, catchUp, enabledByDefault, timeoutMs, source } = declared;
  const [clock] = clocksOf(declared, definitions);
  return {
    name,
    description,
    clock: clock ?? { crons: [], timeZone: DEFAULT_TIME_ZONE },
    catchUp,
    enabledByDefault,
    run: runDefaults(declared.run),
    isEvaluated: declared.evaluate !== null,
    timeoutMs,
    source: relativeToProject(source, projectDirectory),
  };
}

/** Writes a valid sensor as data. */
export function snapshotSensor(declared: AnySensor, projectDirectory: string): SensorSnapshot {
  const { name, description, intervalMs, events, consume, enabledByDefault, timeoutMs, source } = declared;
  return {
    name,
    description,
    intervalMs,
    ...(events !== null && { events, consume, isEvaluated: declared.evaluate !== null }),
    enabledByDefault,
    run: runDefaults(declared.run),
    timeoutMs,
    source: relativeToProject(source, projectDirectory),
  };
}

/** Writes a valid notification as data. */
export function snapshotNotification(declared: Notification, projectDirectory: string): NotificationSnapshot {
  const { kind: _, ...notification } = declared;
  return { ...notification, source: relativeToProject(declared.source, projectDirectory) };
}

/** The clocks by which a schedule could tick: one, unless it is by partitions that are none, or differ. */
export function clocksOf({ crons, timeZone, run }: AnySchedule, definitions: Definitions): ScheduleClock[] {
  if (crons !== null) return [{ crons, timeZone: timeZone ?? DEFAULT_TIME_ZONE }];
  const { assets } = runDefaults(run);
  const clocks: ScheduleClock[] = [];
  for (const asset of assets === null ? [] : findChosen(assets, definitions)) {
    const clock = clockOfPartitions(asset.partitions?.spec ?? null);
    if (clock !== null && !clocks.some((known) => isSameClock(known, clock))) clocks.push(clock);
  }
  return clocks;
}

/**
 * The assets that are made among those that are chosen, upstream ones first. A selection by status chooses nothing here:
 * nothing is known of it yet. @throws SELECTION_SYNTAX
 */
export function findChosen(chosen: ChosenAssets, { assets }: Definitions): AnyAsset[] {
  const declared = [...assets.values()];
  const graph = AssetGraph.fromSnapshot(
    declared.map((asset) => ({
      key: asset.key,
      deps: isAsset(asset)
        ? Object.values(asset.deps).flatMap(({ asset: on }) => (isUpstream(on) ? { upstream: on.key } : []))
        : [],
    })),
  );
  const keys =
    "keys" in chosen
      ? new Set(chosen.keys)
      : new Set(selectKeys(parseSelection(chosen.selection), { graph, assets: declared }));
  return [...graph.topologicalOrder]
    .map((number) => assets.get(graph.keyOf(number)))
    .filter((asset) => asset !== undefined && isAsset(asset))
    .filter((asset) => keys.has(asset.key));
}
