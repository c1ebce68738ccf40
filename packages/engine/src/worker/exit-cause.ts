import { HeddleError } from "@heddle/core";
import { type FailureCause } from "@heddle/core/internal";
import type { StepProcessExit } from "./step-process.ts";

/** Why a step failed when its process died under it. */
export interface ExitCause {
  readonly cause: FailureCause;
  readonly error: HeddleError;
}

/** Names what a dead process died of. `step` says which asset and partition ran in it. */
export function explainExit(exit: Pick<StepProcessExit, "code" | "signal" | "stderr">, step: string): ExitCause {
  const tail = exit.stderr === "" ? {} : { details: { stderr: exit.stderr } };
  if (/heap out of memory|Reached heap limit|Array buffer allocation failed/i.test(exit.stderr)) {
    return {
      cause: "oom",
      error: new HeddleError("STEP_OUT_OF_MEMORY", `${step} ran out of memory`, {
        hint: "Process less at once (stream, or cut partitions finer), or raise the heap limit with HEDDLE_STEP_HEAP_MB.",
        ...tail,
      }),
    };
  }
  if (exit.signal !== null) {
    const killed = exit.signal === "SIGKILL";
    return {
      cause: "killed",
      error: new HeddleError("STEP_KILLED", `the process of ${step} was ended by ${exit.signal}`, {
        hint: killed
          ? "The operating system does this when memory runs out; if not, something on the machine sent the signal."
          : "Native code that crashes and process.abort() end a process like this.",
        ...tail,
      }),
    };
  }
  return {
    cause: "exit",
    error: new HeddleError(
      "STEP_EXIT",
      `the process of ${step} ended with exit code ${exit.code} and without a result`,
      {
        hint: "An asset function must return or throw; it must not end its process.",
        ...tail,
      },
    ),
  };
}

/** The error of a step that was ended because it ran longer than it may. */
export function timeoutError(step: string, timeoutMs: number): HeddleError {
  return new HeddleError("STEP_TIMEOUT", `${step} ran longer than its time-out of ${formatDuration(timeoutMs)}`, {
    hint: "Pass `signal` on to what the function awaits, and raise `timeoutMs` of the asset if the work needs longer.",
  });
}

/** The error of a step that was ended because nothing was seen of it for too long. */
export function noProgressError(step: string, noProgressMs: number): HeddleError {
  return new HeddleError("STEP_NO_PROGRESS", `${step} showed no progress for ${formatDuration(noProgressMs)}`, {
    hint:
      "Nothing was logged, read or stored, and no sub-step ended. Give what it waits for a deadline, or call " +
      "`heartbeat()` of the context where the work is only long.",
  });
}

function formatDuration(ms: number): string {
  if (ms < 1_000) return `${ms} ms`;
  if (ms < 120_000) return `${ms / 1_000} s`;
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}

/** Names a step for people. */
export function describeStep(step: {
  readonly assetKey: string;
  readonly partitionKey: string | null;
  readonly chunk?: readonly { readonly key: string }[];
}): string {
  const { assetKey, chunk = [] } = step;
  if (chunk.length > 1) return `${assetKey} [${chunk[0]?.key} … ${chunk.at(-1)?.key}, ${chunk.length} partitions]`;
  return step.partitionKey === null ? step.assetKey : `${step.assetKey} [${step.partitionKey}]`;
}
