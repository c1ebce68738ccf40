import { HeddleError } from "@heddle/core";
import { formatNearest, parseSelection, type Selection } from "@heddle/core/internal";
import type { Api } from "@heddle/api";

/** What may stand before "=" where partitions are named. */
export interface KnownNames {
  /** Keys of all assets. */
  readonly keys: readonly string[];
  /** Names of the dimensions of all partitions definitions. */
  readonly dimensions: readonly string[];
}

/**
 * Makes sure that every asset which a selection names by its whole key exists: a selection of nothing would otherwise be
 * carried out in silence. @throws SELECTION_SYNTAX, ASSET_UNKNOWN naming the nearest keys
 */
export async function requireKnownAssets(api: Api, text: string): Promise<KnownNames> {
  const named = namedKeys(parseSelection(text));
  const snapshot = await api.assets.snapshot({});
  const { keys: all, partitions } = snapshot.kind === "snapshot" ? snapshot : { keys: [], partitions: [] };
  const keys = new Set(all);
  const unknown = named.find((key) => !keys.has(key));
  if (unknown === undefined) {
    const dimensions = partitions.flatMap((spec) => (spec.kind === "multi" ? spec.dimensions : []));
    return { keys: all, dimensions: dimensions.map(({ name }) => name) };
  }
  throw new HeddleError("ASSET_UNKNOWN", `there is no asset ${JSON.stringify(unknown)}`, {
    hint: formatNearest(unknown, keys) ?? "`heddle assets` lists all of them.",
    details: { asset: unknown },
  });
}

function namedKeys(selection: Selection): string[] {
  switch (selection.kind) {
    case "all":
    case "tag":
      return [];
    case "match":
      return selection.attribute === "key" ? selection.patterns.flatMap(literalOf) : [];
    case "and":
    case "or":
      return selection.of.flatMap(namedKeys);
    default:
      return namedKeys(selection.of);
  }
}

/** The text that a pattern stands for, when it stands for one only. */
function literalOf(pattern: string): string[] {
  if (/(?<!\\)(?:\\\\)*\*/.test(pattern)) return [];
  return [pattern.replaceAll(/\\(.)/gs, "$1")];
}
