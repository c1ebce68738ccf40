import { isHeddleError, normalizeMetadata, type AnyAsset, type AnyAssetCheck, type JsonValue } from "@heddle/core";
import type { CheckReport, StepAssignment } from "../worker/protocol.ts";
import { partitionOf, type StepPorts } from "./step-ports.ts";

/** What checks are run on. */
export interface CheckRun {
  readonly step: StepAssignment;
  readonly ports: StepPorts;
  /** Loads the value that was staged. */
  load(): Promise<unknown>;
}

/**
 * Runs every check of an asset on the value that was staged, as a consumer would load it. A check that throws has
 * failed, and says so.
 */
export async function runChecks(asset: AnyAsset, run: CheckRun): Promise<CheckReport[]> {
  const checks = run.ports.definitions.checks.get(asset.key) ?? [];
  if (checks.length === 0) return [];
  const value = await run.load();
  const reports: CheckReport[] = [];
  for (const check of checks) reports.push(await runCheck(check, value, run));
  return reports;
}

async function runCheck(check: AnyAssetCheck, value: unknown, { step, ports }: CheckRun): Promise<CheckReport> {
  const { name, blocking } = check;
  const { signal, log } = ports;
  try {
    const resources = await ports.resources.acquire(check.resources, { signal, log });
    const run = { id: String(step.runId), attempt: step.attempt };
    const result = await check.check({ ...partitionOf(step, ports.definitions), value, resources, signal, log, run });
    const severity = result.severity ?? check.severity;
    return {
      name,
      passed: result.passed,
      severity,
      blocking: blocking && severity === "error",
      description: result.message,
      metadata: toMetadata(result.metadata),
    };
  } catch (error) {
    log.error(`the check "${name}" threw: ${messageOf(error)}`);
    const hint =
      isHeddleError(error) && error.hint !== undefined ? { hint: { type: "text", value: error.hint } } : null;
    return {
      name,
      passed: false,
      severity: "error",
      blocking,
      description: `threw: ${messageOf(error)}`,
      metadata: hint,
    };
  }
}

function toMetadata(values: Parameters<typeof normalizeMetadata>[0]): Readonly<Record<string, JsonValue>> | null {
  return Object.keys(values).length === 0 ? null : normalizeMetadata(values);
}

function messageOf(error: unknown): string {
  return typeof error === "object" && error !== null && "message" in error ? String(error.message) : String(error);
}
