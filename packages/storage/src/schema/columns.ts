import { customType } from "drizzle-orm/pg-core";
import { PartitionSet } from "@heddle/core/internal";

/** A set of partition ordinals as `bytea`, in the encoding of `PartitionSet.encode`. */
export const partitionSet = customType<{ data: PartitionSet; driverData: Uint8Array }>({
  dataType: () => "bytea",
  toDriver: (set) => set.encode(),
  fromDriver: (bytes) => PartitionSet.decode(bytes),
});

/** Plain bytes. */
export const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => "bytea" });
