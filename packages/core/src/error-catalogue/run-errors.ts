import type { ErrorCatalogueEntry } from "./error-catalogue-entry.ts";

/** Plans, runs and steps. */
export const RUN_ERRORS = {
  PLAN_PARTITIONS_MISSING: {
    summary: "A plan was asked for without saying which partitions of an asset are meant.",
    remedy: "State the partitions of the asset that the message names.",
  },
  PLAN_PARTITIONS_UNKNOWN: {
    summary: "A plan was asked for with partitions that do not exist.",
    remedy: "Choose among the partitions that exist now; a window exists when it is over.",
  },
  PLAN_TOO_LARGE: {
    summary: "More partitions were asked for than one run may make.",
    remedy: "Choose fewer partitions, and launch the rest as runs of their own.",
  },
  PLAN_REFUSED: {
    summary: "A plan was launched that cannot be carried out.",
    remedy: "Read what its errors say, and choose other partitions or leave out those that cannot be made.",
  },
  PLAN_OVERLAPS: {
    summary: "A launch that was to be refused in that case shares partitions with runs that are not over.",
    remedy: "Wait for the runs that the message names, cancel them, or launch with another rule for what overlaps.",
  },
  PLAN_CONFIG_INVALID: {
    summary: "Config was stated for an asset that does not take it, or is not part of what is done.",
    remedy: "State config only for assets that are made and that declare one.",
  },
  PLAN_CHUNK_UNUSED: {
    summary: "A size of chunks was stated, and none of the assets makes several partitions at a time.",
    remedy: "Leave the size out, or declare `chunk` on an asset whose function makes several partitions.",
  },
  PLAN_EMPTY: {
    summary: "A run was asked for that has nothing to do.",
    remedy: "Choose other partitions, or another rule for which of them are made.",
  },
  OBSERVATION_REFUSED: {
    summary: "There is nothing to observe: no external asset with `observe` was named, or others look at it already.",
    remedy: "Name external assets that declare `observe`, or wait for the run that the message names.",
  },
  REPORT_REFUSED: {
    summary: "A materialization was reported for an asset that Heddle does not make.",
    remedy: "Report the asset that is made from it, or declare the asset again.",
  },
  WIPE_PARTITIONS_BUSY: {
    summary: "Partitions that were to be wiped are being made by runs that are not over.",
    remedy: "Wait until the runs that the message names are over, or cancel them, or leave those partitions out.",
  },
  WIPE_NOT_CONFIRMED: {
    summary: "A wipe was asked for without the key of the asset as its confirmation.",
    remedy: "Type the asset's key exactly; on the command line, confirm the question or give --yes.",
  },
  SUB_STEP_INVALID: {
    summary: "A sub-step cannot be recorded under its name, or with its result.",
    remedy:
      "Give each sub-step a name of its own and a result that is JSON and small; return large data as the asset's value.",
  },
  SUB_STEP_FAILED: {
    summary: "A sub-step failed, as often as its retry policy allows.",
    remedy: "Read the cause and retry the step: the sub-steps that were done are not done again.",
  },
  STEP_RETRY_AFTER: {
    summary: "An asset's function asked to be called again after some time.",
    remedy: "Nothing: it is tried again. Where it was the last attempt, raise `attempts` of the asset's retry policy.",
  },
  STEP_GIVEN_UP: {
    summary: "An asset's function said that another attempt would not help.",
    remedy: "Read its message, correct the cause, and retry the step.",
  },
  POOL_UNKNOWN: {
    summary: "There is no limit of that name.",
    remedy: "List the pools, and name one of them, or state how many slots a new one has.",
  },
  RUN_PLAN_INVALID: {
    summary: "The plan of a run cannot be read.",
    remedy: "Let the version of Heddle that made the run finish it, or upgrade this one.",
  },
  RUN_ASSET_UNKNOWN: {
    summary: "A plan names an asset that the database does not know.",
    remedy: "Load the code location that declares it, then plan again.",
  },
  RUN_DEFINITIONS_CHANGED: {
    summary: "A plan was made with partitions definitions that are not in force any more.",
    remedy: "Plan again: the new plan shows what the new definitions make of it.",
  },
  RUN_CODE_LOCATIONS_MIXED: {
    summary: "A run was asked for that would need the code of several projects.",
    remedy: "Launch a run for each code location.",
  },
  WORKER_LOST: {
    summary: "The worker that ran a step did not renew its lease: it died, was cut off, or stood still.",
    remedy:
      "Nothing needs to be done: the step is tried again. If it keeps happening, look at the memory of the machine.",
  },
  RUN_UNKNOWN: {
    summary: "There is no run with this id.",
    remedy: "Check the id; runs that are older than the retention time are removed.",
  },
  RUN_OPEN: {
    summary: "A run was asked for something that is possible only when it is over.",
    remedy: "Wait until it is over, or cancel it.",
  },
  RUN_NOTHING_TO_RETRY: {
    summary: "A run has no failed step that still needs to be done again.",
    remedy: "Nothing needs to be done: it has no failures, or later runs have made what failed.",
  },
  STEP_UNKNOWN: {
    summary: "A run has no step for this partition of this asset.",
    remedy: "Choose the step on the run's page: the plan of a run says which partitions it makes.",
  },
  STEP_INPUT_MISSING: {
    summary: "An upstream partition that a step reads was never materialized, or does not exist.",
    remedy: "Materialize the upstream first, or launch both together.",
  },
  STEP_INPUT_FAILED: {
    summary: "An upstream partition that a step reads could not be loaded.",
    remedy: "Look at the cause: it comes from the I/O manager that loads it.",
  },
  STEP_INPUT_NOT_JOINABLE: {
    summary: "The partitions that a step reads cannot be joined into one value.",
    remedy: "Lists, Arrow tables and async iterables can be joined; loop over the partitions of everything else.",
  },
  STEP_CONFIG_INVALID: {
    summary: "The config that a run states for an asset does not fit the asset's schema.",
    remedy: "Correct the values that the message names, and launch again.",
  },
  STEP_OBSERVATION_INVALID: {
    summary: "The function that looks at an external asset gave back no data version.",
    remedy:
      "Return a text that is another one whenever the data are, such as an ETag or a hash, and throw where there is none.",
  },
  STEP_CHUNK_INVALID: {
    summary: "A function that makes several partitions returned or yielded something that it must not.",
    remedy: "Yield `[partition.key, value]` once for each of `context.partitions`, and nothing else.",
  },
  STEP_PARTITION_FAILED: {
    summary: "A function that makes several partitions marked one of them as failed.",
    remedy: "The message is the function's own; the other partitions went on.",
  },
  STEP_PARTITION_NOT_YIELDED: {
    summary: "A function that makes several partitions ended without having yielded this one.",
    remedy: "Yield a value or `failed(reason)` for each of `context.partitions`.",
  },
  CHECK_UNKNOWN: {
    summary: "No asset check of this name is declared, and none has left results.",
    remedy: "Look the name up on the page of checks, or on that of the asset.",
  },
  STEP_CHECK_FAILED: {
    summary:
      "A blocking check failed: the new version of a partition was not published, or what is published does not pass.",
    remedy: "Look at the check's result. The run says whether it was to make the partition or ran the check by itself.",
  },
  STEP_TIMEOUT: {
    summary: "A step ran longer than the time-out of its asset.",
    remedy: "Pass `signal` on to what the function awaits, and raise `timeoutMs` if the work needs longer.",
  },
  STEP_NO_PROGRESS: {
    summary: "A step showed no sign of progress for longer than its asset allows.",
    remedy:
      "Find out what it waits for and give that a deadline; call `heartbeat()` or log where the work is only long.",
  },
  STEP_EXIT: {
    summary: "A step ended its process, or tried to.",
    remedy: "Throw an error instead: an asset function must return or throw.",
  },
  STEP_KILLED: {
    summary: "The process of a step was ended by a signal.",
    remedy: "Look for memory that ran out, or for native code that crashes.",
  },
  STEP_OUT_OF_MEMORY: {
    summary: "A step used more memory than its process may.",
    remedy: "Process less at once, or raise the heap limit with HEDDLE_STEP_HEAP_MB.",
  },
  STEP_PROCESS_FAILED: {
    summary: "No process could be started for a step.",
    remedy: "Look at the memory and the number of processes of the machine; the step is tried again.",
  },
  STEP_FAULT: {
    summary: "A step left an error behind that surfaced outside its function.",
    remedy: "Await every promise, and handle errors in callbacks.",
  },
  RESOURCE_FAILED: {
    summary: "A resource could not be created.",
    remedy: "Look at what its `create` does: usually an address, a credential or a service that is away.",
  },
} as const satisfies Record<string, ErrorCatalogueEntry>;
