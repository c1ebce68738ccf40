export {
  answerPreview,
  claimPreview,
  readPreviewAnswer,
  readRecentPreview,
  requestPreview,
  withdrawPreview,
  type ClaimedPreview,
  type NewPreviewRequest,
  type PreviewedValue,
} from "./preview-requests.ts";
export { readStoredPartition, type StoredPartition, type StoredPartitionQuery } from "./previewed-value.ts";
