/** Texts by name. */
export type Tags = { readonly [name: string]: string };

/** Reads `name=value, other=value`; `null` when a part is no tag. */
export function readTags(text: string): { readonly value: Tags } | null {
  const parts = text.split(",").filter((part) => part.trim() !== "");
  const tags = parts.map((part) => {
    const at = part.indexOf("=");
    return [part.slice(0, Math.max(0, at)).trim(), part.slice(at + 1).trim()] as const;
  });
  return tags.every(([name]) => name !== "") ? { value: Object.fromEntries(tags) } : null;
}

/** Writes tags as {@link readTags} reads them. */
export function formatTags(tags: Tags): string {
  return Object.entries(tags)
    .map(([name, value]) => `${name}=${value}`)
    .join(", ");
}
