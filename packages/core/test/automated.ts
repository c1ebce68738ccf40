import type { AutomationCondition } from "../src/index.ts";
import type { AssetSnapshot, MappingSpec, PartitionsSpec } from "../src/internal.ts";
import { assetOf } from "./random-plans.ts";

/** What {@link automated} takes. */
export interface AutomatedOptions {
  readonly when?: AutomationCondition;
  readonly partitions?: PartitionsSpec | null;
  /** Mappings by upstream key; a list of keys reads assets without partitions. */
  readonly deps?: Readonly<Record<string, MappingSpec>> | readonly string[];
  /** Conditions of its checks by name; `null` for none. Names with a `!` block. */
  readonly checks?: Readonly<Record<string, AutomationCondition | null>>;
  readonly codeVersion?: string;
  readonly kind?: "asset" | "external";
  /** Of an external asset: whether anybody looks at it. */
  readonly isObserved?: boolean;
}

/** An asset with a condition, as a snapshot has it. */
export function automated(key: string, options: AutomatedOptions = {}): AssetSnapshot {
  const {
    when,
    partitions = null,
    deps = {},
    checks = {},
    codeVersion = "v1",
    kind = "asset",
    isObserved = false,
  } = options;
  const mappings: Readonly<Record<string, MappingSpec>> = isList(deps)
    ? Object.fromEntries(deps.map((dep) => [dep, { kind: "unpartitioned" }]))
    : deps;
  return {
    ...assetOf(key, { partitions, deps: mappings, kind }),
    codeVersion,
    ...(isObserved && { observed: true as const }),
    ...(when !== undefined && { automation: { version: 1 as const, condition: when.spec } }),
    checks: Object.entries(checks).map(([name, condition]) => ({
      name: name.replace("!", ""),
      description: null,
      severity: "error" as const,
      blocking: name.endsWith("!"),
      source: null,
      ...(condition !== null && { automation: { version: 1 as const, condition: condition.spec } }),
    })),
  };
}

function isList(deps: Readonly<Record<string, MappingSpec>> | readonly string[]): deps is readonly string[] {
  return Array.isArray(deps);
}
