import type { Deployment, PlanChange } from "@heddle/api";
import type { ReactNode } from "react";
import type { Catalog } from "../../data/catalog-state.ts";
import { describeStandstill } from "../../shell/deployment.ts";
import { GlyphIcon } from "../../status/status-mark.tsx";
import { Button } from "../../ui/button.tsx";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import type { Cascade } from "./launch-search.ts";
import { PlanView } from "./plan-view.tsx";
import type { LaunchPlan } from "./use-launch-plan.ts";

interface LaunchPlanColumnProps {
  readonly catalog: Catalog;
  readonly plan: LaunchPlan;
  readonly deployment: Deployment | undefined;
  readonly cascade: Cascade;
  readonly onCascade: (cascade: Cascade) => void;
  readonly onLeaveOut: (() => void) | null;
  readonly onClose: () => void;
}

/** The plan as it stands, and the button that says what it does. */
export function LaunchPlanColumn(props: LaunchPlanColumnProps): ReactNode {
  const { catalog, plan, deployment, cascade, onCascade, onLeaveOut, onClose } = props;
  const { preview } = plan;
  const standstill = deployment === undefined ? null : describeStandstill(deployment);
  const launchable = preview !== undefined && preview.total > 0 && preview.refused === null;
  // While the plan is on its way, a press counts for what the button says.
  const ready = preview !== undefined && (launchable || plan.outdated) && !plan.blocked && plan.error === null;
  return (
    <section
      aria-label="Plan"
      aria-busy={plan.outdated}
      className="flex min-h-0 min-w-0 flex-col border-line max-md:border-t md:border-l"
    >
      <div className="min-h-40 flex-1 p-4 md:min-h-[420px] md:overflow-y-auto">
        <h3 className="mb-2 font-medium">Plan</h3>
        {plan.error !== null && <FailurePanel title="This cannot be planned" error={plan.error} onRetry={plan.retry} />}
        {plan.error === null && preview === undefined && !plan.outdated && <Skeleton label="Planning" />}
        {plan.changes !== null && <Changes changes={plan.changes} />}
        {plan.error === null && preview !== undefined && (
          <div className={plan.outdated ? "opacity-60" : ""}>
            <PlanView {...{ catalog, preview, cascade, onCascade, onLeaveOut }} />
          </div>
        )}
      </div>
      <div className="flex flex-col gap-2 border-t border-line px-4 py-3 max-md:sticky max-md:bottom-0 max-md:bg-[var(--raised)]">
        {plan.launchError !== null && <FailurePanel title="The run was not launched" error={plan.launchError} />}
        {standstill !== null && (
          <p className="flex items-center gap-2 text-muted">
            <span className="text-stale-ink">
              <GlyphIcon glyph="triangle" />
            </span>
            {standstill}
          </p>
        )}
        {plan.blocked && <p className="text-muted">A config cannot be read yet.</p>}
        {plan.otherEffect && (
          <p role="alert" className="text-muted">
            What you typed changes what is made: press again if that is what you want.
          </p>
        )}
        <div className="flex flex-wrap items-center justify-end gap-2">
          {plan.waiting && (
            <span role="status" className="mr-auto text-muted">
              Planning what you typed, then it is launched.
            </span>
          )}
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="solid" icon="play" disabled={!ready || plan.launching || plan.waiting} onClick={plan.launch}>
            {plan.launching ? "Launching" : (preview?.effect ?? "Materialize")}
          </Button>
        </div>
      </div>
    </section>
  );
}

function Changes({ changes }: { readonly changes: readonly PlanChange[] }): ReactNode {
  return (
    <div role="alert" className="mb-3 rounded-md border border-stale/50 bg-stale-soft px-3 py-2">
      <p className="font-medium">The plan has changed since you saw it, so nothing was launched.</p>
      <ul className="mt-1 flex flex-col gap-1 text-muted">
        {changes.map(({ asset, text }, i) => (
          <li key={i} className="break-words">
            {asset !== null && <span className="text-ink">{asset.key}</span>} {text}
          </li>
        ))}
      </ul>
      <p className="mt-1 text-muted">Below is the plan as it is now. Launch again to confirm it.</p>
    </div>
  );
}
