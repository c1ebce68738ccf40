import type { ErrorCatalogueEntry } from "./error-catalogue-entry.ts";

/** Partitions, mappings, cron expressions and time zones. */
export const PARTITION_ERRORS = {
  PARTITIONS_INVALID: {
    summary: "A partitions definition cannot be used.",
    remedy: "Correct the option that the message names.",
  },
  PARTITION_UNKNOWN: {
    summary: "A partition key does not belong to the partitions definition.",
    remedy: "Check the spelling and the format; the message names the nearest keys.",
  },
  PARTITION_SET_INVALID: {
    summary: "A stored or given set of partitions cannot be read.",
    remedy: "Pass a set that this version of Heddle wrote.",
  },
  DYNAMIC_PARTITIONS_UNKNOWN: {
    summary: "There is no dynamic partitions definition with this name.",
    remedy: "Check the spelling; the message names the nearest ones. A definition exists once an asset declares it.",
  },
  PARTITION_KEY_INVALID: {
    summary: "A text cannot be the key of a partition.",
    remedy: "Use keys of 1 to 512 bytes, without control characters and without white space at the ends.",
  },
  PARTITIONS_LIMIT: {
    summary: "More partitions were asked for than Heddle handles at once, or than a definition may have.",
    remedy: "Ask for fewer at a time, or cut the data more coarsely.",
  },
  MAPPING_INVALID: {
    summary: "A partition mapping does not fit the partitions on its two sides.",
    remedy: "Use a mapping whose keys and kind exist on both sides; the message names what does not fit.",
  },
  MAPPING_NOT_DERIVABLE: {
    summary: "How the partitions of two assets correspond cannot be derived.",
    remedy: "State the mapping: `dep(asset, { mapping: … })`.",
  },
  CRON_INVALID: {
    summary: "A cron expression cannot be read.",
    remedy: "Correct the field that the message names.",
  },
  TIME_ZONE_INVALID: {
    summary: "A time zone is not known.",
    remedy: "Use a name of the IANA database, such as `Europe/Berlin` or `UTC`.",
  },
} as const satisfies Record<string, ErrorCatalogueEntry>;
