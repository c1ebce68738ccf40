import type { AppRouter } from "@heddle/api";
import type { inferRouterInputs } from "@trpc/server";
import type { SearchOf } from "../../search/search-schema.ts";
import type { RUN_FILTERS } from "./run-list-search.ts";
import { resolveTimeRange } from "./time-range.ts";

/** The filters of a list of runs as the address holds them. */
export type RunFilters = SearchOf<typeof RUN_FILTERS>;

type ListInput = NonNullable<inferRouterInputs<AppRouter>["runs"]["list"]>;

/** Filters as the server takes them. `selection` is canonical; `now` is what "last 7d" counts from. */
export function runListInput(
  filters: RunFilters,
  { selection, now }: { readonly selection: string | undefined; readonly now: number },
): ListInput {
  const { status, asset, partition, tag, trigger, from, to, text } = filters;
  const range = resolveTimeRange({ from, to }, now) ?? {};
  return {
    ...(status === undefined ? {} : { statuses: [...status] }),
    ...(selection === undefined || selection === "" ? {} : { selection }),
    ...(asset === undefined ? {} : { asset }),
    ...(asset === undefined || partition === undefined ? {} : { partition }),
    ...(tag === undefined ? {} : { tags: tag.map(readTag) }),
    ...(trigger === undefined ? {} : { causes: [...trigger] }),
    ...range,
    ...(text === undefined ? {} : { text }),
  };
}

function readTag(text: string): { name: string; value?: string } {
  const at = text.indexOf("=");
  return at < 0 ? { name: text } : { name: text.slice(0, at), value: text.slice(at + 1) };
}

/** Whether any filter is set. */
export function isFiltered(filters: RunFilters): boolean {
  const { status, sel, asset, partition, tag, trigger, from, to, text } = filters;
  return [status, sel, asset, partition, tag, trigger, from, to, text].some((own) => own !== undefined);
}

/** All filters taken away. */
export const NO_FILTERS: RunFilters = {
  status: undefined,
  sel: undefined,
  asset: undefined,
  partition: undefined,
  tag: undefined,
  trigger: undefined,
  from: undefined,
  to: undefined,
  text: undefined,
};
