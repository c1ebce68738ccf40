import type { RunSummary } from "@heddle/api";
import { Link } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense } from "react";
import { formatCount, formatCounted } from "../../format/amounts.ts";
import { formatDuration } from "../../format/durations.ts";
import { GlyphIcon } from "../../status/status-mark.tsx";
import { useNow } from "../../ui/clock.ts";
import { Icon } from "../../ui/icons.tsx";
import { PopoverButton } from "../../ui/popover-button.tsx";

const RunMenu = lazy(async () => ({ default: (await import("./run-menu.tsx")).RunMenu }));

/** A run whose checks did not pass never looks all green. */
export function CheckTrouble({ run }: { readonly run: RunSummary }): ReactNode {
  const { warned, failed } = run.checks;
  if (warned + failed === 0) return null;
  const text = `${formatCounted(failed, "check")} failed, ${formatCount(warned)} warned`;
  return (
    <span role="img" aria-label={text} title={text} className={failed > 0 ? "text-failed-ink" : "text-stale-ink"}>
      <GlyphIcon glyph="triangle" />
    </span>
  );
}

/** What a run makes: its first asset by name, the others by number. */
export function RunAssets({ run }: { readonly run: RunSummary }): ReactNode {
  const [first, ...more] = run.assets;
  if (first === undefined) return <span className="text-muted">none</span>;
  return (
    <>
      <Link
        to="/assets/$"
        params={{ _splat: first.key }}
        title={first.key}
        className="hover:underline hover:underline-offset-3"
      >
        {first.key}
      </Link>
      {run.assetCount > 1 && (
        <span className="text-muted" title={more.map(({ key }) => key).join("\n")}>
          {" "}
          and {formatCount(run.assetCount - 1)} more
        </span>
      )}
    </>
  );
}

/** Assets that are wholly made, of all; and those of which steps failed. */
export function AssetsMade({ run }: { readonly run: RunSummary }): ReactNode {
  return (
    <>
      <span title={`${formatCount(run.assetsMade)} of ${formatCounted(run.assetCount, "asset")} wholly made`}>
        {formatCount(run.assetsMade)}/{formatCount(run.assetCount)}
      </span>
      {run.assetsFailed > 0 && (
        <span className="text-failed-ink" title={`steps of ${formatCounted(run.assetsFailed, "asset")} failed`}>
          , {formatCount(run.assetsFailed)} failed
        </span>
      )}
    </>
  );
}

/** How long a run took, or has taken so far. */
export function Took({ run }: { readonly run: Pick<RunSummary, "startedAt" | "endedAt"> }): ReactNode {
  const now = useNow();
  if (run.startedAt === null) return null;
  return formatDuration((run.endedAt ?? Math.max(now, run.startedAt)) - run.startedAt);
}

/** The button with what can be done with a run. */
export function RunMenuButton({ run }: { readonly run: RunSummary }): ReactNode {
  return (
    <PopoverButton
      trigger={<Icon name="more" size={15} />}
      label={`Actions of run ${run.id}`}
      className="inline-flex size-7 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-ink active:bg-pressed"
      title={`Run ${run.id}`}
      width="w-64"
    >
      {(close) => (
        <Suspense>
          <RunMenu run={run} onDone={close} />
        </Suspense>
      )}
    </PopoverButton>
  );
}
