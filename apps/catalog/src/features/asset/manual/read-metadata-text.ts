import type { JsonValue } from "@heddle/core";

/** Mutable as the API wants it. */
type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/** Metadata as it was typed. */
export interface TypedMetadata {
  readonly entries: Record<string, Json>;
  readonly problem: string | null;
}

/** Reads `name: value` lines; a value that is JSON is that, and any other is a text. */
export function readMetadataText(text: string): TypedMetadata {
  const entries: Record<string, Json> = {};
  for (const [at, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).trim();
    if (colon < 1 || name === "") return { entries: {}, problem: `Line ${at + 1} has no name before a colon` };
    if (Object.hasOwn(entries, name)) return { entries: {}, problem: `Line ${at + 1} names ${name} again` };
    entries[name] = readValue(line.slice(colon + 1).trim());
  }
  return { entries, problem: null };
}

function readValue(text: string): Json {
  try {
    return JSON.parse(text) as Json & JsonValue; // JSON.parse gives nothing else
  } catch {
    return text; // Most values are typed without quotes.
  }
}
