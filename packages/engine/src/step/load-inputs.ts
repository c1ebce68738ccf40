import { HeddleError, isHeddleError, type AnyAsset, type AnyIoManager, type Dependency } from "@heddle/core";
import type { InputPartition, StepAssignment, StepInput } from "../worker/protocol.ts";
import { createPartitionedInput } from "./partitioned-input.ts";
import { watchStore } from "./watch-store.ts";
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
  if (dependency?.asset.kind !== "asset") return undefined;
  const own = dependency.asset.io ?? ports.defaults.io;
  const loading: Loading = { dependency, own, io: dependency.io ?? own, ports };
  const { partitions } = input;
  if (!input.many) return partitions[0] === undefined ? undefined : loadPartition(partitions[0], loading);
  const { io } = loading;
  return createPartitionedInput({
    upstream: dependency.asset.key,
    keys: partitions.map(({ key }) => key ?? ""),
    ...(input.missing !== undefined && { missing: input.missing }),
    signal: ports.signal,
    async load(index) {
      const partition = partitions[index];
      return partition === undefined ? undefined : loadPartition(partition, loading);
    },
    empty: io.empty === undefined ? undefined : () => io.empty?.(),
  });
}

/** How the partitions of one dependency are loaded. */
interface Loading {
  readonly dependency: Pick<Dependency, "columns" | "where"> & { readonly asset: { readonly key: string } };
  /** The I/O manager of the upstream. */
  readonly own: AnyIoManager;
  /** The one through which the dependency loads. */
  readonly io: AnyIoManager;
  readonly ports: StepPorts;
}

/** Loads what is stored of a partition of an asset, as a consumer would. */
export function loadStored(asset: AnyAsset, partition: InputPartition, ports: StepPorts): Promise<unknown> {
  const io = asset.io ?? ports.defaults.io;
  return loadPartition(partition, { dependency: { asset, columns: null, where: null }, own: io, io, ports });
}

async function loadPartition({ key, stored }: InputPartition, loading: Loading): Promise<unknown> {
  if (stored === null) return undefined;
  const { dependency, own, io, ports } = loading;
  const { columns, where, asset } = dependency;
  const name = key === null ? asset.key : `${asset.key} [${key}]`;
  const declared = io.reads === "any" ? own.name : io.name;
  if (stored.io !== declared) throw otherIoManager(name, { key: asset.key, written: stored.io, declared });
  if (where !== null && io.filters !== true) throw cannotFilter(name, io);
  try {
    ports.progress?.();
    return await io.load({
      assetKey: asset.key,
      partitionKey: key,
      stored,
      // Where the upstream has stored it.
      store: watchStore(own.store ?? ports.defaults.store, ports.progress),
      signal: ports.signal,
      ...(columns !== null && { columns }),
      ...(where !== null && { where }),
    });
  } catch (error) {
    if (ports.signal.aborted) throw error;
    throw naming(error, { name, asset: asset.key, partition: key });
  }
}

/** An error about one partition says which it is: of many partitions that are loaded, one cannot be read. */
function naming(
  error: unknown,
  { name, ...details }: { readonly name: string; readonly asset: string; readonly partition: string | null },
): unknown {
  const because = messageOf(error);
  if (!isHeddleError(error)) {
    return new HeddleError("STEP_INPUT_FAILED", `${name} could not be loaded: ${because}`, { details, cause: error });
  }
  if (error.details?.["asset"] === details.asset && error.details["partition"] === details.partition) return error;
  return new HeddleError(error.code, `${name} could not be loaded: ${because}`, {
    ...(error.hint !== undefined && { hint: error.hint }),
    details: { ...error.details, ...details },
    cause: error,
  });
}

function messageOf(error: unknown): string {
  return typeof error === "object" && error !== null && "message" in error ? String(error.message) : String(error);
}

function otherIoManager(
  name: string,
  { key, written, declared }: { readonly key: string; readonly written: string; readonly declared: string },
): HeddleError {
  return new HeddleError(
    "IO_MANAGER_MISMATCH",
    `${name} was stored by "${written}" and is now declared with "${declared}"`,
    { hint: `Materialize ${key} again, so that its partitions are stored the new way.` },
  );
}

/** Told when the code location loads where that is known; which I/O manager is the default is known only here. */
function cannotFilter(name: string, { name: io }: AnyIoManager): HeddleError {
  return new HeddleError(
    "ASSET_DEPENDENCY_LOADING_INVALID",
    `only some rows of ${name} are asked for, and the I/O manager "${io}" gives all of them`,
    { hint: "Leave `where` out of the dep() and filter the rows yourself, or store the asset as a table." },
  );
}
