import { HeddleError } from "@heddle/core";
import { serializeError } from "@heddle/core/internal";
import { describeStep } from "../worker/exit-cause.ts";
import type { CheckReport, StepAssignment, StoredChecks } from "../worker/protocol.ts";
import { loadStored } from "./load-inputs.ts";
import { failure, type StepResult } from "./publish-value.ts";
import { runChecks } from "./run-checks.ts";
import { findAsset } from "./run-step.ts";
import type { StepPorts } from "./step-ports.ts";

/**
 * Runs checks on what is stored of a partition, and makes nothing. A check that throws fails the attempt, so that it is
 * tried again as the asset's retry policy says; one that blocks and does not pass fails the step for good. Never throws.
 */
export async function runStoredChecks(
  step: StepAssignment,
  { names, stored }: StoredChecks,
  ports: StepPorts,
): Promise<StepResult> {
  const thrown: unknown[] = [];
  try {
    const asset = findAsset(step, ports.definitions);
    const load = () => loadStored(asset, { key: step.partitionKey, stored }, ports);
    const checks = await runChecks(asset, { step, ports, names, load, threw: (error) => thrown.push(error) });
    // What ended because it was told to says nothing of the value.
    ports.signal.throwIfAborted();
    if (thrown.length > 0) return { ...failure(thrown[0]), checks };
    const failed = checks.filter((check) => check.blocking && !check.passed);
    if (failed.length > 0) {
      return { kind: "failure", cause: "check", error: serializeError(notPassed(step, failed)), checks };
    }
    return { kind: "success", stored: null, dataVersion: null, metadata: null, checks };
  } catch (error) {
    return failure(error);
  }
}

function notPassed(step: StepAssignment, failed: readonly CheckReport[]): HeddleError {
  const names = failed.map(({ name, description }) => (description === null ? name : `${name} (${description})`));
  return new HeddleError("STEP_CHECK_FAILED", `${describeStep(step)} does not pass: ${names.join(", ")}`, {
    hint: "It stays published, and conditions hold back what reads it. Correct the data or the check.",
    details: { checks: failed.map(({ name }) => name) },
  });
}
