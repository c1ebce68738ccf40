import type { JsonValue } from "@heddle/core";

/** An object of plain data that TypeScript knows by an interface, as the JSON that it is. */
export function asJson(value: object): JsonValue {
  // Interfaces have no index signature, so the compiler does not see that their members are JSON.
  return value as JsonValue;
}
