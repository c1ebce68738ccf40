import { type ReactNode, useState } from "react";
import { Field } from "../../ui/field.tsx";
import { Icon } from "../../ui/icons.tsx";
import { NumberField } from "../../ui/number-field.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { ConfigFields } from "./config-fields.tsx";
import type { LaunchFormProps } from "./launch-form.tsx";
import { LaunchLimits, UpToDate } from "./launch-limits.tsx";
import { type LaunchRequest, MAX_AT_ONCE, MAX_CHUNK, MAX_PRIORITY, MAX_TRIES, type Overlap } from "./launch-search.ts";
import { ORDER_OPTIONS } from "./order-options.ts";
import { TagsField } from "./tags-field.tsx";

type LaunchSettingsProps = Pick<LaunchFormProps, "request" | "planned" | "onChange" | "onBrokenConfig">;

/** What most launches leave as it is. Config that an asset needs stands open, everything else is folded. */
export function LaunchSettings(props: LaunchSettingsProps): ReactNode {
  const { request, planned, onChange, onBrokenConfig } = props;
  const configurable = planned.filter(({ config }) => config !== null);
  const needed = configurable.filter(({ config }) => config?.required === true);
  const optional = configurable.filter(({ config }) => config?.required !== true);
  const stated = statedSettings(request);
  const [open, setOpen] = useState(stated.length > 0);
  const config = {
    config: request.config,
    onConfig: (next: LaunchRequest["config"]) => onChange({ config: next }),
    onBroken: onBrokenConfig,
  };
  return (
    <>
      {needed.length > 0 && <ConfigFields planned={needed} {...config} />}
      <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)} className="group min-w-0">
        <summary className="flex cursor-pointer list-none items-center gap-1.5 rounded-sm text-muted hover:text-ink">
          <span className="group-open:rotate-90">
            <Icon name="chevronRight" size={12} />
          </span>
          <span className="font-medium">More</span>
          {!open && <span className="min-w-0 truncate text-xs">{stated.join(", ")}</span>}
        </summary>
        <div className="flex flex-col gap-4 pt-3">
          <Pace {...props} />
          <Overlapping {...props} />
          <UpToDate {...props} />
          <LaunchLimits {...props} />
          <TagsField tags={request.tags} onTags={(tags) => onChange({ tags })} />
          {optional.length > 0 && <ConfigFields planned={optional} {...config} />}
        </div>
      </details>
    </>
  );
}

/** The settings that differ from what is usual, in a few words each. */
export function statedSettings({
  order,
  chunk,
  tries,
  most,
  priority,
  tags,
  config,
  overlap,
  leave,
  reuse,
  begin,
  take,
  within,
}: LaunchRequest): string[] {
  return [
    ...(order === undefined ? [] : [`${order} first`]),
    ...(chunk === undefined ? [] : [chunk === "range" ? "all in one call" : `chunks of ${chunk}`]),
    ...(tries === undefined ? [] : [tries === 1 ? "no retries" : `${tries} attempts`]),
    ...(most === undefined ? [] : [`at most ${most} at once`]),
    ...(priority === undefined ? [] : [`priority ${priority}`]),
    ...(overlap === undefined ? [] : [overlap === "wait" ? "waits for other runs" : "refuses overlaps"]),
    ...(leave === undefined ? [] : ["leaves out the unreadable"]),
    ...(reuse === undefined ? [] : [reuse === "fresh" ? "skips what is up to date" : "makes again what is up to date"]),
    ...(begin === undefined ? [] : [`begins within ${begin} min`]),
    ...(take === undefined ? [] : [`takes at most ${take} min`]),
    ...(within === undefined ? [] : [`over within ${within} min`]),
    ...(tags === undefined ? [] : [Object.keys(tags).join(", ")]),
    ...(config === undefined ? [] : ["config"]),
  ];
}

