import { formatSelection, PARTITION_STATUSES, SELECTION_ATTRIBUTES } from "@heddle/core/internal";
import { escapeWildcard } from "@heddle/core/internal";
import type { CatalogIndex } from "./catalog-index.ts";

/** One way to go on with a selection. */
export interface Completion {
  /** What takes the place of the word that is typed. */
  readonly text: string;
  readonly label: string;
  /** What it is, in a word. */
  readonly kind: string;
}

/** Ways to go on at a place of a text: `from` up to `to` is what they take the place of. */
export interface Completions {
  readonly from: number;
  readonly to: number;
  readonly options: readonly Completion[];
}

const ATTRIBUTES: readonly string[] = [...SELECTION_ATTRIBUTES, "tag"];
const MAX_OPTIONS = 8;
/** The word around the cursor: what the grammar takes together, quoted or not. */
const WORD_BEFORE = /(?:[A-Za-z_]+:)?(?:[^\s(),"+]*,)*(?:"[^"]*|[^\s(),"+]*)$/u;
const WORD_AFTER = /^[^\s(),"+]*/u;

/** What a selection can go on with where the cursor is. Words that are whole already offer nothing of their own. */
export function completeSelection(text: string, cursor: number, index: CatalogIndex): Completions {
  const before = WORD_BEFORE.exec(text.slice(0, cursor))?.[0] ?? "";
  const after = WORD_AFTER.exec(text.slice(cursor))?.[0] ?? "";
  const colon = before.indexOf(":");
  const attribute = colon === -1 ? null : before.slice(0, colon);
  const valueAt = Math.max(before.lastIndexOf(",") + 1, colon + 1);
  const typed = before.slice(valueAt).replace(/^"/u, "").toLowerCase();
  const from = cursor - before.length + valueAt;
  const to = cursor + after.length;
  const options =
    attribute === null
      ? startOptions(typed, { index, mayJoin: text.slice(0, cursor - before.length).trim() !== "" })
      : valueOptions(attribute, typed, index);
  const current = text.slice(from, to);
  return { from, to, options: options.filter((option) => option.text !== current).slice(0, MAX_OPTIONS) };
}

function startOptions(
  typed: string,
  { index, mayJoin }: { readonly index: CatalogIndex; readonly mayJoin: boolean },
): Completion[] {
  const attributes = ATTRIBUTES.filter((name) => name.startsWith(typed)).map((name) => ({
    text: `${name}:`,
    label: `${name}:`,
    kind: "attribute",
  }));
  const words = (mayJoin ? ["and", "or", "not"] : ["not"])
    .filter((word) => word.startsWith(typed))
    .map((word) => ({ text: `${word} `, label: word, kind: "word" }));
  if (typed === "") return mayJoin ? [...words, ...attributes] : attributes;
  return [...attributes, ...words, ...valueOptions("key", typed, index)];
}

function valueOptions(attribute: string, typed: string, index: CatalogIndex): Completion[] {
  const found = matching(valuesOf(attribute, index), typed);
  return found.map((value) => ({ text: quote(attribute, value), label: value, kind: attribute }));
}

function valuesOf(attribute: string, index: CatalogIndex): Iterable<string> {
  switch (attribute) {
    case "key":
      return index.keys;
    case "group":
      return index.groups;
    case "kind":
      return new Set(index.kinds.flat());
    case "owner":
      return new Set(index.owners.flat());
    case "status":
      return PARTITION_STATUSES;
    case "tag":
      return new Set(index.tags.flatMap((tags) => Object.entries(tags).map(([name, value]) => `${name}=${value}`)));
    default:
      return [];
  }
}

/** Those that begin with a text, then those in which a segment does, then those that hold it. */
function matching(values: Iterable<string>, typed: string): string[] {
  const ranks: [string[], string[], string[]] = [[], [], []];
  for (const value of values) {
    const at = value.toLowerCase().indexOf(typed);
    if (at === -1) continue;
    const rank = at === 0 ? 0 : /[\W_]/u.test(value[at - 1] ?? "") ? 1 : 2;
    if (ranks[rank].length < MAX_OPTIONS) ranks[rank].push(value);
    if (rank === 0 && ranks[0].length === MAX_OPTIONS) break;
  }
  return ranks.flat().slice(0, MAX_OPTIONS);
}

/** A value as the grammar takes it, in quotes where it must be. */
function quote(attribute: string, value: string): string {
  if (attribute === "tag") return /^[\w.=/-]+$/u.test(value) ? value : JSON.stringify(value);
  const own = SELECTION_ATTRIBUTES.find((name) => name === attribute) ?? "key";
  const text = formatSelection({ kind: "match", attribute: own, patterns: [escapeWildcard(value)] });
  return text.slice(text.indexOf(":") + 1);
}
