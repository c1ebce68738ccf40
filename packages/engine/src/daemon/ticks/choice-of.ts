import { parseSelection, type PartitionsRule } from "@heddle/core/internal";
import type { Transaction } from "@heddle/storage";
import { hasWindows, selectAssets, type PartitionsChoice, type PlanningState } from "../../planning/index.ts";
import type { GroupedRequest } from "./group-requests.ts";

/** By what a request's partitions are chosen. */
interface ChoiceScope {
  readonly state: PlanningState;
  /** Epoch milliseconds; see `LaunchScope`. */
  readonly since: number;
}

/** What a request means by its partitions: those of several that belong together are made by one run. */
export async function choiceOf(
  tx: Transaction,
  { assets, partitions }: GroupedRequest,
  { state, since }: ChoiceScope,
): Promise<PartitionsChoice> {
  const choices: PartitionsChoice[] = [];
  // Thousands of requests mostly name their keys: these are one choice.
  const keys = new Set(partitions.flatMap((rule) => (rule?.kind === "keys" ? rule.keys : [])));
  if (keys.size > 0) choices.push({ kind: "keys", keys: [...keys] });
  const rules = new Map(partitions.map((rule) => [JSON.stringify(rule), rule]));
  for (const rule of rules.values()) {
    if (rule === null) {
      // Said nowhere: the newest window, where there are windows.
      choices.push((await isByTime(tx, assets, state)) ? { kind: "latest" } : { kind: "all" });
    } else if (rule.kind !== "keys") choices.push(readRule(rule, since));
  }
  const [only] = choices;
  if (choices.length === 1 && only !== undefined) return only;
  return choices.some(({ kind }) => kind === "all") ? { kind: "all" } : { kind: "union", of: choices };
}

function readRule(rule: Exclude<PartitionsRule, { readonly kind: "keys" }>, since: number): PartitionsChoice {
  if (rule.kind === "ended") return { kind: "ended", since };
  return rule.kind === "text" && rule.text.trim() === "all" ? { kind: "all" } : rule;
}

async function isByTime(tx: Transaction, assets: GroupedRequest["assets"], state: PlanningState): Promise<boolean> {
  const index = await state.definitions.index(tx);
  const chosen =
    "keys" in assets
      ? assets.keys.map((key) => index.byKey(key))
      : await selectAssets(state, tx, parseSelection(assets.selection));
  return chosen.some((asset) => hasWindows(asset?.definition.partitions ?? null));
}
