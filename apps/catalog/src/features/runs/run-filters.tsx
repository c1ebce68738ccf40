import { RUN_STATUSES } from "@heddle/core/internal";
import { type ReactNode, useId } from "react";
import { RUN_LOOK } from "../../status/status-look.ts";
import { GlyphIcon, TONE_TEXT } from "../../status/status-mark.tsx";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { useTypedValue } from "../../ui/use-typed-value.ts";
import { useWindowWidth } from "../../ui/window-width.ts";
import { isFiltered, NO_FILTERS, type RunFilters } from "./run-filter-input.ts";
import { RUN_CAUSES } from "./run-list-search.ts";
import { joinTimeRange, splitTimeRange, type TimeRangeText } from "./time-range.ts";

interface RunFilterBarProps {
  readonly filters: RunFilters;
  readonly onChange: (changed: RunFilters) => void;
}

/** Typing waits this long before the list follows. */
const SETTLE_MS = 350;

const CHIP =
  "flex h-6 items-center gap-1.5 rounded-full px-2.5 text-xs text-muted hover:bg-hover aria-pressed:bg-pressed aria-pressed:text-ink";

/** The states and causes that a list of runs is narrowed to; behind one button where there is no room for them. */
export function RunFilterBar({ filters, onChange }: RunFilterBarProps): ReactNode {
  const isPhone = useWindowWidth() === "phone";
  if (!isPhone) {
    return (
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-3 py-1.5">
        <FilterChips filters={filters} onChange={onChange} />
      </div>
    );
  }
  return (
    <details className="border-b border-line px-3 py-1.5">
      <summary className="cursor-pointer text-muted">{isFiltered(filters) ? "Filters are set" : "Filters"}</summary>
      <div className="flex flex-col gap-2 pt-2">
        <RunFilterFields filters={filters} onChange={onChange} />
        <FilterChips filters={filters} onChange={onChange} />
      </div>
    </details>
  );
}

function FilterChips({ filters, onChange }: RunFilterBarProps): ReactNode {
  const { status = [], trigger = [] } = filters;
  return (
    <>
      <div role="group" aria-label="Status" className="flex flex-wrap gap-1">
        {RUN_STATUSES.map((own) => {
          const { tone, glyph, word } = RUN_LOOK[own];
          return (
            <button
              key={own}
              type="button"
              aria-pressed={status.includes(own)}
              onClick={() => onChange({ status: toggle(status, own) })}
              className={CHIP}
            >
              <span className={TONE_TEXT[tone]}>
                <GlyphIcon glyph={glyph} size={10} />
              </span>
              {word}
            </button>
          );
        })}
      </div>
      <div role="group" aria-label="Cause" className="flex flex-wrap gap-1 border-line md:border-l md:pl-3">
        {RUN_CAUSES.map((own) => (
          <button
            key={own}
            type="button"
            aria-pressed={trigger.includes(own)}
            onClick={() => onChange({ trigger: toggle(trigger, own) })}
            className={CHIP}
          >
            {own === "manual" ? "by hand" : own}
          </button>
        ))}
      </div>
      {isFiltered(filters) && (
        <Button kind="ghost" className="md:ml-auto" onClick={() => onChange(NO_FILTERS)}>
          Clear filters
        </Button>
      )}
    </>
  );
}

/** The filters that are typed. */
export function RunFilterFields({ filters, onChange }: RunFilterBarProps): ReactNode {
  return (
    <div className="flex flex-wrap items-center gap-2">
      <TextFilter
        label="Asset"
        width="w-36"
        value={filters.asset}
        onValue={(asset) => onChange({ asset, ...(asset === undefined ? { partition: undefined } : {}) })}
      />
      {filters.asset !== undefined && (
        <TextFilter
          label="Partition"
          width="w-36"
          value={filters.partition}
          onValue={(partition) => onChange({ partition })}
        />
      )}
      <TextFilter
        label="Tag"
        width="w-28"
        value={filters.tag?.join(",")}
        onValue={(tag) => onChange({ tag: tag?.split(",").filter((own) => own.trim() !== "") })}
      />
      <WhenFilter filters={filters} onChange={onChange} />
    </div>
  );
}

function toggle<TValue>(chosen: readonly TValue[], value: TValue): readonly TValue[] | undefined {
  const next = chosen.includes(value) ? chosen.filter((own) => own !== value) : [...chosen, value];
  return next.length === 0 ? undefined : next;
}

interface TextFilterProps {
  readonly label: string;
  readonly width: string;
  readonly value: string | undefined;
  readonly onValue: (value: string | undefined) => void;
}

function TextFilter({ label, width, value, onValue }: TextFilterProps): ReactNode {
  const [text, setText, handOn] = useTypedValue({
    value: value ?? "",
    format: (given) => given,
    parse: (typed) => ({ value: typed.trim() }),
    onValue: (next) => onValue(next === "" ? undefined : next),
    settleMs: SETTLE_MS,
  });
  return (
    <TextField
      label={label}
      className={width}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={handOn}
      onClear={() => setText("")}
    />
  );
}

function WhenFilter({ filters: { from, to }, onChange }: RunFilterBarProps): ReactNode {
  const helpId = useId();
  const value: TimeRangeText = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  const [text, setText, handOn] = useTypedValue({
    value,
    format: joinTimeRange,
    parse: (typed) => {
      const range = splitTimeRange(typed);
      return range === null ? null : { value: range };
    },
    onValue: (range) => onChange({ from: range.from, to: range.to }),
    settleMs: SETTLE_MS,
  });
  const isWrong = splitTimeRange(text) === null;
  return (
    <div className="relative">
      <TextField
        label="Created"
        placeholder="last 7d"
        icon="clock"
        className="w-36"
        value={text}
        invalid={isWrong}
        aria-describedby={isWrong ? helpId : undefined}
        onChange={(event) => setText(event.target.value)}
        onBlur={handOn}
        onClear={() => setText("")}
      />
      {isWrong && (
        <p id={helpId} role="status" className="popup absolute top-8 right-0 z-20 w-64 px-3 py-2 text-xs">
          Write last 7d, today, 2026-01, 2026-01-15, or two of them with .. between.
        </p>
      )}
    </div>
  );
}
