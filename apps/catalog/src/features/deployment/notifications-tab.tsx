import type { NotificationMessage, NotificationSummary } from "@heddle/api";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { client, trpc } from "../../data/trpc.ts";
import { formatCount, formatCounted } from "../../format/amounts.ts";
import { formatDuration } from "../../format/durations.ts";
import { GlyphIcon } from "../../status/status-mark.tsx";
import { Button } from "../../ui/button.tsx";
import { EmptyState, Snippet } from "../../ui/empty-state.tsx";
import { Ago } from "../../ui/instant.tsx";
import { Section } from "../../ui/page.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { announce, announceFailure } from "../../ui/toasts.tsx";
import type { MessageFilter } from "./deployment-search.ts";
import { Cell, Line, LineTable } from "./line-table.tsx";
import { QueryState } from "./query-state.tsx";

const route = getRouteApi("/deployment");
const PAGE_SIZE = 50;
const READ_INTERVAL_MS = 5_000;
/** Runs that a line names. */
const SHOWN_RUNS = 3;
const RULE_TRACKS = "md:grid-cols-[minmax(140px,1fr)_minmax(180px,1.6fr)_minmax(160px,1.2fr)_minmax(120px,160px)_72px]";
const MESSAGE_TRACKS =
  "md:grid-cols-[minmax(110px,140px)_minmax(120px,180px)_minmax(220px,2.4fr)_minmax(110px,140px)_72px]";

const STATES: Readonly<Record<MessageFilter, NotificationMessage["state"][]>> = {
  failed: ["failed"],
  open: ["gathering", "sending"],
  sent: ["sent"],
};

/** What is told, to whom, and what could not be delivered. */
export function NotificationsTab(): ReactNode {
  const query = useQuery({ ...trpc.notifications.list.queryOptions({}), refetchInterval: READ_INTERVAL_MS });
  if (query.data === undefined) return <QueryState what="The notifications" query={query} />;
  const { notifications } = query.data;
  return (
    <div className="flex flex-col gap-6">
      {notifications.length === 0 ? (
        <NoNotifications />
      ) : (
        <Section title="Notifications">
          <LineTable label="Notifications" tracks={RULE_TRACKS} heads={["Name", "Tells of", "To", "Messages", ""]}>
            {notifications.map((one) => (
              <Line key={one.name} tracks={RULE_TRACKS}>
                <NotificationCells notification={one} />
              </Line>
            ))}
          </LineTable>
        </Section>
      )}
      <Messages hasNotifications={notifications.length > 0} />
    </div>
  );
}

function NoNotifications(): ReactNode {
  return (
    <EmptyState title="Nobody is told of anything yet.">
      <p>Declare what is told, and to whom:</p>
      <Snippet>{`notify({ name: "alarm", on: runFailed(), to: slack() })`}</Snippet>
    </EmptyState>
  );
}

function NotificationCells({ notification }: { readonly notification: NotificationSummary }): ReactNode {
  const { name, description, on, to, selection, tags, messages, lastSentAt, gatherMs, minIntervalMs } = notification;
  const scope = [selection, ...Object.entries(tags).map(([tag, value]) => `${tag}=${value}`)]
    .filter(Boolean)
    .join(", ");
  return (
    <>
      <Cell>
        <div className="truncate font-medium" title={name}>
          {name}
        </div>
        {description !== null && <div className="truncate text-xs text-muted">{description}</div>}
      </Cell>
      <Cell>
        <div>{on.join("; ")}</div>
        <div className="text-xs text-muted">
          {scope !== "" && `of ${scope} · `}
          {describePace(gatherMs, minIntervalMs)}
        </div>
      </Cell>
      <Cell>
        {to.map(({ text }) => (
          <div key={text} className="truncate" title={text}>
            {text}
          </div>
        ))}
      </Cell>
      <Cell className="text-sm">
        <div className={messages.failed > 0 ? "text-failed-ink" : "text-muted"}>
          {messages.failed > 0 ? `${formatCount(messages.failed)} failed` : `${formatCount(messages.sent)} sent`}
          {messages.open > 0 && `, ${formatCount(messages.open)} open`}
        </div>
        <div className="text-xs text-muted">
          {lastSentAt === null ? (
            "none was sent yet"
          ) : (
            <>
              last sent <Ago at={lastSentAt} />
            </>
          )}
        </div>
      </Cell>
      <Cell className="text-right max-md:text-left">
        <TestButton name={name} />
      </Cell>
    </>
  );
}

function describePace(gatherMs: number, minIntervalMs: number): string {
  const gathered = gatherMs === 0 ? "told at once" : `gathered for ${formatDuration(gatherMs)}`;
  return minIntervalMs === 0 ? gathered : `${gathered}, every ${formatDuration(minIntervalMs)} at most`;
}

function TestButton({ name }: { readonly name: string }): ReactNode {
  const queries = useQueryClient();
  const test = useMutation({
    mutationFn: () => client.notifications.test.mutate({ name }),
    onSuccess: () => {
      announce(`A test of ${name} is on its way`, "Below stands whether it was delivered.");
      void queries.invalidateQueries({ queryKey: [["notifications"]] });
    },
    onError: (error) => announceFailure(`${name} could not be tested`, error),
  });
  return (
    <Button kind="ghost" disabled={test.isPending} onClick={() => test.mutate()} aria-label={`Test ${name}`}>
      Test
    </Button>
  );
}

