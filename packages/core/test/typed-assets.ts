import { asset } from "../src/asset.ts";
import { externalAsset } from "../src/external-asset.ts";
import type { IoManager, SameAsStored } from "../src/io-manager.ts";
import { staticPartitions } from "../src/partitions/key-partitions.ts";
import { dailyPartitions, monthlyPartitions } from "../src/partitions/time-partitions.ts";
import type { JsonValue } from "../src/types.ts";

export interface Row {
  day: string;
  tempMax: number | null;
  note?: string;
}

export declare const rowIo: IoManager<readonly Row[], SameAsStored>;
export declare const tableIo: IoManager<readonly Row[], { readonly numRows: number }>;
export declare const streamIo: IoManager<readonly Row[], AsyncIterable<Row>>;
export declare const batchIo: IoManager<readonly Row[], AsyncIterable<{ readonly numRows: number }>>;
export interface ArrowLike {
  readonly numRows: number;
  concat(...others: ArrowLike[]): ArrowLike;
}
export declare const arrowIo: IoManager<readonly Row[], ArrowLike>;
export declare const memoryIo: IoManager<unknown, SameAsStored>;
export declare const jsonIo: IoManager<JsonValue, SameAsStored>;
export declare const rows: Row[];

export const days = dailyPartitions({ start: "2012-01-01" });
export const months = monthlyPartitions({ start: "2012-01" });
export const regions = staticPartitions(["eu", "us"]);

export const raw = asset({ key: "weather/raw", partitions: days, io: rowIo, materialize: async () => rows });
export const byRegion = asset({
  key: "sales",
  partitions: regions,
  materialize: ({ partition }) => ({ region: partition.key }),
});
export const total = asset({ key: "total", materialize: () => 42 });
export const customers = externalAsset({ key: "crm/customers" });
