import { HeddleError, type AnyAsset, type Definitions } from "@heddle/core";
import type { StepAssignment } from "../worker/protocol.ts";
import { Collected } from "./collected.ts";
import { loadInputs } from "./load-inputs.ts";
import { failure, stageAndCheck, type MadeValue, type StepResult } from "./publish-value.ts";
import { readConfig } from "./read-config.ts";
import { partitionOf, type StepPorts } from "./step-ports.ts";
import { SubSteps, type SubStepRecord } from "./sub-steps.ts";

export type { StepResult } from "./publish-value.ts";

/**
 * Runs one step: loads its inputs, calls the asset's function, stages what it returns and runs the checks on what was
 * staged. Nothing is visible to anyone afterwards; publishing is another's work. Never throws.
 */
export async function runStep(step: StepAssignment, ports: StepPorts): Promise<StepResult> {
  let made: MadeValue;
  try {
    const asset = findAsset(step, ports.definitions);
    const collected = new Collected();
    const { signal, log } = ports;
    const subSteps = new SubSteps({ record: recordOf(step, ports), signal, log, random: Math.random });
    const context = {
      ...partitionOf(step, ports.definitions),
      ...(await prepareContext(asset, step, { ports, collected })),
      ...subSteps.functions,
    };
    const returned = await asset.materialize(context);
    made = { asset, returned, reported: collected.take() };
    ports.signal.throwIfAborted();
  } catch (error) {
    return failure(error);
  }
  return stageAndCheck(step, made, ports);
}

/** What the context of a function holds besides its partitions. */
export async function prepareContext(
  asset: AnyAsset,
  step: StepAssignment,
  { ports, collected }: { readonly ports: StepPorts; readonly collected: Collected },
) {
  const { signal, log } = ports;
  // First: config that does not fit must not cost the loading of anything.
  const config = asset.config === null && step.config === undefined ? undefined : await readConfig(asset, step.config);
  const [deps, resources] = await Promise.all([
    loadInputs(asset, step, ports),
    ports.resources.acquire(asset.resources, { signal, log }),
  ]);
  signal.throwIfAborted();
  ports.progress?.();
  const run = { id: String(step.runId), attempt: step.attempt };
  const heartbeat = ports.progress ?? NOBODY_LISTENS;
  return { deps, resources, config, signal, log, run, heartbeat, ...collected.functions };
}

const NOBODY_LISTENS = (): void => {};

/** Where sub-steps are recorded; one that is done is a sign of progress. */
function recordOf(step: StepAssignment, ports: StepPorts): SubStepRecord {
  const record = ports.recordOf(step);
  const { progress } = ports;
  if (progress === undefined) return record;
  return {
    read: () => record.read(),
    async write(done) {
      progress();
      await record.write(done);
      progress();
    },
  };
}

/** The asset that a step makes. @throws ASSET_UNKNOWN */
export function findAsset(step: StepAssignment, definitions: Definitions): AnyAsset {
  const asset = definitions.assets.get(step.assetKey);
  if (asset?.kind === "asset") return asset;
  throw new HeddleError(
    "ASSET_UNKNOWN",
    `this code version declares no asset ${step.assetKey} that can be materialized`,
  );
}
