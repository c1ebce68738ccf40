import type { ReactNode, RefObject } from "react";
import type { Catalog } from "../../data/catalog-state.ts";
import { formatCounted } from "../../format/amounts.ts";
import { NumberField } from "../../ui/number-field.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { SelectionField } from "../../ui/selection-field.tsx";
import { type Cascade, type LaunchRequest, type LaunchState, MAX_AT_ONCE } from "./launch-search.ts";
import { PartitionChoice } from "./partition-choice.tsx";
import type { LaunchTarget } from "./use-launch-target.ts";

interface LaunchFormProps {
  readonly catalog: Catalog;
  readonly request: LaunchRequest;
  readonly target: LaunchTarget;
  readonly onChange: (changed: Partial<LaunchRequest>) => void;
  readonly fieldRef: RefObject<HTMLInputElement | null>;
}

/** What is to be made: which assets, which of their partitions, what else, and how fast. */
export function LaunchForm({ catalog, request, target, onChange, fieldRef }: LaunchFormProps): ReactNode {
  const { root } = target;
  return (
    <div className="flex min-w-0 flex-col gap-5 p-4 md:overflow-y-auto">
      <Field title="Assets" aside={describeChoice(target)}>
        <SelectionField
          label="Assets"
          value={request.launch}
          result={target.result}
          onChange={(launch) => onChange({ launch, parts: undefined, by: undefined })}
          className="w-full"
          required
          {...(root === null ? { fieldRef } : {})}
        />
      </Field>
      {root !== null && (
        <Field title="Partitions" aside={<RootChoice {...{ catalog, target, onChange }} />}>
          <PartitionChoice
            key={root}
            assetKey={root}
            text={request.parts ?? ""}
            fieldRef={fieldRef}
            onText={(parts) => onChange({ parts: parts || undefined })}
          />
          {target.partitioned.length > 1 && (
            <p className="mt-1 text-xs text-muted">
              The other assets make the partitions that {request.parts === undefined ? "they have" : "these map to"}.
            </p>
          )}
        </Field>
      )}
      <Field title="Which of them">
        <Segmented
          label="Which of them"
          value={stateChoice(request.only)}
          options={STATE_OPTIONS}
          onChange={(choice) => onChange({ only: STATES_OF[choice] })}
        />
      </Field>
      <Field title="What else">
        <Segmented
          label="What else"
          value={request.cascade ?? "none"}
          options={CASCADE_OPTIONS}
          onChange={(cascade) => onChange({ cascade: cascade === "none" ? undefined : cascade })}
        />
      </Field>
      <NumberField
        label="Most steps at once"
        placeholder="no limit"
        value={request.most}
        min={1}
        max={MAX_AT_ONCE}
        onChange={(most) => onChange({ most })}
      />
    </div>
  );
}

function describeChoice({ result, chosen }: LaunchTarget): string {
  if (result.kind !== "matched") return "";
  return chosen === 0 ? "no asset is selected" : formatCounted(chosen, "asset");
}

type StateChoice = "all" | "open" | LaunchState;

const STATES_OF: Record<StateChoice, readonly LaunchState[] | undefined> = {
  all: undefined,
  open: ["missing", "failed"],
  missing: ["missing"],
  failed: ["failed"],
};

const STATE_OPTIONS = [
  { value: "all", label: "All" },
  { value: "open", label: "Missing and failed" },
  { value: "missing", label: "Missing" },
  { value: "failed", label: "Failed" },
] as const;

function stateChoice(only: readonly LaunchState[] | undefined): StateChoice {
  if (only === undefined) return "all";
  const [missing, failed] = [only.includes("missing"), only.includes("failed")];
  return missing && failed ? "open" : missing ? "missing" : "failed";
}

const CASCADE_OPTIONS: readonly { readonly value: Cascade; readonly label: string }[] = [
  { value: "none", label: "Nothing" },
  { value: "upstream_missing", label: "Missing upstream" },
  { value: "downstream", label: "Downstream" },
];

/** Whose partitions are named, when several of the chosen assets have some. */
function RootChoice({
  catalog,
  target,
  onChange,
}: Pick<LaunchFormProps, "catalog" | "target" | "onChange">): ReactNode {
  const { partitioned, root } = target;
  const keys = partitioned.map((row) => catalog.index.keys[row] ?? "").toSorted();
  if (keys.length < 2) return <span className="truncate">of {root}</span>;
  return (
    <label className="flex min-w-0 items-center gap-1.5">
      of
      <select
        value={root ?? ""}
        onChange={(event) => onChange({ by: event.target.value, parts: undefined })}
        className="h-6 min-w-0 rounded-sm border border-line-strong bg-canvas px-1 text-xs text-ink"
      >
        {keys.map((key) => (
          <option key={key} value={key}>
            {key}
          </option>
        ))}
      </select>
    </label>
  );
}

function Field({
  title,
  aside,
  children,
}: {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <section aria-label={title} className="min-w-0">
      <div className="mb-1 flex min-h-6 items-center gap-2 text-xs text-muted">
        <h3 className="shrink-0 text-sm font-medium text-ink">{title}</h3>
        {aside}
      </div>
      {children}
    </section>
  );
}
