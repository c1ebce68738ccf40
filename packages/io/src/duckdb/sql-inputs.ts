import type { AnyAsset, AnyIoManager, PartitionedInput } from "@heddle/core";
import type { InputParts } from "./input-sources.ts";
import { relationIo, type StoredRelation } from "./relation-io.ts";
import { fragment, type SqlFragment } from "./sql-fragment.ts";
import type { SqlInput } from "./sql-asset-types.ts";
import { quoteName } from "./sql-text.ts";

/**
 * Lets the dependencies of an asset be given as what is stored and not as values. The declaration is one that
 * {@link asset} has just made, whose dependencies nobody has looked at yet.
 */
export function readStored({ deps }: AnyAsset): void {
  const read = Object.entries(deps).map(([name, dependency]) => {
    const { asset } = dependency;
    const own: AnyIoManager | null = asset.kind === "asset" ? asset.io : null;
    return [name, asset.kind === "asset" ? { ...dependency, io: relationIo(dependency.io ?? own) } : dependency];
  });
  Object.assign(deps, Object.fromEntries(read));
}

/** A dependency as a query sees it, and what is behind it. */
export interface OpenInput {
  readonly input: SqlInput;
  readonly parts: InputParts;
}

/** Makes the tables that the function of a SQL asset gets, from what the engine has loaded for it. */
export function openInputs(
  { deps }: AnyAsset,
  loaded: Readonly<Record<string, unknown>>,
): Promise<Map<string, OpenInput>> {
  return openAll(
    Object.entries(deps).flatMap(([name, { asset }]) =>
      asset.kind === "asset" ? [{ name, upstream: asset, value: loaded[name] }] : [],
    ),
  );
}

interface LoadedInput {
  readonly name: string;
  readonly upstream: AnyAsset;
  /** What the engine gives: one value, the values of many partitions, or nothing. */
  readonly value: unknown;
}

async function openAll(loaded: readonly LoadedInput[]): Promise<Map<string, OpenInput>> {
  const inputs = new Map<string, OpenInput>();
  for (const { name, upstream, value } of loaded) {
    const many = isMany(value) ? value : null;
    const parts: StoredRelation[] = [];
    if (many !== null) for await (const [, part] of many) if (part !== undefined) parts.push(part);
    // Guarded by what `relationIo` loads: nothing else stands in for it.
    const one = many === null ? (value as StoredRelation | undefined) : undefined;
    if (one !== undefined) parts.push(one);
    inputs.set(name, {
      input: sqlInput(name, { keys: many?.keys ?? keysOf(one), missing: many?.missing ?? [] }),
      parts: { upstream: upstream.key, own: upstream.io, parts },
    });
  }
  return inputs;
}

function isMany(value: unknown): value is PartitionedInput<StoredRelation | undefined> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value && "keys" in value;
}

function keysOf(one: StoredRelation | undefined): readonly string[] {
  const key = one?.context.partitionKey;
  return typeof key === "string" ? [key] : [];
}

/** What stands for a dependency in a query. */
export function sqlInput(name: string, partitions: Pick<SqlInput, "keys" | "missing">): SqlInput {
  return fragment([quoteName(name)], [], {
    ...partitions,
    column: (column: string): SqlFragment => fragment([`${quoteName(name)}.${quoteName(column)}`], [], {}),
  });
}
