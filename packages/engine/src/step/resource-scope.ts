import { HeddleError, type Definitions, type Logger, type Resource, type ResourcesShape } from "@heddle/core";
import { findResource } from "@heddle/core/internal";

/** What a resource's creation is told about the step that waits for it. */
export interface ResourceRequest {
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/** The resources of one process: each is created when the first step needs it, and closed when the process ends. */
export interface ResourceScope {
  /** @throws RESOURCE_FAILED when `create` throws, RESOURCE_MISSING when a slot is not filled. */
  acquire(declared: ResourcesShape, request: ResourceRequest): Promise<Readonly<Record<string, unknown>>>;
  /** Closes everything that was created, last first. Never throws: failures are logged. */
  close(): Promise<void>;
}

interface Created {
  readonly resource: Resource;
  readonly value: Promise<unknown>;
  /** Of the step for which it was made. */
  readonly signal: AbortSignal;
}

/** Makes the scope for a project's definitions. */
export function createResourceScope(definitions: Definitions): ResourceScope {
  const created = new Map<string, Created>();

  const create = async (resource: Resource, request: ResourceRequest): Promise<unknown> => {
    try {
      return await resource.create(request);
    } catch (cause) {
      // The next step tries again: a database that was away for a moment must not poison the process.
      created.delete(resource.key);
      throw new HeddleError(
        "RESOURCE_FAILED",
        `the resource "${resource.key}" could not be created: ${messageOf(cause)}`,
        {
          hint: "Look at what its `create` does: usually an address, a credential or a service that is away.",
          cause,
        },
      );
    }
  };
  const get = async (resource: Resource, request: ResourceRequest): Promise<unknown> => {
    for (;;) {
      let entry = created.get(resource.key);
      if (entry === undefined) {
        entry = { resource, value: create(resource, request), signal: request.signal };
        created.set(resource.key, entry);
      }
      try {
        return await entry.value;
      } catch (error) {
        // It was being made for another step, which was canceled or ran out of time: that is not this step's failure.
        if (entry.signal === request.signal || !entry.signal.aborted || request.signal.aborted) throw error;
      }
    }
  };

  return {
    async acquire(declared, request) {
      const entries = Object.entries(declared).map(async ([name, wanted]) => {
        const found = findResource(definitions, wanted);
        if (found !== null) return [name, await get(found, request)] as const;
        throw new HeddleError("RESOURCE_MISSING", `nothing provides the resource "${wanted.key}"`, {
          hint: `Pass it as definitions({ resources: { ${wanted.key} } }).`,
        });
      });
      return Object.fromEntries(await Promise.all(entries));
    },
    async close() {
      for (const { resource, value } of [...created.values()].reverse()) {
        try {
          await resource.teardown(await value);
        } catch (error) {
          console.error(`closing the resource "${resource.key}" failed:`, error);
        }
      }
      created.clear();
    },
  };
}

function messageOf(error: unknown): string {
  return typeof error === "object" && error !== null && "message" in error ? String(error.message) : String(error);
}
