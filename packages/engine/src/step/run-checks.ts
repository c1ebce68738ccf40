import { HeddleError, isHeddleError, type AnyAsset, type AnyAssetCheck, type JsonValue } from "@heddle/core";
import { normalizeMetadata } from "@heddle/core/internal";
import type { CheckReport, StepAssignment } from "../worker/protocol.ts";
import { partitionOf, type StepPorts } from "./step-ports.ts";

/** What checks are run on. */
export interface CheckRun {
  readonly step: StepAssignment;
  readonly ports: StepPorts;
  /** Names of the checks. @default all of the asset */
  readonly names?: readonly string[];
  /** Loads the value that is judged. */
  load(): Promise<unknown>;
  /** Is told what a check threw. */
  threw?(error: unknown): void;
}

/**
 * Runs checks of an asset on a value, as a consumer would load it. A check that throws has failed, and says so.
 * @throws CHECK_UNKNOWN for a name that the asset does not declare; what loading throws
 */
export async function runChecks(asset: AnyAsset, run: CheckRun): Promise<CheckReport[]> {
  const declared = run.ports.definitions.checks.get(asset.key) ?? [];
  const checks = run.names === undefined ? declared : run.names.map((name) => findCheck(asset, name, declared));
  if (checks.length === 0) return [];
  const value = await run.load();
  const reports: CheckReport[] = [];
  for (const check of checks) reports.push(await runCheck(check, value, run));
  return reports;
}

function findCheck({ key }: AnyAsset, name: string, declared: readonly AnyAssetCheck[]): AnyAssetCheck {
  const check = declared.find((one) => one.name === name);
  if (check !== undefined) return check;
  throw new HeddleError("CHECK_UNKNOWN", `this code version declares no check ${JSON.stringify(name)} of ${key}`, {
    hint: "Run the checks that there are now.",
    details: { asset: key, name },
  });
}

async function runCheck(check: AnyAssetCheck, value: unknown, { step, ports, threw }: CheckRun): Promise<CheckReport> {
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
    threw?.(error);
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
