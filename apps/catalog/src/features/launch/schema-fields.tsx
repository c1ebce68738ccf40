import type { JsonValue } from "@heddle/core";
import { type ReactNode, useId } from "react";
import { Button, IconButton } from "../../ui/button.tsx";
import { useTypedValue } from "../../ui/use-typed-value.ts";
import { type ConfigProblem, type ConfigShape, emptyValue, join, listOf, objectOf } from "./config-schema.ts";
import { readJson } from "./config-text.ts";

interface ShapeFieldsProps {
  readonly shape: ConfigShape;
  readonly value: JsonValue | undefined;
  readonly onValue: (value: JsonValue | undefined) => void;
  /** Where it is in the whole. */
  readonly path: string;
  readonly problems: readonly ConfigProblem[];
  /** What the field is called. */
  readonly label: string;
  readonly preset: JsonValue | undefined;
}

const INPUT =
  "h-7 min-w-0 rounded-md border border-line-strong bg-canvas px-2 text-sm placeholder:text-faint focus-visible:border-accent focus-visible:outline focus-visible:outline-1 focus-visible:outline-accent aria-[invalid=true]:border-failed";

/** Typing waits this long before the plan follows. */
const SETTLE_MS = 350;

/** The fields that a shape asks for, nested as it is. */
export function ShapeFields(props: ShapeFieldsProps): ReactNode {
  const { shape } = props;
  switch (shape.kind) {
    case "object":
      return <ObjectFields {...props} shape={shape} />;
    case "list":
      return <ListFields {...props} shape={shape} />;
    case "boolean":
      return <ChoiceField {...props} values={[true, false]} />;
    case "choice":
      return <ChoiceField {...props} values={shape.values} />;
    case "number":
      return <TypedField {...props} type="number" read={readNumber} />;
    case "text":
      return <TypedField {...props} type={shape.input} read={(text) => ({ value: text })} />;
    default:
      return <TypedField {...props} type="text" read={readAnything} write={JSON.stringify} />;
  }
}

function readNumber(text: string): { readonly value: JsonValue } | null {
  const value = Number(text);
  return Number.isFinite(value) ? { value } : null;
}

function readAnything(text: string): { readonly value: JsonValue } | null {
  const read = readJson(text);
  return read.kind === "value" && read.value !== undefined ? { value: read.value } : null;
}

function ObjectFields(
  props: ShapeFieldsProps & { readonly shape: ConfigShape & { readonly kind: "object" } },
): ReactNode {
  const { shape, value, onValue, path, problems } = props;
  const own = objectOf(value) ?? {};
  const set = (name: string, next: JsonValue | undefined): void => {
    const { [name]: _, ...rest } = own;
    const changed = next === undefined ? rest : { ...rest, [name]: next };
    onValue(Object.keys(changed).length === 0 ? undefined : changed);
  };
  return (
    <div className={`flex min-w-0 flex-col gap-2 ${path === "" ? "" : "border-l-2 border-line pl-3"}`}>
      {shape.fields.map((field) => (
        <NamedField
          key={field.name}
          name={field.name}
          description={field.description}
          required={field.required}
          nested={field.shape.kind === "object" || field.shape.kind === "list"}
          problem={problems.find((own) => own.path === join(path, field.name))?.message ?? null}
        >
          <ShapeFields
            shape={field.shape}
            value={own[field.name]}
            onValue={(next) => set(field.name, next)}
            path={join(path, field.name)}
            problems={problems}
            label={join(path, field.name)}
            preset={field.preset}
          />
        </NamedField>
      ))}
    </div>
  );
}

interface NamedFieldProps {
  readonly name: string;
  readonly description: string | null;
  readonly required: boolean;
  /** Below its name, and not beside it. */
  readonly nested: boolean;
  readonly problem: string | null;
  readonly children: ReactNode;
}

