import type { PlannedAsset } from "@heddle/api";
import type { JsonValue } from "@heddle/core";
import { type ReactNode, useId, useMemo, useState } from "react";
import { Field } from "../../ui/field.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { useTypedValue } from "../../ui/use-typed-value.ts";
import { findConfigProblems, readSchema } from "./config-schema.ts";
import { describeSchema, readJson } from "./config-text.ts";
import { ShapeFields } from "./schema-fields.tsx";

/** Typing waits this long before the plan follows. */
const SETTLE_MS = 400;

type Config = { readonly [assetKey: string]: JsonValue };

interface ConfigFieldsProps {
  /** Assets that take config. */
  readonly planned: readonly Pick<PlannedAsset, "asset" | "config">[];
  readonly config: Config | undefined;
  readonly onConfig: (config: Config | undefined) => void;
  /** Whether the text of an asset's config means something; while it does not, `config` holds what it meant before. */
  readonly onBroken: BrokenConfig["onBroken"];
}

/** Assets whose config is a text that means nothing. */
export interface BrokenConfig {
  readonly broken: ReadonlySet<string>;
  readonly onBroken: (assetKey: string, broken: boolean) => void;
}

/** Keeps whose config is broken: nothing may be launched with what such a text meant before. */
export function useBrokenConfig(): BrokenConfig {
  const [broken, setBroken] = useState<ReadonlySet<string>>(new Set());
  return {
    broken,
    onBroken: (assetKey, isBroken) => {
      const next = new Set(broken);
      if (isBroken) next.add(assetKey);
      else next.delete(assetKey);
      setBroken(next);
    },
  };
}

/** Config for each asset that takes some: as fields where its schema can be asked for, and as JSON always. */
export function ConfigFields({ planned, config, onConfig, onBroken }: ConfigFieldsProps): ReactNode {
  const set = (key: string, value: JsonValue | undefined): void => {
    const { [key]: _, ...rest } = config ?? {};
    const next = value === undefined ? rest : { ...rest, [key]: value };
    onConfig(Object.keys(next).length === 0 ? undefined : next);
  };
  return (
    <Field title="Config">
      <div className="flex flex-col gap-3">
        {planned.map(({ asset, config: declared }) => (
          <ConfigField
            key={asset.key}
            assetKey={asset.key}
            schema={declared?.jsonSchema ?? null}
            required={declared?.required === true}
            value={config?.[asset.key]}
            onValue={(value) => set(asset.key, value)}
            onBroken={(broken) => onBroken(asset.key, broken)}
          />
        ))}
      </div>
    </Field>
  );
}

interface ConfigFieldProps {
  readonly assetKey: string;
  readonly schema: JsonValue;
  readonly required: boolean;
  readonly value: JsonValue | undefined;
  readonly onValue: (value: JsonValue | undefined) => void;
  readonly onBroken: (broken: boolean) => void;
}

function ConfigField(props: ConfigFieldProps): ReactNode {
  const { assetKey, schema, required, value, onValue, onBroken } = props;
  const shape = useMemo(() => readSchema(schema), [schema]);
  const problems = useMemo(() => findConfigProblems(shape, value), [shape, value]);
  const [asJson, setAsJson] = useState(false);
  const hasForm = shape.kind === "object";
  const showsForm = hasForm && !asJson;
  return (
    <div className="min-w-0">
      <div className="mb-1.5 flex items-center gap-2">
        <span className="truncate">{assetKey}</span>
        <span className="text-xs text-muted">{required ? "needed" : "optional"}</span>
        {hasForm && (
          <span className="ml-auto">
            <Segmented
              label={`Config of ${assetKey} as`}
              value={asJson ? "json" : "form"}
              options={FORMS}
              onChange={(next) => {
                // A text that means nothing is left behind with its field.
                onBroken(false);
                setAsJson(next === "json");
              }}
            />
          </span>
        )}
      </div>
      {showsForm ? (
        <ShapeFields
          shape={shape}
          value={value}
          onValue={onValue}
          path=""
          problems={value === undefined && !required ? [] : problems}
          label={assetKey}
          preset={undefined}
        />
      ) : (
        <JsonField {...props} />
      )}
    </div>
  );
}

const FORMS = [
  { value: "form", label: "Fields" },
  { value: "json", label: "JSON" },
] as const;

function JsonField({ assetKey, schema, value, onValue, onBroken }: ConfigFieldProps): ReactNode {
  const id = useId();
  const [text, setText, handOn] = useTypedValue({
    value,
    format: (given) => (given === undefined ? "" : JSON.stringify(given, null, 2)),
    parse: (typed) => {
      const read = readJson(typed);
      return read.kind === "invalid" ? null : { value: read.value };
    },
    onValue,
    settleMs: SETTLE_MS,
  });
  const read = readJson(text);
  const hints = describeSchema(schema);
  return (
    <div className="min-w-0">
      <textarea
        aria-label={assetKey}
        value={text}
        rows={Math.min(10, Math.max(2, text.split("\n").length))}
        spellCheck={false}
        placeholder="{ }"
        aria-invalid={read.kind === "invalid"}
        aria-describedby={`${id}-help`}
        onChange={(event) => {
          setText(event.target.value);
          onBroken(readJson(event.target.value).kind === "invalid");
        }}
        onBlur={handOn}
        className={`block w-full resize-y rounded-md border bg-canvas px-2 py-1 font-mono text-xs leading-5 placeholder:text-faint focus-visible:border-accent focus-visible:outline focus-visible:outline-1 focus-visible:outline-accent ${read.kind === "invalid" ? "border-failed" : "border-line-strong"}`}
      />
      <div id={`${id}-help`} className="mt-1 text-xs text-muted">
        {read.kind === "invalid" && <p className="text-failed-ink">{read.message}</p>}
        {hints.length > 0 && (
          <ul>
            {hints.map(({ name, type, required: needed, description }) => (
              <li key={name}>
                <code className="font-mono text-ink">{name}</code> {type}
                {needed && ", needed"}
                {description !== null && <>: {description}</>}
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}
