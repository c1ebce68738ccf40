import { HeddleError, type AnyExternalAsset, type JsonValue, type Observed } from "@heddle/core";
import { normalizeMetadata } from "@heddle/core/internal";
import { describeStep } from "../worker/exit-cause.ts";
import type { StepAssignment } from "../worker/protocol.ts";
import { failure, type StepResult } from "./publish-value.ts";
import { partitionOf, type StepPorts } from "./step-ports.ts";

/** Longest data version that is kept: it names data, and is not the data. */
const MAX_VERSION_LENGTH = 1_000;

/** Looks at an external asset, or one partition of it. Nothing is stored but what was seen. Never throws. */
export async function observeStep(step: StepAssignment, ports: StepPorts): Promise<StepResult> {
  try {
    const { observation } = findObserved(step, ports);
    const { signal, log } = ports;
    const resources = await ports.resources.acquire(observation.resources, { signal, log });
    signal.throwIfAborted();
    const seen = await observation.observe({
      ...partitionOf(step, ports.definitions),
      previous: step.observes?.previous ?? null,
      resources,
      signal,
      log,
      run: { id: String(step.runId), attempt: step.attempt },
    });
    signal.throwIfAborted();
    return { kind: "success", stored: null, ...readObserved(step, seen), checks: [] };
  } catch (error) {
    return failure(error);
  }
}

function findObserved(step: StepAssignment, { definitions }: StepPorts) {
  const declared = definitions.assets.get(step.assetKey);
  const observation = declared?.kind === "external-asset" ? declared.observation : null;
  if (observation !== null) return { observation };
  throw new HeddleError(
    "ASSET_UNKNOWN",
    `this code version declares no external asset ${step.assetKey} that is observed`,
  );
}

type ObserveReturn = Awaited<ReturnType<NonNullable<AnyExternalAsset["observation"]>["observe"]>>;

/** What a function in JavaScript returns may be anything. */
function readObserved(
  step: StepAssignment,
  seen: ObserveReturn,
): { readonly dataVersion: string; readonly metadata: Readonly<Record<string, JsonValue>> | null } {
  const { dataVersion, metadata = {} }: Partial<Observed> =
    typeof seen === "string" ? { dataVersion: seen } : ((seen as Observed | undefined) ?? {});
  if (typeof dataVersion !== "string" || dataVersion === "" || dataVersion.length > MAX_VERSION_LENGTH) {
    const what =
      typeof dataVersion === "string" && dataVersion !== ""
        ? `a data version of ${dataVersion.length} characters`
        : "no data version";
    throw new HeddleError(
      "STEP_OBSERVATION_INVALID",
      `${describeStep(step)} was looked at, and \`observe\` gave back ${what}`,
      {
        hint: "Return a text that is another one whenever the data are, such as an ETag or a hash; throw where there is none.",
        details: { asset: step.assetKey, partition: step.partitionKey },
      },
    );
  }
  return { dataVersion, metadata: Object.keys(metadata).length === 0 ? null : normalizeMetadata(metadata) };
}
