import { brand, hasBrand } from "./brand.ts";
import type { MetadataValues } from "./metadata.ts";

/** A value together with what is to be recorded about it; made by {@link output}. */
export interface Output<out TValue = unknown> {
  readonly value: TValue;
  readonly metadata: MetadataValues;
  readonly dataVersion: string | null;
}

/** What {@link output} takes. */
export interface OutputOptions<TValue> {
  /** What the asset's I/O manager stores. */
  readonly value: TValue;
  /** Recorded with the materialization, besides what `context.metadata` reported. */
  readonly metadata?: MetadataValues | undefined;
  /**
   * Says which data this is, in place of the hash of the stored content. Consumers are not out of date as long as it
   * stays the same.
   */
  readonly dataVersion?: string | undefined;
}

/**
 * Returns a value from `materialize` together with metadata or a data version of its own.
 *
 * @example
 * return output({ value: rows, metadata: { rows: rows.length }, dataVersion: release.tag });
 */
export function output<TValue>(options: OutputOptions<TValue>): Output<TValue> {
  const { value, metadata = {}, dataVersion = null } = options;
  return brand({ value, metadata, dataVersion }, "output");
}

/** Says whether `value` was made by {@link output}. */
export function isOutput(value: unknown): value is Output {
  return hasBrand(value, "output");
}
