export { findAbandoned, type ListedAttempt } from "./abandoned.ts";
export { previewCollection, type CollectableAsset, type CollectionPreview } from "./preview.ts";
export {
  claimCollection,
  finishCollection,
  loadCollectionStates,
  ownsCollection,
  readCollections,
  requestCollection,
  type CollectionClaim,
  type CollectionEnd,
  type CollectionRow,
  type Collector,
} from "./requests.ts";
export {
  findCollectableRun,
  findCollectableWipe,
  listCollectableChunks,
  listSuperseded,
  listWiped,
  markCollected,
  markRunCollected,
  markWipeCollected,
  type CollectableAssetName,
  type CollectableChunk,
  type CollectableWipe,
  type MaterializationPlace,
  type SupersededValue,
} from "./superseded.ts";
