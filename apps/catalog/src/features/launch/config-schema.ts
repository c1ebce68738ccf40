import type { JsonValue } from "@heddle/core";

/** A JSON object by name. */
type JsonObject = { readonly [name: string]: JsonValue };

/** What a value may be, as far as a form can ask for it. */
export type ConfigShape =
  | { readonly kind: "text"; readonly input: "text" | "date" | "datetime-local"; readonly pattern: string | null }
  | { readonly kind: "number"; readonly integer: boolean; readonly min: number | null; readonly max: number | null }
  | { readonly kind: "boolean" }
  | { readonly kind: "choice"; readonly values: readonly JsonValue[] }
  | { readonly kind: "object"; readonly fields: readonly ConfigField[] }
  | { readonly kind: "list"; readonly item: ConfigShape }
  /** Anything else: it is written as JSON. */
  | { readonly kind: "json" };

/** One property of an object. */
export interface ConfigField {
  readonly name: string;
  readonly shape: ConfigShape;
  readonly required: boolean;
  readonly description: string | null;
  /** What holds when nothing is given. */
  readonly preset: JsonValue | undefined;
}

/** Something about a value that its schema does not allow. */
export interface ConfigProblem {
  /** `tiers.0.share`; "" for the whole. */
  readonly path: string;
  readonly message: string;
}

/** Deeper than this, values are written as JSON. */
const MAX_DEPTH = 5;
/** Properties of one object that a form shows. */
const MAX_FIELDS = 50;

/** Reads what a JSON schema asks for; what a form cannot ask for is `json`. */
export function readSchema(schema: JsonValue): ConfigShape {
  return shapeOf(schema, { root: objectOf(schema) ?? {}, depth: 0 });
}

interface ReadScope {
  readonly root: JsonObject;
  readonly depth: number;
}

const JSON_SHAPE: ConfigShape = { kind: "json" };

function shapeOf(schema: JsonValue | undefined, { root, depth }: ReadScope): ConfigShape {
  const own = resolve(schema, root);
  if (own === null || depth > MAX_DEPTH) return JSON_SHAPE;
  const values = listOf(own["enum"]) ?? (own["const"] === undefined ? choicesOf(own) : [own["const"]]);
  if (values !== null) return { kind: "choice", values };
  const inside = { root, depth: depth + 1 };
  switch (typeOf(own)) {
    case "string":
      return { kind: "text", input: inputOf(own["format"]), pattern: textOf(own["pattern"]) };
    case "integer":
    case "number":
      return {
        kind: "number",
        integer: typeOf(own) === "integer",
        min: numberOf(own["minimum"]),
        max: numberOf(own["maximum"]),
      };
    case "boolean":
      return { kind: "boolean" };
    case "array":
      return { kind: "list", item: shapeOf(own["items"], inside) };
    case "object": {
      const properties = Object.entries(objectOf(own["properties"]) ?? {});
      if (properties.length === 0 || properties.length > MAX_FIELDS) return JSON_SHAPE;
      const required = listOf(own["required"]) ?? [];
      return {
        kind: "object",
        fields: properties.map(([name, property]) => {
          const resolved = resolve(property, root);
          return {
            name,
            shape: shapeOf(property, inside),
            required: required.includes(name) && resolved?.["default"] === undefined,
            description: textOf(resolved?.["description"]),
            preset: resolved?.["default"],
          };
        }),
      };
    }
    default:
      return JSON_SHAPE;
  }
}

/** Follows a reference, and takes the one of several that is not null. */
function resolve(schema: JsonValue | undefined, root: JsonObject): JsonObject | null {
  let own = objectOf(schema);
  for (let steps = 0; own !== null && steps < MAX_DEPTH; steps++) {
    const reference = own["$ref"];
    const several: readonly JsonValue[] | null = listOf(own["anyOf"]) ?? listOf(own["oneOf"]) ?? listOf(own["allOf"]);
    if (typeof reference === "string") own = follow(reference, root);
    else if (several !== null) {
      const rest: readonly JsonValue[] = several.filter((part) => objectOf(part)?.["type"] !== "null");
      const [only] = rest;
      const inner = rest.length === 1 ? objectOf(only) : null;
      if (inner === null) return own;
      const { anyOf: _a, oneOf: _b, allOf: _c, ...outer } = own;
      own = { ...inner, ...outer };
    } else return own;
  }
  return own;
}

