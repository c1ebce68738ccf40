import type { AssetStatuses } from "@heddle/api";
import { PARTITION_STATUSES, type PartitionStatus } from "@heddle/core/internal";
import type { CatalogIndex } from "./catalog-index.ts";

/** The daemon judges what happens within a moment, and within some seconds while much happens. */
const FAR_BEHIND_MS = 15_000;

/** Number of partition statuses: the width of a row of counts. */
export const STATUS_COUNT = PARTITION_STATUSES.length;

/**
 * What every asset is in now, in typed arrays by row of the index. It lives outside React: the event stream patches it in
 * place and tells the listeners; canvases read it in their next frame, components through `useStatusRevision`.
 */
export class StatusTable {
  readonly index: CatalogIndex;
  /** Status code of each asset; -1 for an external one. */
  readonly codes: Int8Array;
  /** Epoch milliseconds; NaN for never. */
  readonly lastMaterializedAt: Float64Array;
  readonly totals: Float64Array;
  /** Partitions by status code: row `r` holds `counts[r * STATUS_COUNT + code]`. */
  readonly counts: Float64Array;
  readonly checksPassed: Int32Array;
  readonly checksWarned: Int32Array;
  readonly checksFailed: Int32Array;
  #staleAsOf: number | null = null;
  readonly #listeners = new Set<(rows: readonly number[]) => void>();
  #revision = 0;

  constructor(index: CatalogIndex) {
    this.index = index;
    this.codes = new Int8Array(index.count).fill(-1);
    this.lastMaterializedAt = new Float64Array(index.count).fill(Number.NaN);
    this.totals = new Float64Array(index.count);
    this.counts = new Float64Array(index.count * STATUS_COUNT);
    this.checksPassed = new Int32Array(index.count);
    this.checksWarned = new Int32Array(index.count);
    this.checksFailed = new Int32Array(index.count);
  }

  /**
   * What is shown of staleness holds up to this instant, in epoch milliseconds, where that is far behind; `null` where it is
   * up to now.
   */
  get staleAsOf(): number | null {
    return this.#staleAsOf;
  }

  /** Rises with every patch. */
  get revision(): number {
    return this.#revision;
  }

  /** Takes over the statuses of some assets; those of assets that the index does not know are left out. */
  patch(statuses: AssetStatuses): void {
    const rows: number[] = [];
    const asOf = statuses.staleAsOf;
    const before = this.#staleAsOf;
    this.#staleAsOf = asOf !== null && statuses.now - asOf > FAR_BEHIND_MS ? asOf : null;
    statuses.ids.forEach((id, i) => {
      const row = this.index.rowOfId(id);
      if (row === undefined) return;
      rows.push(row);
      this.codes[row] = statuses.codes[i] ?? -1;
      this.lastMaterializedAt[row] = statuses.lastMaterializedAt[i] ?? Number.NaN;
      this.totals[row] = statuses.totals[i] ?? 0;
      PARTITION_STATUSES.forEach((status, code) => {
        this.counts[row * STATUS_COUNT + code] = statuses.counts[status][i] ?? 0;
      });
      this.checksPassed[row] = statuses.checks.passed[i] ?? 0;
      this.checksWarned[row] = statuses.checks.warned[i] ?? 0;
      this.checksFailed[row] = statuses.checks.failed[i] ?? 0;
    });
    if (rows.length === 0 && this.#staleAsOf === before) return;
    this.#revision++;
    for (const listener of this.#listeners) listener(rows);
  }

  /** Tells the listeners after columns were written in another way than by a patch. */
  touch(): void {
    this.#revision++;
    for (const listener of this.#listeners) listener([]);
  }

  /** Calls back with the rows of every patch. Returns how to stop. */
  subscribe(listener: (rows: readonly number[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** How many partitions of a row are in a status. */
  countOf(row: number, code: number): number {
    return this.counts[row * STATUS_COUNT + code] ?? 0;
  }

  /** The statuses that some partition of a row has. */
  statusesOf(row: number): PartitionStatus[] {
    return PARTITION_STATUSES.filter((_, code) => this.countOf(row, code) > 0);
  }

  /** Partitions that have been made and hold: everything but missing, failed, and what is under way. */
  materializedOf(row: number): number {
    return this.countOf(row, FRESH) + this.countOf(row, STALE);
  }
}

const FRESH = PARTITION_STATUSES.indexOf("fresh");
const STALE = PARTITION_STATUSES.indexOf("stale");
