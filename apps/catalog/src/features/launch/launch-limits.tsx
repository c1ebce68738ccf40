import type { ReactNode } from "react";
import { Field } from "../../ui/field.tsx";
import { NumberField } from "../../ui/number-field.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import type { LaunchFormProps } from "./launch-form.tsx";
import { MAX_MINUTES, type REUSES } from "./launch-search.ts";

type LaunchLimitsProps = Pick<LaunchFormProps, "request" | "onChange">;

/** By when the run has to begin and to end. */
export function LaunchLimits({ request: { begin, take, within }, onChange }: LaunchLimitsProps): ReactNode {
  const minutes = { placeholder: "no limit", min: 1, max: MAX_MINUTES };
  return (
    <Field title="Limits in time">
      <div className="flex flex-col gap-2">
        <NumberField
          label="Begins within, minutes"
          {...minutes}
          value={begin}
          onChange={(next) => onChange({ begin: next })}
        />
        <NumberField
          label="Takes at most, minutes"
          {...minutes}
          value={take}
          onChange={(next) => onChange({ take: next })}
        />
        <NumberField
          label="Is over within, minutes"
          {...minutes}
          value={within}
          onChange={(next) => onChange({ within: next })}
        />
      </div>
      <p className="mt-1 text-xs text-muted">
        A run that begins too late or takes too long is canceled. One that is not over in time goes on, and is told of.
      </p>
    </Field>
  );
}

type Reuse = "declared" | (typeof REUSES)[number];

/** What becomes of partitions that are up to date when their step would start. */
export function UpToDate({ request, onChange }: LaunchLimitsProps): ReactNode {
  const reuse: Reuse = request.reuse ?? "declared";
  return (
    <Field title="What is up to date">
      <Segmented
        label="What is up to date"
        value={reuse}
        options={REUSE_OPTIONS}
        onChange={(next) => onChange({ reuse: next === "declared" ? undefined : next })}
      />
      <p className="mt-1 text-xs text-muted">{REUSE_MEANING[reuse]}</p>
    </Field>
  );
}

const REUSE_OPTIONS: readonly { readonly value: Reuse; readonly label: string }[] = [
  { value: "declared", label: "As declared" },
  { value: "fresh", label: "Skip" },
  { value: "never", label: "Make again" },
];

const REUSE_MEANING: Record<Reuse, string> = {
  declared: "Assets with cache skip partitions whose code and inputs have not changed; others make them again.",
  fresh: "No partition is made again whose code and inputs have not changed by the time of its step.",
  never: "Everything is made again, by assets with cache too.",
};
