import { type PartitionSpace } from "@heddle/core";
import {
  type AssetGraph,
  conditionLabel,
  conditionText,
  nextByClock,
  PartitionSet,
  readTargetState,
  targetId,
} from "@heddle/core/internal";
import type { IndexedAsset } from "@heddle/engine/planning";
import {
  readAutomationRound,
  readAutomationStates,
  readAutomationSwitches,
  readClock,
  type AutomationStateRow,
  type AutomationSwitchRow,
} from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { AutomatedTarget, AutomatedTargets } from "../contract.ts";
import { SHOWN_RANGES } from "./limits.ts";

/** Conditions that one answer holds. */
const MAX_CONDITIONS = 10_000;

/** Answers `automation.conditions`. */
export async function readConditions(state: ApiState): Promise<AutomatedTargets> {
  return state.db.read("automation.conditions", async (tx) => {
    const now = await readClock(tx);
    const index = await state.definitions.index(tx);
    const spaces = await state.definitions.spaces(tx, now);
    const environmentId = await state.definitions.environmentId(tx);
    const round = await readAutomationRound(tx, environmentId);
    const rows = await readAutomationStates(tx, environmentId);
    const switches = await readAutomationSwitches(tx);
    const states = new Map(rows.map((row) => [targetId(row.asset, row.check), row]));
    const switched = new Map(switches.map((row) => [targetId(row.asset, row.check), row]));
    const evaluatedAt = round?.at ?? null;
    const conditions = inOrder(index).flatMap((asset) =>
      [null, ...asset.definition.checks.map(({ name }) => name)].flatMap((check) => {
        const id = targetId(asset.key, check);
        const own = { row: states.get(id), changed: switched.get(id), evaluatedAt, now };
        return describe(asset, check, {
          ...own,
          space: spaces.of(asset),
          hasSources: check !== null || index.upstreamOf(asset).some(isMade),
        });
      }),
    );
    return { now, conditions: conditions.slice(0, MAX_CONDITIONS) };
  });
}

function inOrder({ graph, declared }: { readonly graph: AssetGraph; readonly declared: readonly IndexedAsset[] }) {
  return [...graph.topologicalOrder].flatMap((number) => declared[number] ?? []);
}

/** Whether there is anything new to be read of an asset. */
function isMade({ definition }: IndexedAsset): boolean {
  return definition.kind !== "external" || definition.observed === true;
}

interface KnownTarget {
  readonly row: AutomationStateRow | undefined;
  readonly changed: AutomationSwitchRow | undefined;
  readonly evaluatedAt: number | null;
  readonly space: PartitionSpace;
  /** Whether it reads anything that can change. */
  readonly hasSources: boolean;
  readonly now: number;
}

function describe(
  { id, key, definition }: IndexedAsset,
  check: string | null,
  { row, changed, evaluatedAt, space, hasSources, now }: KnownTarget,
): AutomatedTarget[] {
  const of = check === null ? definition : definition.checks.find(({ name }) => name === check);
  const condition = of?.automation?.condition;
  if (condition === undefined) return [];
  const stopped = row === undefined ? PartitionSet.EMPTY : (readTargetState(row.state)?.stopped ?? PartitionSet.EMPTY);
  const { requestedAt = null, requestedCount = null, runIds = [], stoppedAt = null } = row ?? {};
  return [
    {
      asset: { id, key },
      check,
      label: conditionLabel(condition),
      text: conditionText(condition),
      runs: of?.automationRuns ?? null,
      state: changed?.isOff === true ? "off" : "on",
      switched:
        changed === undefined
          ? null
          : { reason: changed.reason, actor: changed.actor, at: changed.changedAt.getTime() },
      nextAt: changed?.isOff === true ? null : nextByClock({ condition, hasSources, after: now }),
      lastEvaluatedAt: row === undefined ? null : evaluatedAt,
      lastRequest: requestedAt === null ? null : { at: requestedAt, count: requestedCount ?? 0, runIds },
      stopped: stopped.isEmpty
        ? null
        : {
            partitions: stopped.ranges,
            text: definition.partitions === null ? "" : space.format(stopped, SHOWN_RANGES),
            reason:
              "Its requests only led to the next ones. It is requested again when something else sets it off, when it is made by hand, or when other definitions are loaded.",
            at: stoppedAt ?? evaluatedAt ?? 0,
          },
    },
  ];
}
