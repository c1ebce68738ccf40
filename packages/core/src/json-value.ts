/** Deeper values are refused; nothing that a person reads is nested like that, and a cycle never ends. */
const MAX_DEPTH = 100;

/**
 * Finds what keeps `value` from being JSON, and returns it in words with its path, such as
 * `rows[3].at is a Date`; `null` when the value is JSON. Properties that are `undefined` are fine: JSON leaves them out.
 */
export function findJsonProblem(value: unknown, path = "value"): string | null {
  return inspect(value, path, 0);
}

function inspect(value: unknown, path: string, depth: number): string | null {
  if (value === null || typeof value === "string" || typeof value === "boolean") return null;
  if (typeof value === "number") return Number.isFinite(value) ? null : `${path} is ${value}`;
  if (typeof value !== "object") return `${path} is ${describeType(value)}`;
  if (depth === MAX_DEPTH) return `${path} is nested more than ${MAX_DEPTH} levels deep or refers to itself`;
  if (Array.isArray(value)) return inspectItems(value, path, depth);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && !isPlainPrototype(prototype)) return `${path} is ${describeType(value)}`;
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const problem = inspect(member, `${path}.${key}`, depth + 1);
    if (problem !== null) return problem;
  }
  return null;
}

function inspectItems(items: readonly unknown[], path: string, depth: number): string | null {
  for (let index = 0; index < items.length; index += 1) {
    const problem = inspect(items[index], `${path}[${index}]`, depth + 1);
    if (problem !== null) return problem;
  }
  return null;
}

/** Objects of another realm (a test runner's, say) have a prototype of their own, which itself has none. */
function isPlainPrototype(prototype: unknown): boolean {
  return prototype === Object.prototype || (typeof prototype === "object" && Object.getPrototypeOf(prototype) === null);
}

/** Names the type of a value in words: `a Date`, `a function`, `undefined`. */
export function describeType(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "an array";
  if (typeof value !== "object") return withArticle(typeof value);
  const name: unknown = value.constructor?.name;
  return typeof name === "string" && name !== "" && name !== "Object" ? withArticle(name) : "an object";
}

function withArticle(noun: string): string {
  return /^[aeio]/iu.test(noun) ? `an ${noun}` : `a ${noun}`;
}
