import { HeddleError, type AnyAsset } from "@heddle/core";
import type { StepAssignment, StepInput } from "../worker/protocol.ts";
import { createPartitionedInput } from "./partitioned-input.ts";
import type { StepPorts } from "./step-ports.ts";

/** Gives the values of the dependencies of a step, by name; those of many partitions are loaded when they are asked for. */
export async function loadInputs(
  asset: AnyAsset,
  step: StepAssignment,
  ports: StepPorts,
): Promise<Readonly<Record<string, unknown>>> {
  const entries = await Promise.all(
    step.inputs.map(async (input) => [input.name, await loadInput(asset, input, ports)] as const),
  );
  return Object.fromEntries(entries);
}

async function loadInput(asset: AnyAsset, input: StepInput, ports: StepPorts): Promise<unknown> {
  const dependency = asset.deps[input.name];
  const upstream = dependency?.asset;
  if (dependency === undefined || upstream?.kind !== "asset") return undefined;
  const io = upstream.io ?? ports.defaults.io;
  const partitions = input.partitions.map(({ key, stored }) => ({
    key: key ?? "",
    load: async () => {
      if (stored === null) return undefined;
      if (stored.io !== io.name) throw otherIoManager(input, { key, written: stored.io, declared: io.name });
      return io.load({
        assetKey: upstream.key,
        partitionKey: key,
        stored,
        store: io.store ?? ports.defaults.store,
        signal: ports.signal,
        ...(dependency.columns !== null && { columns: dependency.columns }),
      });
    },
  }));
  if (input.many) return createPartitionedInput(upstream.key, partitions, input.missing);
  return partitions[0]?.load();
}

function otherIoManager(
  input: StepInput,
  { key, written, declared }: { key: string | null; written: string; declared: string },
): HeddleError {
  const what = key === null ? input.upstream : `${input.upstream} [${key}]`;
  return new HeddleError(
    "IO_MANAGER_MISMATCH",
    `${what} was stored by "${written}" and is now declared with "${declared}"`,
    {
      hint: `Materialize ${input.upstream} again, so that its partitions are stored the new way.`,
    },
  );
}