function NamedField({ name, description, required, nested, problem, children }: NamedFieldProps): ReactNode {
  return (
    <div className="min-w-0">
      <div
        className={
          nested ? "flex flex-col gap-1.5" : "grid grid-cols-[minmax(96px,2fr)_minmax(0,3fr)] items-center gap-3"
        }
      >
        <span className="min-w-0 truncate font-mono text-xs" title={name}>
          {name}
          {required && (
            <span className="text-muted">
              {" "}
              <span aria-hidden>*</span>
              <span className="sr-only">needed</span>
            </span>
          )}
        </span>
        {children}
      </div>
      {problem !== null && (
        <p role="status" className="mt-0.5 text-xs text-failed-ink">
          {name} {problem}
        </p>
      )}
      {description !== null && <p className="mt-0.5 text-xs text-muted">{description}</p>}
    </div>
  );
}

function ListFields(props: ShapeFieldsProps & { readonly shape: ConfigShape & { readonly kind: "list" } }): ReactNode {
  const { shape, value, onValue, path, problems, label } = props;
  const items = listOf(value) ?? [];
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      {items.map((item, i) => (
        // Items have no names of their own.
        // oxlint-disable-next-line react/no-array-index-key
        <div key={i} className="flex min-w-0 items-start gap-1.5">
          <div className="min-w-0 flex-1">
            <ShapeFields
              shape={shape.item}
              value={item}
              onValue={(next) => onValue(items.map((own, at) => (at === i ? (next ?? emptyValue(shape.item)) : own)))}
              path={join(path, String(i))}
              problems={problems}
              label={`${label} ${i + 1}`}
              preset={undefined}
            />
          </div>
          <IconButton
            icon="close"
            label={`Remove ${label} ${i + 1}`}
            onClick={() => {
              const rest = items.filter((_, at) => at !== i);
              onValue(rest.length === 0 ? undefined : rest);
            }}
          />
        </div>
      ))}
      <Button
        kind="ghost"
        icon="plus"
        className="self-start"
        onClick={() => onValue([...items, emptyValue(shape.item)])}
      >
        Add to {label}
      </Button>
    </div>
  );
}

function ChoiceField(props: ShapeFieldsProps & { readonly values: readonly JsonValue[] }): ReactNode {
  const { values, value, onValue, label, preset, problems, path } = props;
  const chosen = values.findIndex((own) => JSON.stringify(own) === JSON.stringify(value));
  return (
    <select
      aria-label={label}
      aria-invalid={problems.some((own) => own.path === path)}
      value={chosen < 0 ? "" : String(chosen)}
      onChange={(event) => onValue(event.target.value === "" ? undefined : values[Number(event.target.value)])}
      className={`${INPUT} w-full`}
    >
      <option value="">{preset === undefined ? "not given" : `default: ${words(preset)}`}</option>
      {values.map((own, i) => (
        <option key={words(own)} value={String(i)}>
          {words(own)}
        </option>
      ))}
    </select>
  );
}

interface TypedFieldProps extends ShapeFieldsProps {
  readonly type: "text" | "number" | "date" | "datetime-local";
  readonly read: (text: string) => { readonly value: JsonValue } | null;
  readonly write?: (value: JsonValue) => string;
}

function TypedField({
  type,
  read,
  write = words,
  value,
  onValue,
  label,
  preset,
  problems,
  path,
}: TypedFieldProps): ReactNode {
  const id = useId();
  const [text, setText, handOn] = useTypedValue<JsonValue | undefined>({
    value,
    format: (given) => (given === undefined ? "" : write(given)),
    parse: (typed) => (typed === "" ? { value: undefined } : read(typed)),
    onValue,
    settleMs: SETTLE_MS,
  });
  return (
    <input
      id={id}
      type={type}
      aria-label={label}
      aria-invalid={problems.some((own) => own.path === path) || (text !== "" && read(text) === null)}
      {...(type === "number" ? { step: "any" } : {})}
      placeholder={preset === undefined ? "" : `default: ${words(preset)}`}
      value={text}
      spellCheck={false}
      onChange={(event) => setText(event.target.value)}
      onBlur={handOn}
      className={`${INPUT} w-full`}
    />
  );
}

/** A value in a field: texts as they are, everything else as JSON. */
function words(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
