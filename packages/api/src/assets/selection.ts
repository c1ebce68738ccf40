import { isHeddleError } from "@heddle/core";
import { formatSelection, parseSelection, type Selection } from "@heddle/core/internal";
import { selectAssets } from "@heddle/engine/planning";
import type { ApiState } from "../api-state.ts";
import type { SelectionResult } from "../contract.ts";

/** Answers `selection.evaluate`. A selection that cannot be read is an answer and no failure: people type it. */
export async function evaluateSelectionText(state: ApiState, text: string): Promise<SelectionResult> {
  let selection: Selection;
  try {
    selection = parseSelection(text);
  } catch (error) {
    if (!isHeddleError(error, "SELECTION_SYNTAX")) throw error;
    const position = error.details["position"];
    return {
      kind: "invalid",
      message: error.message,
      hint: error.hint ?? null,
      position: typeof position === "number" ? position : 0,
    };
  }
  const assets = await state.db.read("selection.evaluate", (tx) => selectAssets(state, tx, selection));
  return { kind: "matched", canonical: formatSelection(selection), ids: assets.map((asset) => asset.id) };
}
