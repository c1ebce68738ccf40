import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { trpc } from "../../data/trpc.ts";
import { formatShortInstant } from "../../format/instants.ts";
import { useNow } from "../../ui/clock.ts";
import { OVERLAYS, type OverlayName } from "./overlay/overlay-names.ts";

const LABELS: Record<OverlayName, string> = {
  status: "Status",
  age: "Age",
  duration: "Duration of a step",
  owner: "Owner",
  group: "Group",
  changed: "What changed",
};

interface ViewMenuProps {
  readonly overlay: OverlayName | undefined;
  readonly base: number | undefined;
  readonly rulesShown: boolean;
  readonly timeShown: boolean;
  readonly columnsShown: boolean;
  /** In the past there is nothing to compare with. */
  readonly isPast: boolean;
  readonly onOverlay: (overlay: OverlayName) => void;
  readonly onBase: (base: number | undefined) => void;
  readonly onRules: (shown: boolean) => void;
  readonly onTime: (shown: boolean) => void;
  /** Left out where no asset is in focus, whose columns they would be. */
  readonly onColumns: (() => void) | undefined;
}

const LINE = "flex h-7 items-center gap-2 rounded-sm px-2 hover:bg-hover";

/** What the picture is coloured by, what it is compared with, and what is drawn besides. */
export function ViewMenu(props: ViewMenuProps): ReactNode {
  const { overlay = props.base === undefined ? "status" : "changed", base, isPast } = props;
  return (
    <div className="flex flex-col gap-3 pt-2">
      <fieldset className="flex flex-col">
        <legend className="label px-2 pb-1">Colour by</legend>
        {OVERLAYS.filter((name) => name !== "changed" || base !== undefined).map((name) => (
          <label key={name} className={LINE}>
            <input
              type="radio"
              name="lineage-overlay"
              checked={overlay === name}
              onChange={() => props.onOverlay(name)}
              className="accent-[var(--accent)]"
            />
            {LABELS[name]}
          </label>
        ))}
      </fieldset>
      {!isPast && <BaseField base={base} onBase={props.onBase} />}
      <fieldset className="flex flex-col">
        <legend className="label px-2 pb-1">Show</legend>
        <Toggle label="Time slider" shown={props.timeShown} onShown={props.onTime} />
        {props.onColumns !== undefined && (
          <Toggle label="Columns of the focus" shown={props.columnsShown} onShown={props.onColumns} />
        )}
        {!isPast && <Toggle label="Schedules and sensors" shown={props.rulesShown} onShown={props.onRules} />}
      </fieldset>
    </div>
  );
}

function Toggle({
  label,
  shown,
  onShown,
}: {
  readonly label: string;
  readonly shown: boolean;
  readonly onShown: (shown: boolean) => void;
}): ReactNode {
  return (
    <label className={LINE}>
      <input
        type="checkbox"
        checked={shown}
        onChange={(event) => onShown(event.target.checked)}
        className="accent-[var(--accent)]"
      />
      {label}
    </label>
  );
}

function BaseField({ base, onBase }: Pick<ViewMenuProps, "base" | "onBase">): ReactNode {
  const now = useNow();
  const versions = useQuery(trpc.lineage.versions.queryOptions()).data?.versions ?? [];
  const former = versions.filter(({ current }) => !current);
  return (
    <label className="flex flex-col gap-1 px-2">
      <span className="label">Compare with</span>
      <select
        value={base ?? ""}
        onChange={(event) => onBase(event.target.value === "" ? undefined : Number(event.target.value))}
        className="h-7 rounded-md border border-line-strong bg-canvas px-1.5 text-sm"
      >
        <option value="">Nothing</option>
        {former.map(({ id, codeLocation, createdAt, hash, assets }) => (
          <option key={id} value={id}>
            {formatShortInstant(createdAt, now)} · {codeLocation} · {hash.slice(0, 7)} · {assets} assets
          </option>
        ))}
      </select>
      {former.length === 0 && (
        <span className="text-2xs text-muted">No earlier version of the definitions is kept.</span>
      )}
    </label>
  );
}
