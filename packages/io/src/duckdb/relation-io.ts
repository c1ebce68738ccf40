import { HeddleError, ioManager, type AnyIoManager, type InputContext, type IoManager } from "@heddle/core";

/** What an upstream has stored of one partition, as something that SQL is going to read. */
export interface StoredRelation {
  /** The I/O manager of the upstream; `null` when that is the deployment's default. */
  readonly own: AnyIoManager | null;
  readonly context: InputContext;
}

/**
 * Loads nothing: gives what is known about the stored value, so that SQL reads from it what it needs. It stands in for
 * the I/O manager of an upstream in the dependencies of a SQL asset.
 */
export function relationIo(own: AnyIoManager | null): IoManager<never, StoredRelation> {
  return ioManager<never, StoredRelation>({
    name: own?.name ?? "json",
    reads: "any",
    store: undefined,
    filters: true,
    async write() {
      throw new HeddleError("IO_VALUE_NOT_STORABLE", "nothing is stored through the input of a query");
    },
    load: async (context) => ({ own, context }),
  });
}
