import type { Ranges } from "@heddle/api";
import type { DynamicKeys } from "@heddle/core/internal";
import { useQuery } from "@tanstack/react-query";
import { client } from "../data/trpc.ts";

/** Keys of one page, as many as the server gives. */
const PAGE_SIZE = 500;

/** Pages that are read of one definition: beyond that partitions are named by their number. */
const MAX_PAGES = 20;

interface ReadDefinition {
  /** By ordinal; `null` where a key was removed. */
  readonly keys: readonly (string | null)[];
  readonly complete: boolean;
}

/** Keys of dynamic definitions by ordinal, as far as they were read. */
export interface ReadDynamicKeys {
  readonly keys: DynamicKeys;
  readonly complete: boolean;
  readonly isPending: boolean;
}

const NOTHING: ReadDynamicKeys = { keys: {}, complete: true, isPending: false };

/**
 * Reads the keys of dynamic definitions. `all` are the partitions that exist: keys are read again when others do, since an
 * ordinal never changes its key.
 */
export function useDynamicKeys(names: readonly string[], all: Ranges | undefined): ReadDynamicKeys {
  const query = useQuery({
    queryKey: [["partitions", "keys"], names, all?.length, all?.reduce((sum, bound) => sum + bound, 0)],
    queryFn: async ({ signal }) => {
      const read = await Promise.all(names.map(async (name) => [name, await readKeys(name, signal)] as const));
      return {
        keys: Object.fromEntries(read.map(([name, { keys }]) => [name, keys])),
        complete: read.every(([, { complete }]) => complete),
        isPending: false,
      };
    },
    enabled: names.length > 0 && all !== undefined,
    staleTime: Infinity,
  });
  if (names.length === 0) return NOTHING;
  // Without the keys there are still the numbers.
  return query.data ?? { ...NOTHING, complete: false, isPending: query.isPending };
}

async function readKeys(definition: string, signal: AbortSignal): Promise<ReadDefinition> {
  const keys: (string | null)[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MAX_PAGES; page++) {
    const read = await client.partitions.list.query({ definition, cursor, limit: PAGE_SIZE }, { signal });
    for (const { ordinal, key } of read.items) {
      while (keys.length < ordinal) keys.push(null);
      keys[ordinal] = key;
    }
    cursor = read.nextCursor;
    if (cursor === null) return { keys, complete: true };
  }
  return { keys, complete: false };
}
