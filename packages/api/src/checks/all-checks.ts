import { HeddleError } from "@heddle/core";
import { parseSelection } from "@heddle/core/internal";
import { requireAsset, selectAssets, type IndexedAsset } from "@heddle/engine/planning";
import type { Transaction } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { CheckList, CheckState, CheckTotals } from "../contract.ts";
import type { CheckListInput } from "../inputs/checks.ts";
import type { CheckProblems } from "./check-problems.ts";
import {
  fingerprintOfMessage,
  gatherChecks,
  readProblems,
  summarizeCheck,
  type StandingCheck,
} from "./check-summaries.ts";

/** What needs a person comes first; a silenced failure comes after what nobody has looked at. */
const RANK: Record<CheckState, number> = { failed: 0, warned: 1, passed: 3, never: 4 };
const RANK_SILENCED = 2;

/** A check with its place in the list: texts and numbers, compared one after the other. */
interface PlacedCheck {
  readonly check: StandingCheck;
  readonly place: Place;
}
type Place = readonly (string | number)[];

/**
 * Answers `checks.list`. What stands where is known in memory, so that a page costs the same number of statements however
 * many checks there are. @throws ASSET_UNKNOWN, SELECTION_SYNTAX, API_CURSOR_INVALID
 */
export async function readCheckList(state: ApiState, input: CheckListInput): Promise<CheckList> {
  await state.checks.refreshTrails(state.db);
  return state.db.read("checks.list", async (tx) => {
    const all = matching(await gatherChecks(state, tx, await chooseAssets(state, tx, input)), input);
    const kept = all.filter(
      (check) =>
        (input.states?.includes(check.state) ?? true) &&
        (input.silenced === undefined || input.silenced === (check.silence !== undefined)),
    );
    const byMessage = input.groupBy === "message";
    const known = byMessage ? await readProblems(state, tx, kept) : null;
    const placed = known === null ? placeByAsset(kept) : placeByMessage(kept, known);
    const after = typeof input.cursor === "string" ? parsePlace(input.cursor) : null;
    const left = after === null ? placed : placed.filter(({ place }) => compare(place, after) > 0);
    const page = left.slice(0, input.limit);
    const last = page.at(-1);
    const shown = page.map(({ check }) => check);
    const problems = known ?? (await readProblems(state, tx, shown));
    return {
      now: Date.now(),
      totals: countStates(all),
      items: shown.map((check) => summarizeCheck(check, problems)),
      nextCursor: left.length > page.length && last !== undefined ? JSON.stringify(last.place) : null,
    };
  });
}

async function chooseAssets(state: ApiState, tx: Transaction, input: CheckListInput): Promise<readonly IndexedAsset[]> {
  const index = await state.definitions.index(tx);
  const { selection = "" } = input;
  const selected = selection.trim() === "" ? index.declared : await selectAssets(state, tx, parseSelection(selection));
  if (input.asset === undefined) return selected;
  const { id } = requireAsset(index, input.asset);
  return selected.filter((asset) => asset.id === id);
}

function matching(checks: readonly StandingCheck[], { severity, text = "" }: CheckListInput): StandingCheck[] {
  const words = text.toLowerCase().split(/\s+/u).filter(Boolean);
  return checks.filter((check) => {
    const named = `${check.asset.key} ${check.name}`.toLowerCase();
    return (severity === undefined || check.severity === severity) && words.every((word) => named.includes(word));
  });
}

function rankOf({ state, silence }: StandingCheck): number {
  return silence !== undefined && (state === "failed" || state === "warned") ? RANK_SILENCED : RANK[state];
}

/** The checks of an asset together, assets by the worst of theirs. */
function placeByAsset(checks: readonly StandingCheck[]): PlacedCheck[] {
  const placed = [...Map.groupBy(checks, ({ asset }) => asset.id).values()].flatMap((ofAsset) => {
    const worst = Math.min(...ofAsset.map(rankOf));
    return ofAsset.map((check) => ({ check, place: [worst, check.asset.key, rankOf(check), check.name] }));
  });
  return placed.toSorted((a, b) => compare(a.place, b.place));
}

/** Those that found the same together, the worst first; those without a finding come last. */
function placeByMessage(checks: readonly StandingCheck[], problems: CheckProblems): PlacedCheck[] {
  const printOf = ({ asset, name }: StandingCheck): string => {
    const message = problems.of(asset.id, name)?.description ?? null;
    return message === null ? "" : fingerprintOfMessage(message);
  };
  const groups = Map.groupBy(checks, (check) => {
    const print = printOf(check);
    return print === "" ? String(rankOf(check)) : print;
  });
  const placed = [...groups].flatMap(([print, alike]) => {
    const worst = Math.min(...alike.map(rankOf));
    return alike.map((check) => ({ check, place: [worst, print, check.asset.key, check.name] }));
  });
  return placed.toSorted((a, b) => compare(a.place, b.place));
}

function compare(a: Place, b: Place): number {
  for (const [i, left] of a.entries()) {
    const right = b[i] ?? "";
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}

/** @throws API_CURSOR_INVALID */
function parsePlace(cursor: string): Place {
  const invalid = (): HeddleError =>
    new HeddleError("API_CURSOR_INVALID", "the cursor is not one that this server gave out", { details: { cursor } });
  let place: unknown;
  try {
    place = JSON.parse(cursor);
  } catch {
    throw invalid();
  }
  const fits =
    Array.isArray(place) &&
    place.length === 4 &&
    place.every((part) => typeof part === "string" || typeof part === "number");
  if (!fits) throw invalid();
  return place as Place;
}

function countStates(checks: readonly StandingCheck[]): CheckTotals {
  const count = (state: CheckState): number => checks.filter((check) => check.state === state).length;
  return {
    failed: count("failed"),
    warned: count("warned"),
    passed: count("passed"),
    never: count("never"),
    silenced: checks.filter(({ silence }) => silence !== undefined).length,
  };
}
