import type { AttentionItem, AttentionRule, CodeLocationHealth } from "@heddle/api";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { type Catalog, useCatalog } from "../../data/catalog-state.ts";
import { trpc } from "../../data/trpc.ts";
import { formatCount, formatCounted } from "../../format/amounts.ts";
import { useHotkeys } from "../../keyboard/hotkeys.ts";
import { codeOf } from "../../status/status-look.ts";
import { GlyphIcon } from "../../status/status-mark.tsx";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { Page, PageHeader, Section } from "../../ui/page.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { useStatusRevision } from "../../data/catalog-state.ts";
import { NoAssets } from "../assets/no-assets.tsx";
import { acknowledgeItem } from "./attention-actions.ts";
import { useDeployment } from "../../shell/deployment.ts";
import { AttentionList } from "./attention-list.tsx";
import { CodeTrouble } from "./code-trouble.tsx";
import { FailingRules } from "./failing-rules.tsx";
import { FavouriteList } from "./favourite-list.tsx";
import { FleetBar } from "./fleet-bar.tsx";
import { RunHistory } from "./run-history.tsx";
import { RunningNow } from "./running-now.tsx";
import { Upcoming } from "./upcoming.tsx";

const route = getRouteApi("/");

/** What needs a person now, and what goes on. */
export function HomePage(): ReactNode {
  const catalog = useCatalog();
  if (catalog === null) return null;
  return (
    <Page title="Home">
      <PageHeader title="Home" {...(catalog.index.count === 0 ? {} : { meta: <FreshCount catalog={catalog} /> })} />
      {catalog.index.count === 0 ? <NoAssets /> : <HomeContent catalog={catalog} />}
    </Page>
  );
}

function FreshCount({ catalog }: { readonly catalog: Catalog }): ReactNode {
  useStatusRevision(catalog.statuses);
  const fresh = catalog.statuses.codes.reduce((sum, code) => sum + (code === codeOf("fresh") ? 1 : 0), 0);
  return `${formatCount(fresh)} of ${formatCounted(catalog.index.count, "asset")} fresh`;
}

function HomeContent({ catalog }: { readonly catalog: Catalog }): ReactNode {
  const { span = "6h", by = "group" } = route.useSearch();
  const navigate = useNavigate({ from: "/" });
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="grid grid-cols-[minmax(0,1fr)_340px] gap-x-10 gap-y-6 px-4 py-4 max-lg:grid-cols-1">
        <div className="flex min-w-0 flex-col gap-6">
          <FleetBar catalog={catalog} />
          <NeedsAttention catalog={catalog} />
          <RunHistory
            span={span}
            by={by}
            onSpan={(next) =>
              void navigate({
                search: (before) => ({ ...before, span: next === "6h" ? undefined : next }),
                replace: true,
              })
            }
            onBy={(next) =>
              void navigate({
                search: (before) => ({ ...before, by: next === "group" ? undefined : next }),
                replace: true,
              })
            }
          />
        </div>
        <div className="flex min-w-0 flex-col gap-6">
          <RunningNow />
          <Upcoming />
          <FavouriteList catalog={catalog} />
        </div>
      </div>
    </div>
  );
}

/** No event tells of ticks that fail. */
const READ_INTERVAL_MS = 20_000;

function NeedsAttention({ catalog }: { readonly catalog: Catalog }): ReactNode {
  const { quiet: shown } = route.useSearch();
  const navigate = useNavigate({ from: "/" });
  const query = useQuery(trpc.home.attention.queryOptions({}, { refetchInterval: READ_INTERVAL_MS }));
  const { items = [], total = 0, quiet = 0, rules = [] } = query.data ?? {};
  const listed = shown === "1" ? items : items.filter(({ note }) => note === null);
  const broken = useDeployment()?.codeLocations.filter(({ problems }) => problems.length > 0) ?? [];
  const active = useAttentionKeys({ broken, rules, items: listed });
  const needed = total + broken.length + rules.length;
  return (
    <Section
      title={needed === 0 ? "Needs attention" : `Needs attention (${formatCount(needed)})`}
      aside={
        quiet > 0 && (
          <label className="flex items-center gap-2">
            <input
              type="checkbox"
              checked={shown === "1"}
              onChange={({ target }) =>
                void navigate({
                  search: (before) => ({ ...before, quiet: target.checked ? "1" : undefined }),
                  replace: true,
                })
              }
              className="size-3.5 accent-[var(--accent)]"
            />
            {formatCounted(quiet, "acknowledged or snoozed", "acknowledged or snoozed")}
          </label>
        )
      }
    >
      {broken.length > 0 && <CodeTrouble locations={broken} active={active} />}
      {rules.length > 0 && <FailingRules rules={rules} active={active - broken.length} />}
      {query.isPending && <Skeleton label="Finding what needs attention" lines={4} />}
      {query.isError && (
        <FailurePanel
          title="What needs attention could not be read"
          error={query.error}
          onRetry={() => void query.refetch()}
        />
      )}
      {query.isSuccess && listed.length === 0 && broken.length + rules.length === 0 && <AllWell catalog={catalog} />}
      {listed.length > 0 && <AttentionList items={listed} active={active - broken.length - rules.length} />}
      {total > items.length - quiet && (
        <p className="text-xs text-muted">
          The {formatCount(items.length)} on which the most depends are listed, of {formatCount(total)}.
        </p>
      )}
    </Section>
  );
}

function AllWell({ catalog }: { readonly catalog: Catalog }): ReactNode {
  useStatusRevision(catalog.statuses);
  const count = (status: "fresh" | "missing"): number =>
    catalog.statuses.codes.reduce((sum, code) => sum + (code === codeOf(status) ? 1 : 0), 0);
  const missing = count("missing");
  return (
    <p className="flex items-center gap-2 rounded-lg border border-line px-3 py-3">
      <span className="text-fresh-ink">
        <GlyphIcon glyph="check" />
      </span>
      Nothing failed; {formatCounted(count("fresh"), "asset")} fresh
      {missing > 0 && `, ${formatCount(missing)} not made yet`}.
    </p>
  );
}

interface Listed {
  readonly broken: readonly CodeLocationHealth[];
  readonly rules: readonly AttentionRule[];
  readonly items: readonly AttentionItem[];
}

/** Moves through everything that is listed by keyboard; answers the line that it is on, counted from the top. */
function useAttentionKeys({ broken, rules, items }: Listed): number {
  const navigate = useNavigate();
  const [line, setLine] = useState(-1);
  const count = broken.length + rules.length + items.length;
  const active = Math.min(line, count - 1);
  const rule = rules[active - broken.length];
  const item = items[active - broken.length - rules.length];
  const open = (): void => {
    if (active >= 0 && active < broken.length) void navigate({ to: "/deployment", search: { tab: "code" } });
    else if (rule !== undefined) {
      const to = rule.kind === "schedule" ? "/automation/schedules/$name" : "/automation/sensors/$name";
      void navigate({ to, params: { name: rule.name } });
    } else if (item !== undefined) void navigate({ to: "/assets/$", params: { _splat: item.asset.key } });
  };
  useHotkeys("Home", [
    { keys: "j", does: "Next that needs attention", run: () => setLine(Math.min(active + 1, count - 1)) },
    { keys: "k", does: "The one before", run: () => setLine(Math.max(active - 1, 0)) },
    { keys: "Enter", does: "Open it", run: open },
    {
      keys: "x",
      does: "Acknowledge the asset",
      run: () => item !== undefined && item.note === null && void acknowledgeItem(item),
    },
  ]);
  return active;
}
