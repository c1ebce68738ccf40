import { escapeWildcard, formatSelection } from "@heddle/core/internal";

/** Text that selects exactly these keys. */
export function selectionOfKeys(keys: readonly string[]): string {
  return `key:${keys.map(quoteValue).join(",")}`;
}

function quoteValue(value: string): string {
  return formatSelection({ kind: "match", attribute: "key", patterns: [escapeWildcard(value)] }).slice("key:".length);
}
