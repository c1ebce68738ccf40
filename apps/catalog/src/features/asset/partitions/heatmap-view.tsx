import type { PartitionSpace } from "@heddle/core";
import type { PartitionSet } from "@heddle/core/internal";
import { type ReactNode, useId, useMemo } from "react";
import { formatCounted } from "../../../format/amounts.ts";
import { Heatmap } from "../../../partitions/heatmap.tsx";
import { defaultChoice, type HeatmapChoice } from "../../../partitions/heatmap-cells.ts";
import { partitionName, type Partitions } from "../../../partitions/partition-space.ts";

/** Cells of which a picture is made at most: more is too much for a page to hold. */
const MAX_CELLS = 4_000_000;
/** Keys of a dimension that are offered one by one. */
const MAX_OFFERED = 500;

/** Axes and fixed keys as the address holds them, by name. */
export interface NamedAxes {
  readonly across: string | undefined;
  readonly down: string | undefined;
  readonly fixed: Readonly<Record<string, string>> | undefined;
}

interface HeatmapViewProps {
  readonly label: string;
  readonly partitions: Partitions;
  readonly dimensions: NonNullable<PartitionSpace["dimensions"]>;
  readonly axes: NamedAxes;
  readonly onAxes: (axes: NamedAxes) => void;
  readonly selection: PartitionSet;
  readonly current: number | null;
  readonly onCurrent: (ordinal: number) => void;
  readonly onSelection: (selection: PartitionSet) => void;
}

/** The heatmap of an asset of several dimensions; of more than two, with the choice of which are drawn. */
export function HeatmapView({ axes, onAxes, dimensions, ...rest }: HeatmapViewProps): ReactNode {
  const { across, down, fixed } = axes;
  const choice = useMemo(() => readAxes({ across, down, fixed }, dimensions), [across, down, fixed, dimensions]);
  const { names, spaces } = dimensions;
  const cells = (spaces[choice.across]?.all.size ?? 0) * (spaces[choice.down]?.all.size ?? 0);
  const others = names.map((_, place) => place).filter((place) => place !== choice.across && place !== choice.down);
  return (
    <div className="flex min-w-0 flex-col gap-2">
      {names.length > 2 && (
        <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
          <Choice
            label="Across"
            value={names[choice.across] ?? ""}
            options={names}
            onChange={(name) =>
              onAxes({ ...axes, across: name, ...(name === names[choice.down] && { down: names[choice.across] }) })
            }
          />
          <Choice
            label="Down"
            value={names[choice.down] ?? ""}
            options={names}
            onChange={(name) =>
              onAxes({ ...axes, down: name, ...(name === names[choice.across] && { across: names[choice.down] }) })
            }
          />
          {others.map((place) => (
            <FixedChoice
              key={place}
              place={place}
              choice={choice}
              dimensions={dimensions}
              axes={axes}
              onAxes={onAxes}
            />
          ))}
        </div>
      )}
      {cells === 0 ? (
        <p className="text-muted">No combination of these exists yet.</p>
      ) : cells > MAX_CELLS ? (
        <p className="text-muted">
          {formatCounted(cells, "cell")} are more than can be drawn; choose other dimensions, or look at the line above.
        </p>
      ) : (
        <Heatmap dimensions={dimensions} choice={choice} {...rest} />
      )}
    </div>
  );
}

interface FixedChoiceProps extends Pick<HeatmapViewProps, "axes" | "onAxes" | "dimensions"> {
  readonly place: number;
  readonly choice: HeatmapChoice;
}

/** One key of a dimension that is not drawn, or the worst of all. */
function FixedChoice({ place, choice, dimensions: { names, spaces }, axes, onAxes }: FixedChoiceProps): ReactNode {
  const name = names[place] ?? "";
  const space = spaces[place];
  if (space === undefined || space.all.size > MAX_OFFERED) return null;
  const fixed = choice.fixed.get(place);
  return (
    <Choice
      label={name}
      value={fixed === undefined ? "" : partitionName(space, fixed)}
      options={["", ...[...space.all].map((ordinal) => partitionName(space, ordinal))]}
      textOf={(option) => (option === "" ? `the worst of ${space.all.size}` : option)}
      onChange={(key) => {
        const { [name]: _, ...rest } = axes.fixed ?? {};
        const next = key === "" ? rest : { ...rest, [name]: key };
        onAxes({ ...axes, fixed: Object.keys(next).length === 0 ? undefined : next });
      }}
    />
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly string[];
  readonly textOf?: (option: string) => string;
  readonly onChange: (value: string) => void;
}

function Choice({ label, value, options, textOf = (option) => option, onChange }: ChoiceProps): ReactNode {
  const id = useId();
  return (
    <span className="flex items-center gap-1.5 text-xs text-muted">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="h-6 max-w-48 rounded-sm border border-line-strong bg-canvas px-1 text-xs text-ink"
      >
        {options.map((option) => (
          <option key={option} value={option}>
            {textOf(option)}
          </option>
        ))}
      </select>
    </span>
  );
}

/** What the address says, where it names dimensions and keys that there are. */
function readAxes({ across, down, fixed }: NamedAxes, dimensions: HeatmapViewProps["dimensions"]): HeatmapChoice {
  const { names, spaces } = dimensions;
  const usual = defaultChoice(dimensions);
  const named = (name: string | undefined): number | undefined => {
    const place = name === undefined ? -1 : names.indexOf(name);
    return place < 0 ? undefined : place;
  };
  const x = named(across) ?? (named(down) === usual.across ? usual.down : usual.across);
  const y = named(down) ?? (x === usual.down ? usual.across : usual.down);
  if (x === y) return usual;
  const ordinals = Object.entries(fixed ?? {}).flatMap(([name, key]) => {
    const place = named(name);
    const ordinal = place === undefined ? null : (spaces[place]?.ordinalOf(key) ?? null);
    return place === undefined || ordinal === null || place === x || place === y ? [] : [[place, ordinal] as const];
  });
  return { across: x, down: y, fixed: new Map(ordinals) };
}
