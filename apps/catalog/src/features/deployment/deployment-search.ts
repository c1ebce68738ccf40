import { choiceParam, textParam } from "../../search/search-param.ts";
import { searchSchema } from "../../search/search-schema.ts";

/** The parts of the page, in their order. */
export const DEPLOYMENT_TABS = [
  "code",
  "processes",
  "pools",
  "notifications",
  "resources",
  "settings",
  "audit",
] as const;
/** One of {@link DEPLOYMENT_TABS}. */
export type DeploymentTab = (typeof DEPLOYMENT_TABS)[number];

/** Messages that are shown: those that need somebody, or all. */
export const MESSAGE_FILTERS = ["failed", "open", "sent"] as const;
/** One of {@link MESSAGE_FILTERS}. */
export type MessageFilter = (typeof MESSAGE_FILTERS)[number];

/** What the address of the page holds. */
export const deploymentSearch = searchSchema({
  tab: choiceParam(DEPLOYMENT_TABS),
  /** Only messages in this state. */
  messages: choiceParam(MESSAGE_FILTERS),
  /** Only messages of this notification. */
  notification: textParam(100),
  /** Only changes by procedures whose name begins like this. */
  action: textParam(100),
  /** Only changes that came out like this. */
  outcome: choiceParam(["done", "refused"]),
});
