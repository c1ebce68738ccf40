import type { AssetRef } from "./common.ts";

/** A limit on steps, and what counts against it now. */
export interface Pool {
  /** As declared; `asset KEY`, `location NAME` and `tag name=value` for what nobody names. */
  readonly name: string;
  /** Slots that it has now. */
  readonly slots: number;
  /** As the definitions say; `null` when they do not name it. */
  readonly declaredSlots: number | null;
  /** Whether a person has set `slots`. */
  readonly isSet: boolean;
  /** Code location that declares it. */
  readonly location: string | null;
  /** Slots that running steps take up; more than `slots` for a while after these were lowered. */
  readonly used: number;
  /** Steps of admitted runs that could begin if there were slots. */
  readonly ready: number;
  /** Who takes slots up, the most first, 20 at most. */
  readonly holders: readonly PoolHolder[];
}

/** Steps of one asset of one run, together. */
export interface PoolHolder {
  readonly runId: number;
  readonly asset: AssetRef;
  readonly slots: number;
}

/** `pools.list`: by name, 1,000 at most. */
export interface Pools {
  readonly pools: readonly Pool[];
}

/** Answer of `pools.set`. */
export interface PoolChange {
  readonly changed: boolean;
  /** As it is now; `null` when it is gone. */
  readonly pool: Pool | null;
}
