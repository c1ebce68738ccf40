export { readStaleness, type StalenessRow, type StoredStaleness } from "./staleness-rows.ts";
export { readChangedInput, readMadeDeps, type ChangedInput, type MadePlace } from "./stale-causes.ts";
export {
  isStalenessChange,
  readStalenessEvents,
  readStalenessLag,
  type StalenessEvent,
  type StalenessEvents,
} from "./staleness-events.ts";
export {
  judgeStaleness,
  type AssetChange,
  type StalenessQuery,
  type StalenessVerdict,
  type TrackedAsset,
} from "./judge-staleness.ts";
export {
  readStalenessState,
  recordStaleness,
  type RecordedStaleness,
  type StalenessState,
} from "./record-staleness.ts";