function follow(reference: string, root: JsonObject): JsonObject | null {
  if (!reference.startsWith("#/")) return null;
  let found: JsonValue | undefined = root;
  for (const part of reference.slice(2).split("/")) found = objectOf(found)?.[decodeURIComponent(part)];
  return objectOf(found);
}

/** Several constants are a choice. */
function choicesOf(own: JsonObject): readonly JsonValue[] | null {
  const several = listOf(own["anyOf"]) ?? listOf(own["oneOf"]);
  const constants = several?.map((part) => objectOf(part)?.["const"]);
  return constants !== undefined && constants.length > 0 && constants.every((value) => value !== undefined)
    ? constants
    : null;
}

function typeOf(own: JsonObject): string | null {
  const { type } = own;
  if (typeof type === "string") return type;
  const [only, ...more] = (listOf(type) ?? []).filter((part) => part !== "null");
  if (typeof only === "string" && more.length === 0) return only;
  return own["properties"] === undefined ? null : "object";
}

function inputOf(format: JsonValue | undefined): "text" | "date" | "datetime-local" {
  return format === "date" ? "date" : "text";
}

/** What is wrong with a value, by path; what only the asset's own schema can judge is told by the plan. */
export function findConfigProblems(
  shape: ConfigShape,
  value: JsonValue | undefined,
  path = "",
): readonly ConfigProblem[] {
  if (value === undefined) return [];
  const wrong = (message: string): readonly ConfigProblem[] => [{ path, message }];
  switch (shape.kind) {
    case "text":
      if (typeof value !== "string") return wrong("must be a text");
      if (shape.input === "date" && !/^\d{4}-\d{2}-\d{2}$/u.test(value))
        return wrong("must be a day such as 2026-01-31");
      return matches(shape.pattern, value) ? [] : wrong(`must match ${shape.pattern ?? ""}`);
    case "number":
      if (typeof value !== "number") return wrong("must be a number");
      if (shape.integer && !Number.isInteger(value)) return wrong("must be a whole number");
      if (shape.min !== null && value < shape.min) return wrong(`must be ${shape.min} at least`);
      return shape.max !== null && value > shape.max ? wrong(`must be ${shape.max} at most`) : [];
    case "boolean":
      return typeof value === "boolean" ? [] : wrong("must be true or false");
    case "choice":
      return shape.values.some((own) => JSON.stringify(own) === JSON.stringify(value))
        ? []
        : wrong(`must be one of ${shape.values.map((own) => JSON.stringify(own)).join(", ")}`);
    case "list": {
      const items = listOf(value);
      if (items === null) return wrong("must be a list");
      return items.flatMap((item, i) => findConfigProblems(shape.item, item, join(path, String(i))));
    }
    case "object": {
      const own = objectOf(value);
      if (own === null) return wrong("must be an object");
      return shape.fields.flatMap(({ name, shape: inner, required }) =>
        own[name] === undefined && required
          ? [{ path: join(path, name), message: "is needed" }]
          : findConfigProblems(inner, own[name], join(path, name)),
      );
    }
    default:
      return [];
  }
}

/** A path with one more step. */
export function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function matches(pattern: string | null, value: string): boolean {
  if (pattern === null) return true;
  try {
    return new RegExp(pattern, "u").test(value);
  } catch {
    // A pattern that this browser cannot read is judged by the plan.
    return true;
  }
}

/** A new item of a list, as empty as its shape allows. */
export function emptyValue(shape: ConfigShape): JsonValue {
  switch (shape.kind) {
    case "object":
      return {};
    case "list":
      return [];
    case "boolean":
      return false;
    case "number":
      return shape.min ?? 0;
    case "choice":
      return shape.values[0] ?? null;
    case "text":
      return "";
    default:
      return null;
  }
}

export function objectOf(value: JsonValue | undefined): JsonObject | null {
  return typeof value === "object" && value !== null && !isList(value) ? value : null;
}

export function listOf(value: JsonValue | undefined): readonly JsonValue[] | null {
  return value !== undefined && isList(value) ? value : null;
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function textOf(value: JsonValue | undefined): string | null {
  return typeof value === "string" ? value : null;
}

function numberOf(value: JsonValue | undefined): number | null {
  return typeof value === "number" ? value : null;
}
