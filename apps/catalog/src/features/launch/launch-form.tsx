import type { PlannedAsset } from "@heddle/api";
import type { ReactNode, RefObject } from "react";
import { formatCounted } from "../../format/amounts.ts";
import { PARTITION_LOOK } from "../../status/status-look.ts";
import { GlyphIcon, TONE_TEXT } from "../../status/status-mark.tsx";
import { Field } from "../../ui/field.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { SelectionField } from "../../ui/selection-field.tsx";
import { Toggles } from "../../ui/toggles.tsx";
import type { BrokenConfig } from "./config-fields.tsx";
import { LaunchPartitions } from "./launch-partitions.tsx";
import { type Cascade, LAUNCH_STATES, type LaunchRequest } from "./launch-search.ts";
import { LaunchSettings } from "./launch-settings.tsx";
import type { LaunchTarget } from "./use-launch-target.ts";

export interface LaunchFormProps {
  readonly request: LaunchRequest;
  readonly target: LaunchTarget;
  /** The assets of the plan, once there is one: some settings are for those that can use them. */
  readonly planned: readonly PlannedAsset[];
  readonly onChange: (changed: Partial<LaunchRequest>) => void;
  readonly onBrokenConfig: BrokenConfig["onBroken"];
  readonly fieldRef: RefObject<HTMLInputElement | null>;
}

/** What is to be made: which assets, which of their partitions, what else, and how. */
export function LaunchForm(props: LaunchFormProps): ReactNode {
  const { request, target, onChange, fieldRef } = props;
  return (
    <div className="flex min-w-0 flex-col gap-5 p-4 md:overflow-y-auto">
      <Field title="Assets" aside={describeChoice(target)}>
        <SelectionField
          label="Assets"
          value={request.launch}
          result={target.result}
          onChange={(launch) => onChange({ launch, parts: undefined, by: undefined, each: undefined })}
          className="w-full"
          required
          {...(target.root === null ? { fieldRef } : {})}
        />
      </Field>
      {target.root !== null && <LaunchPartitions {...props} root={target.root} />}
      <Field title="Which of them">
        <Toggles
          label="Which of them"
          none="All"
          chosen={request.only ?? []}
          options={STATE_OPTIONS}
          onChange={(chosen) => {
            const only = LAUNCH_STATES.filter((state) => chosen.includes(state));
            onChange({ only: only.length === 0 ? undefined : only });
          }}
        />
      </Field>
      <Field title="What else">
        <Segmented
          label="What else"
          value={request.cascade ?? "self"}
          options={CASCADE_OPTIONS}
          onChange={(cascade) => onChange({ cascade: cascade === "self" ? undefined : cascade })}
        />
      </Field>
      <LaunchSettings {...props} />
    </div>
  );
}

function describeChoice({ result, chosen }: LaunchTarget): string {
  if (result.kind !== "matched") return "";
  return chosen === 0 ? "no asset is selected" : formatCounted(chosen, "asset");
}

const STATE_OPTIONS = LAUNCH_STATES.map((value) => {
  const { glyph, tone, word } = PARTITION_LOOK[value];
  return {
    value,
    label: (
      <>
        <span className={TONE_TEXT[tone]}>
          <GlyphIcon glyph={glyph} size={10} />
        </span>
        {word.slice(0, 1).toUpperCase()}
        {word.slice(1)}
      </>
    ),
  };
});

const CASCADE_OPTIONS: readonly { readonly value: Cascade; readonly label: string }[] = [
  { value: "self", label: "Nothing" },
  { value: "upstream_missing", label: "Missing upstream" },
  { value: "downstream", label: "Downstream" },
];
