import type { ErrorCatalogueEntry } from "./error-catalogue-entry.ts";

/** Notifications, and requests that come in from outside. */
export const NOTIFICATION_ERRORS = {
  NOTIFICATION_INVALID: {
    summary: "A notification is declared in a way that cannot be used.",
    remedy: "Correct the option that the message names.",
  },
  NOTIFICATION_NAME_DUPLICATE: {
    summary: "Two notifications have one name, or names that differ only in letter case.",
    remedy: "Give one of them another name: what was sent belongs to the name.",
  },
  NOTIFICATION_UNKNOWN: {
    summary: "There is no notification with this name.",
    remedy: "Check the spelling; the message names the nearest names.",
  },
  NOTIFICATION_MESSAGE_UNKNOWN: {
    summary: "There is no message with this number.",
    remedy: "Look at the list of messages; old ones are deleted after 30 days.",
  },
  NOTIFICATION_CONFIG_MISSING: {
    summary: "A notification needs an environment variable or a package that the daemon does not have.",
    remedy: "Set the variable for the daemon, or install the package, and retry the message.",
  },
  NOTIFICATION_ADDRESS_REFUSED: {
    summary: "A notification is to go to an address that it must not go to.",
    remedy:
      "Use https and a public address, or list the host in HEDDLE_NOTIFY_ALLOW_HOSTS for the daemon, such as `alerts.internal:8080`.",
  },
  NOTIFICATION_REFUSED: {
    summary: "Whoever should take a notification has refused it.",
    remedy: "Look at the answer in the message; correct the address, the secret or the receiver, and retry it.",
  },
  NOTIFICATION_UNDELIVERED: {
    summary: "A notification could not be delivered.",
    remedy: "It is tried again until it is given up; look whether the receiver can be reached.",
  },
  WEBHOOK_UNKNOWN: {
    summary: "There is no webhook sensor of this name in this code location.",
    remedy: "Send to /webhooks/<code location>/<sensor>; `heddle sensors` lists the sensors.",
  },
  WEBHOOK_SECRET_MISSING: {
    summary: "The server does not have the environment variable with the secret of a webhook sensor.",
    remedy: "Set the variable that `secretEnv` names for the server, and send the request again.",
  },
  WEBHOOK_SIGNATURE_INVALID: {
    summary: "The signature of a request to a webhook sensor is missing or wrong.",
    remedy: "Compare the secrets of both sides, and sign the body exactly as it is sent.",
  },
  WEBHOOK_TOO_OLD: {
    summary: "The time in the signature of a request lies too far from the present.",
    remedy: "Set the sender's clock, sign when sending, or state a longer toleranceMs.",
  },
  WEBHOOK_BODY_INVALID: {
    summary: "The body of a request to a webhook sensor is not JSON.",
    remedy: "Send JSON with content-type application/json.",
  },
  WEBHOOK_RATE_LIMITED: {
    summary: "More requests come to a webhook sensor than it takes.",
    remedy: "Send fewer, or again after the time that Retry-After states.",
  },
} as const satisfies Record<string, ErrorCatalogueEntry>;
