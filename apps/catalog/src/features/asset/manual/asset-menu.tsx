import type { AssetDetail } from "@heddle/api";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { trpc } from "../../../data/trpc.ts";
import { Icon, type IconName } from "../../../ui/icons.tsx";
import { rowOfCondition } from "../../automation/automation-rows.ts";

/** What can be done by hand, beside materializing. */
export type ManualAction = "report" | "wipe" | "automation";

interface AssetMenuProps {
  readonly detail: AssetDetail;
  readonly onChoose: (action: ManualAction) => void;
}

/** The rarer things that can be done with an asset. */
export function AssetMenu({ detail, onChoose }: AssetMenuProps): ReactNode {
  const query = useQuery(trpc.automation.conditions.queryOptions({}));
  const own = query.data?.conditions.find(({ asset, check }) => asset.id === detail.id && check === null);
  const isOff = own !== undefined && rowOfCondition(own).state === "off";
  const made = detail.counts.fresh + detail.counts.stale + detail.counts.failed;
  const isBusy = made === 0 && detail.lastMaterializedAt === null;
  return (
    <ul className="-mx-2 mt-1 -mb-2 flex flex-col">
      <Entry
        icon="check"
        label="Report materialization…"
        hint="It was made elsewhere than by a step"
        onClick={() => onChoose("report")}
      />
      <Entry
        icon={isOff ? "play" : "pause"}
        label={isOff ? "Resume automation…" : "Pause automation…"}
        hint={
          own === undefined
            ? "It has no condition"
            : isOff
              ? "Its condition is off; it goes on from now"
              : "Its condition requests nothing until it is resumed"
        }
        disabled={own === undefined}
        onClick={() => onChoose("automation")}
      />
      <Entry
        icon="close"
        label="Wipe…"
        hint={isBusy ? "Nothing was made yet" : "Partitions become missing; their history stays"}
        disabled={isBusy}
        onClick={() => onChoose("wipe")}
      />
    </ul>
  );
}

interface EntryProps {
  readonly icon: IconName;
  readonly label: string;
  readonly hint: string;
  readonly disabled?: boolean;
  readonly onClick: () => void;
}

function Entry({ icon, label, hint, disabled = false, onClick }: EntryProps): ReactNode {
  return (
    <li>
      <button
        type="button"
        disabled={disabled}
        onClick={onClick}
        className="flex w-full items-start gap-2.5 rounded-md px-2 py-1.5 text-left hover:bg-hover disabled:pointer-events-none"
      >
        <span className={`mt-0.5 ${disabled ? "text-faint" : "text-muted"}`}>
          <Icon name={icon} size={14} />
        </span>
        <span className="min-w-0">
          <span className={`block font-medium ${disabled ? "text-muted" : "text-ink"}`}>{label}</span>
          <span className="block text-xs text-muted">{hint}</span>
        </span>
      </button>
    </li>
  );
}
