import type { DynamicPartition } from "@heddle/api";
import { useInfiniteQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { client, trpc } from "../../data/trpc.ts";
import { formatCount, formatCounted } from "../../format/amounts.ts";
import { Button } from "../../ui/button.tsx";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { Ago } from "../../ui/instant.tsx";
import { Section } from "../../ui/page.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { SearchField } from "../../ui/search-field.tsx";
import { AddKeysDialog } from "./add-keys-dialog.tsx";
import { RemoveKeysDialog } from "./remove-keys-dialog.tsx";

/** Keys of one page. */
const PAGE_SIZE = 100;

interface DynamicPartitionsProps {
  /** Name of the definition. */
  readonly definition: string;
  /** Shows the partition with this ordinal; `null` where the keys are but one of several dimensions. */
  readonly onShow: ((ordinal: number) => void) | null;
}

/** The keys of a dynamic definition, and the ways to add and remove some. */
export function DynamicPartitions({ definition, onShow }: DynamicPartitionsProps): ReactNode {
  const [text, setText] = useState("");
  const [removed, setRemoved] = useState(false);
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const [dialog, setDialog] = useState<"none" | "add" | "remove">("none");
  const input = { definition, removed, limit: PAGE_SIZE, ...(text === "" ? {} : { text }) };
  const query = useInfiniteQuery({
    ...trpc.partitions.list.infiniteQueryOptions(input, {
      getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    }),
    // The adapter's own function would send a direction along, which the procedure does not take.
    queryFn: ({ pageParam, signal }) => client.partitions.list.query({ ...input, cursor: pageParam }, { signal }),
  });
  const keys = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const total = query.data?.pages[0]?.total ?? 0;
  const toggle = (key: string): void => {
    const next = new Set(marked);
    if (!next.delete(key)) next.add(key);
    setMarked(next);
  };
  return (
    <Section
      title={`Keys of ${definition}`}
      aside={
        <>
          {query.isSuccess && <span>{formatCounted(total, "key")}</span>}
          {marked.size > 0 && (
            <Button kind="danger" onClick={() => setDialog("remove")}>
              Remove {formatCount(marked.size)}
            </Button>
          )}
          <Button icon="plus" onClick={() => setDialog("add")}>
            Add keys
          </Button>
        </>
      }
    >
      <div className="flex flex-wrap items-center gap-3">
        <SearchField label="Find a key" className="w-64" text={text} onText={setText} />
        <label className="flex items-center gap-2 text-muted">
          <input
            type="checkbox"
            checked={removed}
            onChange={(event) => setRemoved(event.target.checked)}
            className="accent-[var(--accent)]"
          />
          Show removed ones
        </label>
      </div>
      {query.isError && (
        <FailurePanel title="The keys could not be read" error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.isPending && <Skeleton label="Reading the keys" lines={3} />}
      {query.isSuccess && keys.length === 0 && (
        <p className="text-muted">
          {text === ""
            ? "There is no key yet. Add some here, from a sensor or with the command line."
            : "No key holds this text."}
        </p>
      )}
      {keys.length > 0 && <KeyList keys={keys} marked={marked} onMark={toggle} onShow={onShow} />}
      {query.hasNextPage && (
        <Button
          kind="ghost"
          className="self-start"
          disabled={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          Show more keys
        </Button>
      )}
      <AddKeysDialog definition={definition} open={dialog === "add"} onClose={() => setDialog("none")} />
      <RemoveKeysDialog
        definition={definition}
        keys={[...marked]}
        open={dialog === "remove"}
        onClose={() => setDialog("none")}
        onRemoved={() => setMarked(new Set())}
      />
    </Section>
  );
}

interface KeyListProps {
  readonly keys: readonly DynamicPartition[];
  readonly marked: ReadonlySet<string>;
  readonly onMark: (key: string) => void;
  readonly onShow: DynamicPartitionsProps["onShow"];
}

function KeyList({ keys, marked, onMark, onShow }: KeyListProps): ReactNode {
  return (
    <ul aria-label="Keys" className="max-h-72 divide-y divide-line overflow-y-auto rounded-md border border-line">
      {keys.map(({ ordinal, key, addedAt, removedAt }) => (
        <li key={ordinal} className="flex h-8 items-center gap-3 px-3">
          <input
            type="checkbox"
            aria-label={`Mark ${key}`}
            checked={marked.has(key)}
            disabled={removedAt !== null}
            onChange={() => onMark(key)}
            className="accent-[var(--accent)]"
          />
          {onShow === null ? (
            <span className={`min-w-0 truncate ${removedAt === null ? "" : "text-muted"}`}>{key}</span>
          ) : (
            <button
              type="button"
              title={key}
              onClick={() => onShow(ordinal)}
              className={`min-w-0 truncate hover:underline hover:underline-offset-3 ${removedAt === null ? "" : "text-muted"}`}
            >
              {key}
            </button>
          )}
          <span className="ml-auto text-xs whitespace-nowrap text-muted">
            {removedAt === null ? (
              <>
                added <Ago at={addedAt} />
              </>
            ) : (
              <>
                removed <Ago at={removedAt} />
              </>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}
