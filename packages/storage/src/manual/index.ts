export { reportPartitions, type ReportOptions } from "./report-partitions.ts";
export { wipePartitions, type WipeOptions, type WipeResult } from "./wipe-partitions.ts";
