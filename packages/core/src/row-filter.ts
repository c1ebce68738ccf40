/** A value that rows are compared with. */
export type Cell = string | number | bigint | boolean | Date;

/** What a cell must be; several conditions on one cell hold together. A cell without a value fits `isNull: true` alone. */
export interface CellFilter<TCell = Cell> {
  readonly eq?: TCell;
  readonly in?: readonly TCell[];
  readonly gt?: TCell;
  readonly gte?: TCell;
  readonly lt?: TCell;
  readonly lte?: TCell;
  readonly isNull?: boolean;
}

/**
 * Which rows of a table a consumer wants: a condition on each column that is named, and all of them hold. Text is
 * compared by its code units, instants by their time; a number and a bigint compare by their value.
 */
export interface RowFilter {
  readonly [column: string]: CellFilter;
}

/** Conditions on the columns of rows of this type. A cell that cannot be compared, such as a list, has `isNull` alone. */
export type RowFilterOf<TRow> = {
  readonly [K in keyof TRow & string]?: [Exclude<TRow[K], null | undefined>] extends [Cell]
    ? CellFilter<Exclude<TRow[K], null | undefined>>
    : Pick<CellFilter, "isNull">;
};
