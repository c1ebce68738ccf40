import { describeValue } from "./describe-value.ts";

/** Deeper values are refused; a parser of another language may not read them either. */
const MAX_DEPTH = 500;

/** Why a value is not JSON: `where` is empty for the value itself, else a path such as `.rows[3].at`. */
interface JsonProblem {
  readonly where: string;
  readonly what: string;
}

/** What {@link inspectJson} found. */
export interface JsonInspection {
  readonly problem: JsonProblem | null;
  /** Every object's keys are in order, so that the plain text of the value is its canonical text. */
  readonly isCanonical: boolean;
}

/**
 * Says whether `value` comes back the same from JSON, and if not, what is wrong and where. Properties that are
 * `undefined` are fine, as `JSON.stringify` leaves them out; everything else that it would drop or change is a problem:
 * `undefined` in lists, NaN, the infinities, bigints, functions, symbols, dates and other classes, cycles, NUL and
 * broken Unicode (which databases and other languages refuse).
 */
export function inspectJson(value: unknown): JsonInspection {
  const inspector = new Inspector();
  const problem = inspector.inspect(value);
  return { problem, isCanonical: inspector.isCanonical };
}

class Inspector {
  isCanonical = true;
  readonly #ancestors: object[] = [];
  readonly #path: (string | number)[] = [];

  inspect(value: unknown): JsonProblem | null {
    switch (typeof value) {
      case "string":
        return this.#inspectText(value, "text");
      case "boolean":
        return null;
      case "number":
        return Number.isFinite(value) ? null : this.#refuse(describeValue(value));
      case "object":
        return value === null ? null : this.#inspectObject(value);
      default:
        return this.#refuse(describeValue(value));
    }
  }

  #inspectText(text: string, what: string): JsonProblem | null {
    if (text.includes("\0")) return this.#refuse(`${what} with a NUL character`);
    return text.isWellFormed() ? null : this.#refuse(`${what} with half of a surrogate pair`);
  }

  #inspectObject(value: object): JsonProblem | null {
    if (this.#ancestors.includes(value)) return this.#refuse("a cycle: it contains itself");
    if (this.#ancestors.length === MAX_DEPTH) return this.#refuse(`nested more than ${MAX_DEPTH} levels deep`);
    this.#ancestors.push(value);
    const problem = Array.isArray(value) ? this.#inspectItems(value) : this.#inspectMembers(value);
    this.#ancestors.pop();
    return problem;
  }

  #inspectItems(items: readonly unknown[]): JsonProblem | null {
    for (let index = 0; index < items.length; index += 1) {
      this.#path.push(index);
      const problem = this.inspect(items[index]);
      if (problem !== null) return problem;
      this.#path.pop();
    }
    return null;
  }

  #inspectMembers(value: object): JsonProblem | null {
    if (!isPlain(value)) return this.#refuse(describeValue(value));
    if (Object.getOwnPropertySymbols(value).length > 0) return this.#refuse("an object with a symbol as a key");
    let previous = "";
    for (const [key, member] of Object.entries(value)) {
      if (key < previous) this.isCanonical = false;
      previous = key;
      if (member === undefined) continue;
      this.#path.push(key);
      const problem = this.#inspectText(key, "a key") ?? this.inspect(member);
      if (problem !== null) return problem;
      this.#path.pop();
    }
    return null;
  }

  #refuse(what: string): JsonProblem {
    return { where: this.#path.map(formatStep).join(""), what };
  }
}

/** Objects of another realm (a test runner's, say) have a prototype of their own, which itself has none. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return true;
  return typeof prototype === "object" && Object.getPrototypeOf(prototype) === null;
}

function formatStep(step: string | number): string {
  if (typeof step === "number") return `[${step}]`;
  return /^[A-Za-z_$][\w$]*$/.test(step) ? `.${step}` : `[${JSON.stringify(step).slice(0, 80)}]`;
}

/** The text of a value that was inspected, with the keys of every object in order: equal values have equal texts. */
export function canonicalJson(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(",")}}`;
}
