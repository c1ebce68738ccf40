import type { ErrorCatalogueEntry } from "./error-catalogue-entry.ts";

/** Declarations, definitions and selections. */
export const DECLARATION_ERRORS = {
  ASSET_KEY_INVALID: {
    summary: "An asset key is empty, too long, or holds a segment that cannot be stored.",
    remedy:
      "Use segments joined by `/`, none of them empty, `.` or `..`, without control characters, 255 bytes in all.",
  },
  ASSET_KEY_TWIN: {
    summary: "Two asset keys differ only in letter case or in the Unicode form of a letter.",
    remedy: "Rename one of the two, so that they stay apart in every store and on every file system.",
  },
  ASSET_DUPLICATE: {
    summary: "Two assets are declared under one key.",
    remedy: "Give one of them another key, or remove the one that is no longer meant.",
  },
  ASSET_CYCLE: {
    summary: "Assets depend on each other in a circle, so none of them can be made first.",
    remedy: "Remove one of the dependencies on the path that the message names.",
  },
  ASSET_INVALID: {
    summary: "An option of an asset does not have a value that it can have.",
    remedy: "Correct the option that the message names.",
  },
  ASSET_DEPENDENCY_INVALID: {
    summary: "A dependency is not an asset.",
    remedy: "Give an asset made by `asset` or `externalAsset`, or wrap it with `dep(asset, { … })`.",
  },
  ASSET_DEPENDENCY_LOADING_INVALID: {
    summary: "A dependency asks for columns, rows or an I/O manager with which its upstream cannot be loaded.",
    remedy: "Correct `columns`, `where` or `io` of the `dep(asset, { … })` that the message names.",
  },
  ASSET_DEPENDENCY_MISSING: {
    summary: "An asset depends on an asset that is not part of the definitions.",
    remedy: "Add the upstream asset to `definitions({ assets: […] })`.",
  },
  DEFINITIONS_VERSION_UNKNOWN: {
    summary: "There are no definitions of this version, or they are not kept any more.",
    remedy: "Choose one of those that are kept; retention removes what nothing refers to after 30 days.",
  },
  ASSET_UNKNOWN: {
    summary: "There is no asset with this key.",
    remedy: "Check the spelling: `heddle assets` lists all of them.",
  },
  WAIT_POLICY_INVALID: {
    summary: "A wait policy cannot be used, or its dependency reads exactly one partition.",
    remedy: "Write `wait: atLeast(5)` or `wait: atMostMissing(2)` for a dependency that reads many partitions.",
  },
  CHECK_DUPLICATE: {
    summary: "Two checks of one asset have the same name.",
    remedy: "Give one of them another name.",
  },
  CHECK_INVALID: {
    summary: "A check's name or options cannot be used, or its asset is not part of the definitions.",
    remedy: "Correct the option that the message names.",
  },
  AUTOMATION_INVALID: {
    summary: "An automation condition cannot be evaluated, or names something that there is not.",
    remedy: "Correct the part of the condition that the message names.",
  },
  FRESHNESS_INVALID: {
    summary: "A freshness policy cannot be used.",
    remedy: "Correct the age, the cron expression or the time zone that the message names.",
  },
  METADATA_INVALID: {
    summary: "A metadata value is not JSON, or is not one of the kinds of metadata.",
    remedy: "Use a JSON value or one of the constructors of `meta`.",
  },
  RESOURCE_MISSING: {
    summary: "An asset needs a resource that the definitions do not provide.",
    remedy: "Pass the resource to `definitions({ resources: { … } })` under the name that the message gives.",
  },
  RESOURCE_CONFLICT: {
    summary: "Two different resources are declared under one key.",
    remedy: "Share one resource between the assets, or give one of the two another key.",
  },
  RESOURCE_INVALID: {
    summary: "Something that is not a resource was declared as one.",
    remedy: "Make it with `resource({ key, create })`.",
  },
  DEFINITIONS_INVALID: {
    summary: "The definitions of a project have problems; the message lists all of them.",
    remedy: "Correct each problem in the file that its line names.",
  },
  DEFINITIONS_ENTRY_INVALID: {
    summary: "Something that is not an asset or a check was given to `definitions`.",
    remedy: "Give it the values that `asset`, `externalAsset` and `assetCheck` return.",
  },
  SELECTION_SYNTAX: {
    summary: "A selection cannot be read.",
    remedy: "Correct it at the position that the message names.",
  },
  POOL_INVALID: {
    summary: "A pool is declared, or named by an asset, so that it cannot be a limit.",
    remedy:
      "Declare each pool under `pools` of the definitions with 1 slot or more, at least as many as one step takes.",
  },
} as const satisfies Record<string, ErrorCatalogueEntry>;
