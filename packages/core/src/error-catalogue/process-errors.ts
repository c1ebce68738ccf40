import type { ErrorCatalogueEntry } from "./error-catalogue-entry.ts";

/** Settings, code locations, processes, and defects of Heddle itself. */
export const PROCESS_ERRORS = {
  CONFIG_INVALID: {
    summary: "A setting has a value that it cannot have.",
    remedy: "Correct the setting that the message names.",
  },
  CONFIG_INSECURE_BIND: {
    summary: "The server was asked to listen on an address that other machines can reach, and it has no login.",
    remedy: "Listen on 127.0.0.1; reach it from elsewhere through an SSH tunnel or a proxy that authenticates.",
  },
  CONFIG_PORT_TAKEN: {
    summary: "The port that the server was to listen on is in use.",
    remedy: "Stop the other program, or choose another port.",
  },
  CONFIG_CATALOG_MISSING: {
    summary: "The directory of the catalog's files does not hold a built catalog.",
    remedy: "Build the catalog, or correct the directory.",
  },
  CODE_LOCATION_NOT_FOUND: {
    summary: "A directory is not a project with definitions.",
    remedy:
      "Give the directory of a project, with its definitions in `src/definitions.ts` or where `package.json` says.",
  },
  CODE_LOCATION_UNKNOWN: {
    summary: "There is no code location with this name.",
    remedy: "Check the spelling; the message names the nearest names.",
  },
  CODE_LOCATION_BUILD_FAILED: {
    summary: "A project's modules do not build: a syntax error, or an import that leads nowhere.",
    remedy: "Correct the lines that the message names; the last good version stays in force until then.",
  },
  CODE_LOCATION_LOAD_FAILED: {
    summary: "A project's modules threw, or ended their process, while they were loaded.",
    remedy: "Correct the module that the message names; the last good version stays in force until then.",
  },
  CODE_LOCATION_LOAD_TIMEOUT: {
    summary: "A project's modules did not finish loading in time.",
    remedy: "Modules should only declare: move work, connections and endless loops into asset functions or resources.",
  },
  CODE_LOCATION_NO_DEFINITIONS: {
    summary: "A module does not export definitions as its default.",
    remedy: "End it with `export default definitions({ assets: [ … ] })`.",
  },
  CODE_VERSION_MISSING: {
    summary: "The code version that a run is bound to is not in the database.",
    remedy: "Launch the run again with the current code.",
  },
  CODE_VERSION_CORRUPT: {
    summary: "The stored bundle of a code version does not match its hash.",
    remedy: "Load the project again, and launch the run again.",
  },
  PROCESS_NOT_READY: {
    summary: "A process of Heddle did not become ready in time.",
    remedy: "Look at its log; a machine under heavy load may need another try.",
  },
  PROCESS_FAILED: {
    summary: "A process of Heddle could not start.",
    remedy: "The message says why.",
  },
  PROCESS_ALREADY_RUNNING: {
    summary: "`heddle dev` was started for a project that another `heddle dev` on this machine serves.",
    remedy: "Open the address that the message names, or stop the other one first.",
  },
  PLAN_CHANGED: {
    summary: "What would be done changed between the preview of a plan and its launch.",
    remedy: "Look at the new plan and launch that.",
  },
  INTERNAL: {
    summary: "Heddle reached a state that it should never reach.",
    remedy: "Please report it with the whole message.",
  },
} as const satisfies Record<string, ErrorCatalogueEntry>;
