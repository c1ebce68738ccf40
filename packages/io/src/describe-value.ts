const MAX_CHARACTERS = 60;

/** Shows a value that was refused, with its type where the value alone does not tell: `a Date (2012-01-01T…)`, `"12"`. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case "string":
      return clip(JSON.stringify(value));
    case "number":
    case "boolean":
    case "undefined":
      return Object.is(value, -0) ? "-0" : String(value);
    case "bigint":
      return clip(`${value}n`);
    case "symbol":
      return "a symbol";
    case "function":
      return "a function";
    case "object":
      return value === null ? "null" : describeObject(value);
  }
}

function describeObject(value: object): string {
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? "an invalid Date" : `a Date (${value.toISOString()})`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  const name: unknown = value.constructor?.name;
  if (typeof name !== "string" || name === "" || name === "Object") return `an object with ${describeKeys(value)}`;
  return /^[AEIOU]/.test(name) ? `an ${clip(name)}` : `a ${clip(name)}`;
}

function describeKeys(value: object): string {
  const keys = Object.keys(value);
  return keys.length === 0 ? "no properties" : clip(keys.map((key) => JSON.stringify(key)).join(", "));
}

function clip(text: string): string {
  return text.length <= MAX_CHARACTERS ? text : `${text.slice(0, MAX_CHARACTERS)}…`;
}
