import { type ReactNode, type Ref, useState } from "react";
import { formatCounted } from "../../format/amounts.ts";
import { Field } from "../../ui/field.tsx";
import { Icon } from "../../ui/icons.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import type { LaunchFormProps } from "./launch-form.tsx";
import { PartitionChoice } from "./partition-choice.tsx";

/** Assets whose partitions can be chosen one by one in the list; the rest takes what those map to. */
const LISTED = 100;

interface LaunchPartitionsProps extends Pick<LaunchFormProps, "request" | "target" | "onChange"> {
  /** The asset whose partitions are chosen when one choice holds for all. */
  readonly root: string;
  readonly fieldRef: Ref<HTMLInputElement>;
}

/** Which partitions: one choice that the mappings carry to the other assets, or each asset by itself. */
export function LaunchPartitions(props: LaunchPartitionsProps): ReactNode {
  const { request, target, onChange, root, fieldRef } = props;
  const { each, parts } = request;
  const several = target.partitioned.length > 1;
  return (
    <Field
      title="Partitions"
      aside={
        several ? (
          <span className="ml-auto">
            <Segmented
              label="Whose partitions are chosen"
              value={each === undefined ? "one" : "each"}
              options={MODES}
              onChange={(mode) =>
                onChange(
                  mode === "each"
                    ? { each: { [root]: parts ?? "all" }, parts: undefined, by: undefined }
                    : { each: undefined, parts: unlessAll(each?.[root]) },
                )
              }
            />
          </span>
        ) : (
          <span className="truncate">of {root}</span>
        )
      }
    >
      {several && each !== undefined ? (
        <EachAsset {...props} each={each} />
      ) : (
        <>
          {several && <RootChoice {...props} />}
          <PartitionChoice
            key={root}
            assetKey={root}
            label="Partitions"
            text={parts ?? ""}
            empty="All partitions. Write ranges separated by commas, or drag on the strip to add and take away."
            fieldRef={fieldRef}
            onText={(next) => onChange({ parts: next || undefined })}
          />
          {several && (
            <p className="mt-1 text-xs text-muted">
              The other assets make the partitions that {parts === undefined ? "they have" : "these map to"}.
            </p>
          )}
        </>
      )}
    </Field>
  );
}

const MODES = [
  { value: "one", label: "One choice" },
  { value: "each", label: "Each asset" },
] as const;

/** `all` is what leaving the choice out means. */
function unlessAll(text: string | undefined): string | undefined {
  return text === "all" ? undefined : text;
}

/** Whose partitions are named, when several of the chosen assets have some. */
function RootChoice({ target, onChange, root }: LaunchPartitionsProps): ReactNode {
  return (
    <label className="mb-1.5 flex min-w-0 items-center gap-1.5 text-xs text-muted">
      of
      <select
        value={root}
        onChange={(event) => onChange({ by: event.target.value, parts: undefined })}
        className="h-6 min-w-0 flex-1 rounded-sm border border-line-strong bg-canvas px-1 text-xs text-ink"
      >
        {target.partitioned.toSorted().map((key) => (
          <option key={key} value={key}>
            {key}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The choices with another one for one asset; an empty one is none, but the last one that there is becomes `all`. */
function withChoice(each: EachAssetProps["each"], key: string, text: string): EachAssetProps["each"] {
  const { [key]: _, ...rest } = each;
  if (text !== "") return { ...rest, [key]: text };
  return Object.keys(rest).length === 0 ? { [key]: "all" } : rest;
}

interface EachAssetProps extends LaunchPartitionsProps {
  readonly each: { readonly [assetKey: string]: string };
}

/** One line for each asset; the open one has the field and the strip. */
function EachAsset({ target, onChange, root, each, fieldRef }: EachAssetProps): ReactNode {
  const [open, setOpen] = useState<string | null>(root);
  const keys = target.partitioned.toSorted();
  return (
    <>
      <ul className="divide-y divide-line rounded-md border border-line">
        {keys.slice(0, LISTED).map((key) => (
          <li key={key} className="px-2.5 py-1">
            <button
              type="button"
              aria-expanded={key === open}
              onClick={() => setOpen(key === open ? null : key)}
              className="flex h-6 w-full items-center gap-2 text-left"
            >
              <span className={`text-faint ${key === open ? "rotate-90" : ""}`}>
                <Icon name="chevronRight" size={12} />
              </span>
              <span className="min-w-0 flex-1 truncate">{key}</span>
              <span className="max-w-[45%] truncate text-xs text-muted">{each[key] ?? "what the others map to"}</span>
            </button>
            {key === open && (
              <div className="pt-1 pb-1.5">
                <PartitionChoice
                  assetKey={key}
                  label={`Partitions of ${key}`}
                  text={each[key] ?? ""}
                  empty="What the choices of the other assets map to; write “all” for all partitions."
                  fieldRef={key === root ? fieldRef : undefined}
                  onText={(text) => onChange({ each: withChoice(each, key, text) })}
                />
              </div>
            )}
          </li>
        ))}
      </ul>
      {keys.length > LISTED && (
        <p className="mt-1 text-xs text-muted">
          {formatCounted(keys.length - LISTED, "more asset takes", "more assets take")} what these map to.
        </p>
      )}
    </>
  );
}
