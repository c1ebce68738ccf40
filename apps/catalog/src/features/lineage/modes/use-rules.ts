import type { Schedule, Sensor } from "@heddle/api";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { selectionFilter } from "../../../data/use-selection.ts";
import { trpc } from "../../../data/trpc.ts";
import type { PlacedRule } from "../paint/paint-rules.ts";
import type { Scene } from "../scene.ts";

/** How far from the picture the names of rules stand, and from each other. */
const LEFT_OF_PICTURE = 180;
const APART = 56;

const NO_RULES: readonly PlacedRule[] = [];

/** Schedules and sensors that say which assets they materialize, each at the height of these. */
export function useRules(scene: Scene, shown: boolean): readonly PlacedRule[] {
  const schedules = useQuery({ ...trpc.schedules.list.queryOptions(), enabled: shown }).data;
  const sensors = useQuery({ ...trpc.sensors.list.queryOptions(), enabled: shown }).data;
  return useMemo(() => {
    if (!shown) return NO_RULES;
    const rules = [
      ...(schedules?.schedules ?? []).map((rule) => ruleOf(scene, rule, "schedule")),
      ...(sensors?.sensors ?? []).map((rule) => ruleOf(scene, rule, "sensor")),
    ].filter(({ targets }) => targets.length > 0);
    return placed(rules);
  }, [scene, shown, schedules, sensors]);
}

function ruleOf(scene: Scene, { name, isPaused, runs }: Schedule | Sensor, kind: PlacedRule["kind"]): PlacedRule {
  const targets = runs.checks === null ? targetsOf(scene, runs.assets) : [];
  const heights = targets.map((node) => (scene.layout.nodeY[node] ?? 0) + scene.layout.nodeHeight / 2);
  const y = heights.reduce((sum, height) => sum + height, 0) / Math.max(1, heights.length);
  return { name, kind, isPaused, x: -LEFT_OF_PICTURE, y, targets: Int32Array.from(targets) };
}

function targetsOf(scene: Scene, chosen: Schedule["runs"]["assets"]): number[] {
  if (chosen === null) return [];
  const { index, nodeOfRow } = scene;
  const result = "selection" in chosen ? selectionFilter(scene).apply(chosen.selection) : null;
  const rows =
    "keys" in chosen
      ? chosen.keys.flatMap((key) => index.rowOfKey(key) ?? [])
      : result?.kind === "matched"
        ? Array.from(result.rows)
        : [];
  return rows.map((row) => nodeOfRow[row] ?? -1).filter((node) => node >= 0);
}

/** Moves rules apart that would stand on top of each other. */
function placed(rules: readonly PlacedRule[]): PlacedRule[] {
  let before = Number.NEGATIVE_INFINITY;
  return rules
    .toSorted((a, b) => a.y - b.y)
    .map((rule) => {
      before = Math.max(rule.y, before + APART);
      return { ...rule, y: before };
    });
}
