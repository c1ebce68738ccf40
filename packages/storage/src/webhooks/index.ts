export {
  findWebhookSensor,
  readReceipts,
  recordReceipt,
  type NewReceipt,
  type ReceiptRow,
} from "./webhook-receipts.ts";