function Pace({ request, planned, onChange }: LaunchSettingsProps): ReactNode {
  const chunked = request.chunk !== undefined || planned.some(({ chunk }) => chunk !== null);
  return (
    <div className="flex flex-col gap-2">
      <div className="flex items-center justify-between gap-3">
        <span className="text-muted">Order</span>
        <Segmented
          label="Order"
          value={request.order ?? "oldest"}
          options={ORDER_OPTIONS}
          onChange={(order) => onChange({ order: order === "oldest" ? undefined : order })}
        />
      </div>
      {chunked && <Chunks request={request} onChange={onChange} />}
      <NumberField
        label="Most steps at once"
        placeholder="no limit"
        value={request.most}
        min={1}
        max={MAX_AT_ONCE}
        onChange={(most) => onChange({ most })}
      />
      <NumberField
        label="Attempts at a step"
        placeholder="as declared"
        value={request.tries}
        min={1}
        max={MAX_TRIES}
        onChange={(tries) => onChange({ tries })}
      />
      <NumberField
        label="Priority"
        placeholder="0"
        value={request.priority}
        min={-MAX_PRIORITY}
        max={MAX_PRIORITY}
        onChange={(priority) => onChange({ priority: priority === 0 ? undefined : priority })}
      />
    </div>
  );
}

/** Partitions in one call to begin with, when somebody asks for chunks of a number. */
const FIRST_CHUNK = 100;

type ChunkMode = "declared" | "number" | "range";

/** For assets whose function makes several partitions in one call. */
function Chunks({ request: { chunk }, onChange }: Pick<LaunchSettingsProps, "request" | "onChange">): ReactNode {
  const mode: ChunkMode = chunk === undefined ? "declared" : chunk === "range" ? "range" : "number";
  return (
    <>
      <div className="flex items-center justify-between gap-3">
        <span className="text-muted">Partitions in one call</span>
        <Segmented
          label="Partitions in one call"
          value={mode}
          options={CHUNK_OPTIONS}
          onChange={(next) =>
            onChange({ chunk: next === "declared" ? undefined : next === "range" ? "range" : FIRST_CHUNK })
          }
        />
      </div>
      {mode === "number" && (
        <NumberField
          label="At most"
          placeholder={String(FIRST_CHUNK)}
          value={chunk === "range" ? undefined : chunk}
          min={1}
          max={MAX_CHUNK}
          onChange={(next) => onChange({ chunk: next ?? FIRST_CHUNK })}
        />
      )}
    </>
  );
}

const CHUNK_OPTIONS = [
  { value: "declared", label: "As declared" },
  { value: "number", label: "A number" },
  { value: "range", label: "All" },
] as const;

function Overlapping({ request, onChange }: LaunchSettingsProps): ReactNode {
  return (
    <Field title="What other runs hold already">
      <Segmented
        label="What other runs hold already"
        value={request.overlap ?? "leave_out"}
        options={OVERLAP_OPTIONS}
        onChange={(overlap) => onChange({ overlap: overlap === "leave_out" ? undefined : overlap })}
      />
      <p className="mt-1 text-xs text-muted">{OVERLAP_MEANING[request.overlap ?? "leave_out"]}</p>
      <label className="mt-2 flex items-start gap-2">
        <input
          type="checkbox"
          checked={request.leave !== undefined}
          onChange={(event) => onChange({ leave: event.target.checked ? "1" : undefined })}
          className="mt-1 accent-[var(--accent)]"
        />
        Leave out what reads a partition that cannot exist
      </label>
    </Field>
  );
}

const OVERLAP_OPTIONS: readonly { readonly value: Overlap; readonly label: string }[] = [
  { value: "leave_out", label: "Leave out" },
  { value: "wait", label: "Make again after" },
  { value: "refuse", label: "Refuse" },
];

const OVERLAP_MEANING: Record<Overlap, string> = {
  leave_out: "Partitions of runs that are not over are left to those runs.",
  wait: "Everything is made, once the runs that hold some of it are over.",
  refuse: "Nothing is launched while another run holds some of it.",
};
