export { readNotifiableEvents, type NotifiableCheck, type NotifiableEvent } from "./notified-events.ts";
export {
  loadNotifications,
  recordMatches,
  recordTestMessages,
  type ActiveNotification,
  type MatchedEvents,
} from "./record-messages.ts";
export {
  claimMessages,
  readNextDue,
  recordSent,
  retryMessage,
  type DueMessage,
  type SendOutcome,
} from "./send-messages.ts";
export {
  readMessages,
  readNotifications,
  readTroubledMessages,
  type MessageQuery,
  type MessageRow,
  type NotificationRow,
} from "./read-notifications.ts";
