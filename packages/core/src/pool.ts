/** How much of a pool each step of an asset takes up while it runs. */
export interface PoolUse {
  readonly name: string;
  /** Slots for one step: a whole number from 1. */
  readonly slots: number;
}

/** Pools that an asset's steps count against: a name (one slot), or a name with slots; one or several. */
export type PoolOption = string | Partial<PoolUse> | readonly (string | Partial<PoolUse>)[];

/** A named limit: so many slots, however many workers there are. */
export interface PoolSnapshot {
  readonly name: string;
  readonly slots: number;
}

/** More slots than this are no limit. */
export const MAX_POOL_SLOTS = 1_000_000;
/** Most pools that one asset names. */
const MAX_POOLS = 16;

/** What a name that people give looks like. Names of Heddle's own pools have a blank in them. */
const POOL_NAME = /^[\p{L}\p{N}][\p{L}\p{N}_.:/-]{0,99}$/u;
/** A limit for steps whose asset or run has a tag. */
const TAG_POOL = /^tag [^\s=]{1,100}=[^\p{C}]{0,200}$/u;
/** The limit on admitted runs has this name. */
const RESERVED = "runs";

/** The pool that every step of an asset counts against, when there is one: the asset's `maxConcurrency`. */
export function assetPool(key: string): string {
  return `asset ${key}`;
}

/** The pool that every step of a code location counts against, when there is one. */
export function locationPool(name: string): string {
  return `location ${name}`;
}

/** The pool that every step counts against whose asset or run has a tag, when there is one. */
export function tagPool(name: string, value: string): string {
  return `tag ${name}=${value}`;
}

/** Brings the ways of naming pools into one form. What is none of them is kept: validation reports it. */
export function resolvePools(option: PoolOption | undefined): readonly PoolUse[] {
  if (option === undefined) return [];
  const list: readonly unknown[] = Array.isArray(option) ? option : [option];
  return list.map((use) => {
    if (typeof use === "string") return { name: use, slots: 1 };
    // Somebody may have gone around the compiler.
    return { slots: 1, ...(use as Partial<PoolUse>) } as PoolUse;
  });
}

/** Says in words what is wrong with the pools of an asset; empty when nothing is. */
export function findPoolUseProblems(
  uses: readonly PoolUse[],
  pools: ReadonlyMap<string, unknown>,
): { readonly problem: string; readonly unknown?: string }[] {
  if (uses.length > MAX_POOLS) return [{ problem: `it names ${uses.length} pools; at most ${MAX_POOLS} fit` }];
  return uses.flatMap(({ name, slots }, index) => {
    if (typeof name !== "string") return [{ problem: "a pool without a name" }];
    if (uses.findIndex((use) => use.name === name) < index) return [{ problem: `it names the pool "${name}" twice` }];
    if (!isSlots(slots, 1))
      return [{ problem: `it takes ${String(slots)} slots of the pool "${name}"; a step takes 1 or more` }];
    const declared = pools.get(name);
    if (declared === undefined)
      return [{ problem: `it names the pool "${name}", which is not declared`, unknown: name }];
    if (isSlots(declared, 1) && slots > declared) {
      return [
        { problem: `each step takes ${slots} slots of the pool "${name}", which has ${declared}: none could ever run` },
      ];
    }
    return [];
  });
}

/** Says in words why a pool cannot be declared so; `null` when it can. */
export function findPoolProblem(name: string, slots: unknown): string | null {
  if (name === RESERVED || !(POOL_NAME.test(name) || TAG_POOL.test(name))) {
    return `"${name}" cannot be the name of a pool: it has letters, digits and _ . : / -, or is written "tag name=value"; "${RESERVED}" is taken`;
  }
  if (isSlots(slots, 1)) return null;
  const why = slots === 0 ? "none of its steps could ever run" : `it has 1 to ${MAX_POOL_SLOTS} of them`;
  return `the pool "${name}" has ${JSON.stringify(slots) ?? String(slots)} slots: ${why}`;
}

function isSlots(value: unknown, least: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= least && value <= MAX_POOL_SLOTS;
}
