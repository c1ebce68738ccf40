import type { AssetDetail } from "@heddle/api";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { formatCount, formatCounted } from "../../../format/amounts.ts";
import { partitionText, type Partitions } from "../../../partitions/partition-space.ts";
import { codeOf } from "../../../status/status-look.ts";
import { Button } from "../../../ui/button.tsx";
import { RunChecksButton } from "../../checks/run-checks-button.tsx";
import type { LaunchState } from "../../launch/launch-search.ts";
import { type ChosenPartitions, launchOfChosen } from "./chosen-partitions.ts";

const ReportDialog = lazy(async () => ({ default: (await import("../manual/report-dialog.tsx")).ReportDialog }));
const WipeDialog = lazy(async () => ({ default: (await import("../manual/wipe-dialog.tsx")).WipeDialog }));

interface ChosenActionsProps {
  readonly detail: AssetDetail;
  readonly partitions: Partitions;
  readonly chosen: Extract<ChosenPartitions, { readonly kind: "set" }>;
  readonly onClear: () => void;
  readonly onMaterialize: (parts: string, only?: readonly LaunchState[]) => void;
}

/** What can be done with the chosen partitions together. */
export function ChosenActions({ detail, partitions, chosen, onClear, onMaterialize }: ChosenActionsProps): ReactNode {
  const { set } = chosen;
  const { space, runs } = partitions;
  const { key } = detail.definition;
  const [dialog, setDialog] = useState<"report" | "wipe" | null>(null);
  const close = (): void => setDialog(null);
  const troubled = runs.setWith(new Set([codeOf("failed"), codeOf("missing")])).intersect(set).size;
  const stale = runs.setWith(new Set([codeOf("stale")])).intersect(set).size;
  const launch = launchOfChosen(chosen, partitions);
  const name = formatCounted(set.size, "chosen partition");
  return (
    <div
      role="region"
      aria-label="Marked partitions"
      className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded-md border border-accent/50 bg-accent-soft px-3 py-1.5"
    >
      <span className="min-w-0 max-w-full truncate">
        <span className="font-medium">{formatCounted(set.size, "partition")}</span>{" "}
        <span className="text-muted">
          {set.size > 1 ? space.format(set, 2).replace(/ \(\d+\)$/u, "") : space.format(set)}
        </span>
      </span>
      <span className="ml-auto flex flex-wrap gap-2">
        <Button kind="solid" icon="play" onClick={() => onMaterialize(launch.parts, launch.only)}>
          Materialize
        </Button>
        {troubled > 0 && troubled < set.size && (
          <Button onClick={() => onMaterialize(partitionText(space, set), ["missing", "failed"])}>
            Failed and missing only ({formatCount(troubled)})
          </Button>
        )}
        {stale > 0 && stale < set.size && (
          <Button onClick={() => onMaterialize(partitionText(space, set), ["stale"])}>
            Stale only ({formatCount(stale)})
          </Button>
        )}
        {detail.checks.some(({ declared }) => declared) && (
          <RunChecksButton
            label={`Run the checks of ${key} on ${name}`}
            text="Run checks"
            assets={[{ key }]}
            partition={{ ranges: set.ranges, name: formatCounted(set.size, "partition") }}
          />
        )}
        <Button onClick={() => setDialog("report")}>Report…</Button>
        <Button onClick={() => setDialog("wipe")}>Wipe…</Button>
        <Button kind="ghost" onClick={onClear}>
          Clear
        </Button>
      </span>
      <Suspense>
        {dialog === "report" && <ReportDialog detail={detail} chosen={partitionText(space, set)} onClose={close} />}
        {dialog === "wipe" && <WipeDialog detail={detail} chosen={partitionText(space, set)} onClose={close} />}
      </Suspense>
    </div>
  );
}
