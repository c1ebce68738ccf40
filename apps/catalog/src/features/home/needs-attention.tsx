import type { AttentionItem, AttentionRule, CodeLocationHealth } from "@heddle/api";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import type { Catalog } from "../../data/catalog-state.ts";
import { formatCount, formatCounted } from "../../format/amounts.ts";
import { useHotkeys } from "../../keyboard/hotkeys.ts";
import { useDeployment } from "../../shell/deployment.ts";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { Section } from "../../ui/page.tsx";
import { AllWell } from "./all-well.tsx";
import { acknowledgeItem } from "./attention-actions.ts";
import { AttentionList } from "./attention-list.tsx";
import { CodeTrouble } from "./code-trouble.tsx";
import { FailingRules } from "./failing-rules.tsx";
import { attentionQuery } from "./home-queries.ts";

const route = getRouteApi("/");

/** Everything that needs a person: code, schedules and sensors, assets. */
export function NeedsAttention({ catalog }: { readonly catalog: Catalog }): ReactNode {
  const { quiet: shown } = route.useSearch();
  const navigate = useNavigate({ from: "/" });
  const query = useQuery(attentionQuery());
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
