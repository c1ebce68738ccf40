import type { Sensor } from "@heddle/api";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { client, trpc } from "../../data/trpc.ts";
import { AuthorFields, type AuthorInput, authorInput, useAuthor } from "../../ui/author-fields.tsx";
import { Button } from "../../ui/button.tsx";
import { DialogActions } from "../../ui/dialog-actions.tsx";
import { Ago } from "../../ui/instant.tsx";
import { Modal } from "../../ui/modal.tsx";
import { Section } from "../../ui/page.tsx";
import { announce, announceFailure } from "../../ui/toasts.tsx";

/** What a sensor goes on from: looked at, set by hand, and what it was before. */
export function CursorEditor({ sensor }: { readonly sensor: Sensor }): ReactNode {
  const { name, cursor } = sensor;
  const [wanted, setWanted] = useState<string | null>(null);
  return (
    <Section
      title="Cursor"
      aside={
        <Button kind="ghost" onClick={() => setWanted(cursor ?? "")}>
          Change
        </Button>
      }
    >
      {cursor === null ? (
        <p className="text-muted">It has none: it begins anew.</p>
      ) : (
        <pre
          tabIndex={0}
          aria-label="Cursor now"
          className="max-h-40 overflow-auto rounded-md border border-line bg-surface px-3 py-2 font-mono text-xs leading-5 break-all whitespace-pre-wrap"
        >
          {cursor}
        </pre>
      )}
      <CursorHistory name={name} onRestore={(earlier) => setWanted(earlier)} />
      {wanted !== null && <CursorDialog name={name} wanted={wanted} onClose={() => setWanted(null)} />}
    </Section>
  );
}

/** The place of a sensor that reacts to events is no text; it can only be set to now. */
export function EventPlace({ sensor: { name } }: { readonly sensor: Sensor }): ReactNode {
  const [asking, setAsking] = useState(false);
  const [author, setAuthor] = useAuthor();
  const change = useSetCursor(name, () => setAsking(false));
  return (
    <Section
      title="Place among the events"
      aside={
        <Button kind="ghost" onClick={() => setAsking(true)}>
          Reset
        </Button>
      }
    >
      <p className="text-muted">Events are taken in the order in which they were committed, none twice.</p>
      {asking && (
        <Modal title={`Begin with what happens from now on?`} open onClose={() => setAsking(false)}>
          <div className="flex flex-col gap-4 p-4">
            <p>Events that {name} has not taken yet are passed over.</p>
            <AuthorFields author={author} onAuthor={setAuthor} />
            <div className="flex justify-end gap-2">
              <Button kind="ghost" onClick={() => setAsking(false)}>
                Leave it
              </Button>
              <Button
                kind="danger"
                disabled={change.isPending}
                onClick={() => change.mutate({ cursor: null, ...authorInput(author) })}
              >
                Pass them over
              </Button>
            </div>
          </div>
        </Modal>
      )}
    </Section>
  );
}

const HISTORY_SIZE = 10;

function CursorHistory({
  name,
  onRestore,
}: {
  readonly name: string;
  readonly onRestore: (cursor: string) => void;
}): ReactNode {
  const input = { name, limit: HISTORY_SIZE };
  const query = useInfiniteQuery({
    ...trpc.sensors.cursors.infiniteQueryOptions(input, {
      getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    }),
    queryFn: ({ pageParam, signal }) => client.sensors.cursors.query({ ...input, cursor: pageParam }, { signal }),
  });
  const entries = query.data?.pages.flatMap(({ items }) => items) ?? [];
  if (entries.length === 0) return null;
  return (
    <div>
      <h3 className="label mt-1 mb-1">What it was before</h3>
      <ul aria-label="Cursors before" className="flex flex-col">
        {entries.map(({ at, cursor, tickId, actor, reason }, i) => (
          <li key={`${at} ${i}`} className="flex flex-col border-b border-line py-1 last:border-b-0">
            <div className="flex items-baseline gap-2">
              <code className="min-w-0 flex-1 truncate font-mono text-xs" title={cursor ?? undefined}>
                {cursor ?? "none"}
              </code>
              <span className="text-xs text-muted">
                <Ago at={at} />
              </span>
              {cursor !== null && i > 0 && (
                <button type="button" className="link text-xs" onClick={() => onRestore(cursor)}>
                  Use<span className="sr-only"> {cursor} again</span>
                </button>
              )}
            </div>
            <div className="truncate text-xs text-muted">
              {tickId === null ? `set by ${actor ?? "hand"}` : "by an evaluation"}
              {reason !== null && `: ${reason}`}
            </div>
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <button type="button" className="link text-xs" onClick={() => void query.fetchNextPage()}>
          Earlier ones
        </button>
      )}
    </div>
  );
}

interface CursorDialogProps {
  readonly name: string;
  readonly wanted: string;
  readonly onClose: () => void;
}

function CursorDialog({ name, wanted, onClose }: CursorDialogProps): ReactNode {
  const [text, setText] = useState(wanted);
  const [author, setAuthor] = useAuthor();
  const change = useSetCursor(name, onClose);
  return (
    <Modal title={`Cursor of ${name}`} open onClose={onClose} width="w-[560px]">
      <form
        className="flex min-h-0 flex-col gap-4 overflow-y-auto p-4"
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate({ cursor: text === "" ? null : text, ...authorInput(author) });
        }}
      >
        <p className="text-muted">
          The next evaluation goes on from it; one that is under way takes no effect. Empty: it begins anew.
        </p>
        <textarea
          aria-label="Cursor"
          value={text}
          rows={Math.min(12, Math.max(3, text.split("\n").length))}
          maxLength={65_536}
          spellCheck={false}
          onChange={(event) => setText(event.target.value)}
          className="min-w-0 rounded-md border border-line-strong bg-canvas px-2 py-1.5 font-mono text-xs leading-5"
        />
        <AuthorFields author={author} onAuthor={setAuthor} />
        <DialogActions onLeave={onClose} disabled={change.isPending}>
          {text === "" ? "Begin anew" : "Set the cursor"}
        </DialogActions>
      </form>
    </Modal>
  );
}

function useSetCursor(name: string, onDone: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: AuthorInput & { cursor: string | null }) =>
      client.sensors.setCursor.mutate({ name, ...change }),
    onSuccess: () => {
      announce(`The cursor of ${name} is set`);
      onDone();
    },
    onError: (error) => announceFailure(`The cursor of ${name} could not be set`, error),
    onSettled: () => void queries.invalidateQueries({ queryKey: [["sensors"]] }),
  });
}
