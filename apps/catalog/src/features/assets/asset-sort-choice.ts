/** Columns of the assets table that it can be sorted by. */
export const SORT_COLUMNS = ["name", "group", "status", "materialized", "partitions", "checks", "downstream"] as const;
export type SortColumn = (typeof SORT_COLUMNS)[number];

/** A column, ascending, or descending with `-` before it. */
export type AssetSort = SortColumn | `-${SortColumn}`;
export const ASSET_SORTS: readonly AssetSort[] = SORT_COLUMNS.flatMap((column): AssetSort[] => [column, `-${column}`]);

/** Which column a sort names, and whether downwards. */
export function parseSort(sort: AssetSort): { readonly column: SortColumn; readonly descending: boolean } {
  const column = SORT_COLUMNS.find((own) => sort === own || sort === `-${own}`) ?? "name";
  return { column, descending: sort.startsWith("-") };
}

/** The next sort when the head of a column is pressed: ascending, descending, then none. */
export function nextSort(current: AssetSort | undefined, column: SortColumn): AssetSort | undefined {
  if (current === column) return `-${column}`;
  return current === `-${column}` ? undefined : column;
}