function Messages({ hasNotifications }: { readonly hasNotifications: boolean }): ReactNode {
  const { messages: filter, notification } = route.useSearch();
  const navigate = useNavigate({ from: "/deployment" });
  const input = {
    ...(filter !== undefined && { states: [...STATES[filter]] }),
    ...(notification !== undefined && { notification }),
    limit: PAGE_SIZE,
  };
  const query = useInfiniteQuery({
    ...trpc.notifications.messages.infiniteQueryOptions(input, {
      getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    }),
    queryFn: ({ pageParam, signal }) =>
      client.notifications.messages.query({ ...input, cursor: pageParam }, { signal }),
    refetchInterval: READ_INTERVAL_MS,
  });
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  if (!hasNotifications && items.length === 0 && query.isSuccess) return null;
  return (
    <Section
      title="Messages"
      aside={
        <Segmented
          label="Which messages"
          value={filter ?? "all"}
          options={[
            { value: "all", label: "All" },
            { value: "failed", label: "Failed" },
            { value: "open", label: "Open" },
            { value: "sent", label: "Sent" },
          ]}
          onChange={(value) =>
            void navigate({
              search: (before) => ({ ...before, messages: value === "all" ? undefined : value }),
              replace: true,
            })
          }
        />
      }
    >
      {query.data === undefined && <QueryState what="The messages" query={query} />}
      {query.isSuccess && items.length === 0 && (
        <p className="text-muted">{filter === undefined ? "Nothing was told yet." : "No message is in this state."}</p>
      )}
      {items.length > 0 && (
        <LineTable label="Messages" tracks={MESSAGE_TRACKS} heads={["State", "Notification", "Tells", "When", ""]}>
          {items.map((message) => (
            <Line key={message.id} tracks={MESSAGE_TRACKS}>
              <MessageCells message={message} />
            </Line>
          ))}
        </LineTable>
      )}
      {query.hasNextPage && (
        <div className="flex justify-center p-2">
          <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Earlier messages
          </Button>
        </div>
      )}
    </Section>
  );
}

function MessageCells({ message }: { readonly message: NotificationMessage }): ReactNode {
  const { id, notification, place, count, sentences, runIds, createdAt, attempts, error, state, isTest } = message;
  const more = count - sentences.length;
  return (
    <>
      <Cell>
        <MessageState message={message} />
        {attempts > 1 && <div className="text-xs text-muted">{formatCounted(attempts, "attempt")}</div>}
      </Cell>
      <Cell>
        <div className="truncate font-medium" title={notification}>
          {notification}
        </div>
        <div className="truncate text-xs text-muted" title={place.text}>
          {place.text}
          {isTest && " · test"}
        </div>
      </Cell>
      <Cell>
        <div className="line-clamp-2 break-words">{sentences[0]}</div>
        {sentences.length > 1 && (
          <details className="text-sm">
            <summary className="text-muted">and {formatCount(count - 1)} more</summary>
            <ul className="mt-1 flex flex-col gap-0.5">
              {sentences.slice(1).map((sentence, index) => (
                <li key={index}>{sentence}</li>
              ))}
              {more > 0 && <li className="text-muted">… and {formatCount(more)} that are not told one by one.</li>}
            </ul>
          </details>
        )}
        {error !== null && <div className="text-sm break-words text-failed-ink">{error.message}</div>}
        {runIds.length > 0 && (
          <div className="flex flex-wrap gap-x-2 text-xs">
            {runIds.slice(0, SHOWN_RUNS).map((runId) => (
              <Link key={runId} to="/runs/$runId" params={{ runId: String(runId) }} className="link">
                run {runId}
              </Link>
            ))}
            {runIds.length > SHOWN_RUNS && <span className="text-muted">+{runIds.length - SHOWN_RUNS}</span>}
          </div>
        )}
      </Cell>
      <Cell className="text-muted">
        <Ago at={createdAt} />
      </Cell>
      <Cell className="text-right max-md:text-left">
        {(state === "failed" || (state === "sending" && error !== null)) && <RetryButton id={id} />}
      </Cell>
    </>
  );
}

function MessageState({ message }: { readonly message: NotificationMessage }): ReactNode {
  const { state, error, nextAttemptAt } = message;
  const { glyph, tone, word } = MESSAGE_LOOK[state];
  return (
    <>
      <span className={`inline-flex items-center gap-1.5 whitespace-nowrap ${tone}`}>
        <GlyphIcon glyph={glyph} />
        <span className={state === "failed" ? "font-medium" : "text-ink"}>{word}</span>
      </span>
      {state === "sending" && error !== null && nextAttemptAt !== null && (
        <div className="text-xs text-muted">
          again <Ago at={nextAttemptAt} />
        </div>
      )}
    </>
  );
}

const MESSAGE_LOOK = {
  gathering: { glyph: "dots", tone: "text-queued-ink", word: "gathering" },
  sending: { glyph: "play", tone: "text-running-ink", word: "sending" },
  sent: { glyph: "check", tone: "text-fresh-ink", word: "sent" },
  failed: { glyph: "cross", tone: "text-failed-ink", word: "failed" },
} as const;

function RetryButton({ id }: { readonly id: number }): ReactNode {
  const queries = useQueryClient();
  const retry = useMutation({
    mutationFn: () => client.notifications.retry.mutate({ id }),
    onSuccess: () => {
      announce("The message is tried again");
      void queries.invalidateQueries({ queryKey: [["notifications"]] });
    },
    onError: (error) => announceFailure("The message could not be tried again", error),
  });
  return (
    <Button kind="ghost" disabled={retry.isPending} onClick={() => retry.mutate()} aria-label={`Retry message ${id}`}>
      Retry
    </Button>
  );
}
