import type { Selection, TraversalDepth } from "./selection.ts";
import { isWord } from "./selection-tokens.ts";

/** Writes a selection as text; `parseSelection` reads the same selection from it. */
export function formatSelection(selection: Selection): string {
  switch (selection.kind) {
    case "all":
      return "*";
    case "match":
      return `${selection.attribute}:${formatValues(selection.patterns)}`;
    case "tag":
      return `tag:${formatValue(selection.name)}${selection.values === null ? "" : `=${formatValues(selection.values)}`}`;
    case "traverse":
      return `${formatDepth(selection.upstream, "before")}${formatOperand(selection.of)}${formatDepth(selection.downstream, "behind")}`;
    case "roots":
    case "sinks":
      return `${selection.kind}(${formatSelection(selection.of)})`;
    case "not":
      return `not ${selection.of.kind === "and" || selection.of.kind === "or" ? `(${formatSelection(selection.of)})` : formatSelection(selection.of)}`;
    case "and":
      return selection.of.map((part) => formatPart(part, part.kind === "and" || part.kind === "or")).join(" and ");
    case "or":
      return selection.of.map((part) => formatPart(part, part.kind === "or")).join(" or ");
  }
}

function formatPart(selection: Selection, parenthesized: boolean): string {
  return parenthesized ? `(${formatSelection(selection)})` : formatSelection(selection);
}

/** A traversal takes one operand: everything that is more than that gets parentheses. */
function formatOperand(selection: Selection): string {
  const isMore = ["traverse", "not", "and", "or"].includes(selection.kind);
  return formatPart(selection, isMore);
}

function formatDepth(depth: TraversalDepth | null, side: "before" | "behind"): string {
  if (depth === null) return "";
  const steps = depth === "all" ? "" : String(depth);
  return side === "before" ? `${steps}+` : `+${steps}`;
}

function formatValues(patterns: readonly string[]): string {
  return patterns.map(formatValue).join(",");
}

function formatValue(pattern: string): string {
  return isWord(pattern) ? pattern : `"${pattern.replaceAll('"', String.raw`\"`)}"`;
}
