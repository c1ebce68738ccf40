import { brand, hasBrand } from "./brand.ts";
import type { Logger } from "./logger.ts";
import { captureSourceLocation } from "./source-location.ts";
import type { SourceLocation } from "./snapshot.ts";
import type { MaybePromise } from "./types.ts";

/** What `create` of a resource gets. */
export interface ResourceContext {
  /** Aborted when the step that waits for the resource is canceled or runs out of time. */
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/** What {@link resource} takes. */
export interface ResourceOptions<TValue> {
  /** Name of the resource, one for each resource of a project. */
  readonly key: string;
  readonly description?: string | undefined;
  /** Makes the client. Called once per process, when the first step needs it. */
  create(context: ResourceContext): MaybePromise<TValue>;
  /** Closes the client when the process has run its last step. A promise is waited for; what it gives does not matter. */
  readonly teardown?: ((value: TValue) => unknown) | undefined;
}

/** A configured client with a life cycle, shared by assets; made by {@link resource}. */
export interface Resource<TValue = unknown> {
  readonly kind: "resource";
  readonly key: string;
  readonly description: string | null;
  create(context: ResourceContext): MaybePromise<TValue>;
  teardown(value: TValue): unknown;
  readonly source: SourceLocation | null;
}

/** A place for a resource that `definitions` fills; made by `resource.required`. */
export interface ResourceSlot<TName extends string = string, out TValue = unknown> {
  readonly kind: "resource-slot";
  readonly key: TName;
  readonly source: SourceLocation | null;
  /** Only a type: it does not exist at run time. */
  readonly types?: { readonly value: TValue };
}

/** The resources of an asset by the name under which its function sees them. */
export type ResourcesShape = Readonly<Record<string, Resource | ResourceSlot>>;

function makeResource<TValue>(options: ResourceOptions<TValue>): Resource<TValue> {
  const made: Resource<TValue> = {
    kind: "resource",
    key: options.key,
    description: options.description ?? null,
    create: options.create,
    teardown: options.teardown ?? (() => undefined),
    source: captureSourceLocation(makeResource),
  };
  return brand(made, "resource");
}

function required<TValue>(): <const TName extends string>(name: TName) => ResourceSlot<TName, TValue> {
  return function slot<const TName extends string>(name: TName): ResourceSlot<TName, TValue> {
    return brand({ kind: "resource-slot", key: name, source: captureSourceLocation(slot) }, "resource-slot");
  };
}

/**
 * Declares a resource: a database pool, a bucket, a client of an API. Assets name it under `resources` and get what
 * `create` returns.
 *
 * `resource.required<T>()("db")` declares instead a slot that `definitions({ resources: { db } })` must fill with a
 * resource for `T`, so that the same assets run with one client here and another there.
 *
 * @example
 * const warehouse = resource({
 *   key: "warehouse",
 *   create: () => new Pool({ connectionString: process.env.WAREHOUSE_URL }),
 *   teardown: (pool) => pool.end(),
 * });
 */
export const resource: typeof makeResource & { readonly required: typeof required } = Object.assign(makeResource, {
  required,
});

/** Says whether `value` was made by {@link resource}. */
export function isResource(value: unknown): value is Resource {
  return hasBrand(value, "resource");
}

/** Says whether `value` was made by `resource.required`. */
export function isResourceSlot(value: unknown): value is ResourceSlot {
  return hasBrand(value, "resource-slot");
}
