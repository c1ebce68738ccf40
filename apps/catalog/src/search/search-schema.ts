import { reportSearchProblem } from "./search-problems.ts";
import type { SearchParam } from "./search-param.ts";

/** The parameters of one page by name. */
export type SearchParams = { readonly [name: string]: SearchParam<unknown> };

/** What a page gets: each parameter with its type, or nothing when the address does not hold it. */
export type SearchOf<TParams extends SearchParams> = {
  [TName in keyof TParams]?: TParams[TName] extends SearchParam<infer TValue> ? TValue | undefined : never;
};

/** Reads the parameters of a page from what the address holds. */
export interface SearchReader<TParams extends SearchParams> {
  (given: Record<string, unknown>): SearchOf<TParams>;
  /** What it reads, by name. */
  readonly params: TParams;
}

/**
 * Makes the reader of a page's parameters. What the address does not hold is left out, so that a page's own defaults never
 * stand in its address; what cannot be understood is left out as well and reported, so that a person sees why.
 */
export function searchSchema<TParams extends SearchParams>(params: TParams): SearchReader<TParams> {
  const reader = (given: Record<string, unknown>): SearchOf<TParams> => {
    const read: Record<string, unknown> = {};
    for (const [name, param] of Object.entries(params)) {
      const value = given[name];
      if (value === undefined || value === "") continue;
      const parsed = param.parse(value);
      // Set in any case: the router would fall back to the text of the address otherwise.
      read[name] = parsed;
      if (parsed === undefined)
        reportSearchProblem({
          name,
          given: typeof value === "string" ? value : JSON.stringify(value),
          expects: param.expects,
        });
    }
    // Each name holds what its own parameter has parsed: the compiler cannot follow the loop.
    return read as SearchOf<TParams>;
  };
  return Object.assign(reader, { params });
}

/** The parameters of an address as plain texts. */
export function parseSearchText(search: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(search));
}

/** Writes parameters into an address: lists with commas, nothing for what is not set. */
export function formatSearchText(search: Record<string, unknown>): string {
  const parts = Object.entries(search).flatMap(([name, value]) => {
    const text = textOf(value);
    return text === "" ? [] : [`${encodeURIComponent(name)}=${encodeReadably(text)}`];
  });
  return parts.length === 0 ? "" : `?${parts.join("&")}`;
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map((part) => String(part).replaceAll(",", "%2C")).join(",");
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "object" && value !== null) return JSON.stringify(value);
  return "";
}

/** Leaves the signs alone that addresses allow and people read: keys, ranges and selections stay legible. */
function encodeReadably(text: string): string {
  return encodeURIComponent(text).replace(/%(?:2C|2F|3A|40|2A|28|29)/gu, decodeURIComponent);
}
