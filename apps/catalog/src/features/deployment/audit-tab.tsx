import type { AuditActor, AuditEntry } from "@heddle/api";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { client, trpc } from "../../data/trpc.ts";
import { GlyphIcon } from "../../status/status-mark.tsx";
import { Button } from "../../ui/button.tsx";
import { At } from "../../ui/instant.tsx";
import { SearchField } from "../../ui/search-field.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { Cell, Line, LineTable } from "./line-table.tsx";
import { QueryState } from "./query-state.tsx";

const route = getRouteApi("/deployment");
const PAGE_SIZE = 50;
const TRACKS =
  "md:grid-cols-[160px_minmax(120px,180px)_minmax(130px,180px)_minmax(140px,1fr)_minmax(110px,160px)_minmax(160px,1.4fr)]";

/** Who changed what by hand, and who was refused. */
export function AuditTab(): ReactNode {
  const { action, outcome } = route.useSearch();
  const navigate = useNavigate({ from: "/deployment" });
  const input = {
    ...(action !== undefined && { action }),
    ...(outcome !== undefined && { outcome }),
    limit: PAGE_SIZE,
  };
  const query = useInfiniteQuery({
    ...trpc.deployment.audit.infiniteQueryOptions(input, {
      getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    }),
    queryFn: ({ pageParam, signal }) => client.deployment.audit.query({ ...input, cursor: pageParam }, { signal }),
  });
  const entries = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const set = (change: { action?: string | undefined; outcome?: "done" | "refused" | undefined }): void =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <SearchField
          label="Action, such as runs."
          className="w-64"
          text={action ?? ""}
          onText={(text) => set({ action: text || undefined })}
        />
        <Segmented
          label="Outcome"
          value={outcome ?? "all"}
          options={[
            { value: "all", label: "All" },
            { value: "done", label: "Done" },
            { value: "refused", label: "Refused" },
          ]}
          onChange={(value) => set({ outcome: value === "all" ? undefined : value })}
        />
        <p className="text-sm text-muted md:ml-auto">
          There is no login yet: names are what clients say of themselves.
        </p>
      </div>
      {query.data === undefined && <QueryState what="The audit log" query={query} />}
      {query.isSuccess && entries.length === 0 && (
        <p className="py-6 text-muted">
          {action === undefined && outcome === undefined
            ? "Nobody has changed anything by hand yet."
            : "No change is left by these filters."}
        </p>
      )}
      {entries.length > 0 && (
        <LineTable label="Changes" tracks={TRACKS} heads={["When", "Who", "Action", "On", "Outcome", "Asked for"]}>
          {entries.map((entry) => (
            <Line key={entry.id} tracks={TRACKS}>
              <EntryCells entry={entry} />
            </Line>
          ))}
        </LineTable>
      )}
      {query.hasNextPage && (
        <div className="flex justify-center p-2">
          <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Earlier changes
          </Button>
        </div>
      )}
    </div>
  );
}

function EntryCells({ entry }: { readonly entry: AuditEntry }): ReactNode {
  const { at, actor, action, subject, outcome, errorCode, input, inputDigest } = entry;
  const asked = input === null ? `${inputDigest.slice(0, 16)}…` : JSON.stringify(input);
  return (
    <>
      <Cell className="text-muted">
        <At at={at} />
      </Cell>
      <Cell className="truncate">{describeActor(actor)}</Cell>
      <Cell className="truncate font-mono text-xs">{action}</Cell>
      <Cell className="truncate font-medium">
        <bdi title={subject}>{subject}</bdi>
      </Cell>
      <Cell>
        {outcome === "done" ? (
          <span className="inline-flex items-center gap-1.5 text-fresh-ink">
            <GlyphIcon glyph="check" />
            <span className="text-ink">done</span>
          </span>
        ) : (
          <span className="inline-flex min-w-0 items-center gap-1.5 text-stale-ink" title={errorCode ?? ""}>
            <GlyphIcon glyph="slash" />
            <span className="truncate text-ink">refused</span>
          </span>
        )}
        {errorCode !== null && <div className="truncate font-mono text-2xs text-muted">{errorCode}</div>}
      </Cell>
      <Cell className="truncate font-mono text-2xs text-muted">
        <span title={asked}>{asked}</span>
      </Cell>
    </>
  );
}

function describeActor({ kind, name }: AuditActor): ReactNode {
  const where = WHERE[kind];
  return name === null ? (
    where
  ) : (
    <>
      <span className="font-medium">{name}</span> <span className="text-muted">{where}</span>
    </>
  );
}

const WHERE = { catalog: "catalog", command: "command line", api: "API", webhook: "webhook" } as const;
