import type { JsonValue } from "@heddle/core";

/** What a text of JSON comes to; no text is no value. */
export type JsonRead =
  | { readonly kind: "value"; readonly value: JsonValue | undefined }
  | { readonly kind: "invalid"; readonly message: string };

/** Reads JSON that somebody types. */
export function readJson(text: string): JsonRead {
  if (text.trim() === "") return { kind: "value", value: undefined };
  try {
    // What `JSON.parse` answers is JSON by definition.
    return { kind: "value", value: JSON.parse(text) as JsonValue };
  } catch (error) {
    return { kind: "invalid", message: `This is no JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** One property that a schema names. */
export interface SchemaHint {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly description: string | null;
}

/** Properties that are listed; a schema may name any number. */
const LISTED = 20;

/** The properties of an object's JSON schema, for people; empty for anything else. */
export function describeSchema(schema: JsonValue): readonly SchemaHint[] {
  const properties = objectOf(objectOf(schema)?.["properties"]);
  if (properties === null) return [];
  const required = objectOf(schema)?.["required"];
  return Object.entries(properties)
    .slice(0, LISTED)
    .map(([name, property]) => {
      const { description } = objectOf(property) ?? {};
      return {
        name,
        type: typeOf(property),
        required: Array.isArray(required) && required.includes(name),
        description: typeof description === "string" ? description : null,
      };
    });
}

function typeOf(property: JsonValue): string {
  const schema = objectOf(property);
  if (schema === null) return "anything";
  const { type, enum: values, default: preset } = schema;
  const base = Array.isArray(values)
    ? `one of ${values.map((value) => JSON.stringify(value)).join(", ")}`
    : typeof type === "string"
      ? type
      : Array.isArray(type)
        ? type.join(" or ")
        : "anything";
  return preset === undefined ? base : `${base}, else ${JSON.stringify(preset)}`;
}

function objectOf(value: JsonValue | undefined): { readonly [name: string]: JsonValue } | null {
  return typeof value === "object" && value !== null && !isList(value) ? value : null;
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
