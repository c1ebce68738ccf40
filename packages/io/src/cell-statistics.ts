import type { JsonValue, StoredColumn } from "@heddle/core";

/** Longer texts are cut: statistics travel with every materialization. */
const MAX_TEXT_CHARACTERS = 64;

/** A cell that has an order. */
type Ordered = string | number | bigint | boolean | Date;

/** Least and greatest cell of one column, and how many have no value; cells come a few thousand at a time. */
export class CellStatistics {
  #nulls = 0;
  #min: Ordered | undefined;
  #max: Ordered | undefined;

  /** @param length of `cells`, which may be longer */
  add(cells: readonly unknown[], length = cells.length): void {
    for (let index = 0; index < length; index += 1) {
      const cell = cells[index];
      if (cell === null || cell === undefined) this.#nulls += 1;
      else if (isOrdered(cell)) {
        if (this.#min === undefined || cell < this.#min) this.#min = cell;
        if (this.#max === undefined || cell > this.#max) this.#max = cell;
      }
    }
  }

  /** What is recorded with the column. */
  get recorded(): Pick<StoredColumn, "min" | "max" | "nulls"> {
    return {
      nulls: this.#nulls,
      ...(this.#min !== undefined && { min: toJson(this.#min) }),
      ...(this.#max !== undefined && { max: toJson(this.#max) }),
    };
  }
}

/** Lists and JSON values have no order; of NaN, nothing is less or greater. */
function isOrdered(cell: unknown): cell is Ordered {
  return typeof cell === "object" ? cell instanceof Date : !Number.isNaN(cell);
}

/** Instants as ISO text, integers beyond 2⁵³ and the infinities as text. */
function toJson(cell: Ordered): JsonValue {
  if (typeof cell === "string") return cutText(cell);
  if (typeof cell === "boolean") return cell;
  if (typeof cell === "object") return cell.toISOString();
  const isExact = typeof cell === "number" ? Number.isFinite(cell) : Number.isSafeInteger(Number(cell));
  return isExact ? Number(cell) : String(cell);
}

function cutText(text: string): string {
  const cut = text.slice(0, MAX_TEXT_CHARACTERS);
  // Not half of a surrogate pair.
  return cut.isWellFormed() ? cut : cut.slice(0, -1);
}
