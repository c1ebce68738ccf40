/**
 * One parameter of an address. `parse` gets either the text of the address or a value that the application has set, and
 * answers `undefined` for what it does not understand.
 */
export interface SearchParam<TValue> {
  readonly parse: (given: unknown) => TValue | undefined;
  /** What it takes, for the notice about a value that it does not: "a number from 1 to 20". */
  readonly expects: string;
}

/** Any text that is not empty. */
export function textParam(maxLength = 4_000): SearchParam<string> {
  return {
    expects: `a text of up to ${maxLength} characters`,
    parse: (given) => (typeof given === "string" && given !== "" && given.length <= maxLength ? given : undefined),
  };
}

/** One of some words. */
export function choiceParam<const TValue extends string>(choices: readonly TValue[]): SearchParam<TValue> {
  return {
    expects: `one of ${choices.join(", ")}`,
    parse: (given) => choices.find((choice) => choice === given),
  };
}

/** Several of some words, separated by commas; what is not among them makes the whole invalid. */
export function choicesParam<const TValue extends string>(choices: readonly TValue[]): SearchParam<readonly TValue[]> {
  return {
    expects: `some of ${choices.join(", ")}, separated by commas`,
    parse: (given) => {
      const parts = listOf(given)?.map((part) => choices.find((choice) => choice === part));
      return parts?.every((part) => part !== undefined) === true && parts.length > 0 ? parts : undefined;
    },
  };
}

/** Several texts, separated by commas. */
export function textsParam(): SearchParam<readonly string[]> {
  return { expects: "texts separated by commas", parse: listOf };
}

/** A whole number within bounds. */
export function integerParam(min: number, max: number): SearchParam<number> {
  return {
    expects: `a whole number from ${min} to ${max}`,
    parse: (given) => {
      const value = numberOf(given);
      return value !== undefined && Number.isInteger(value) && value >= min && value <= max ? value : undefined;
    },
  };
}

/** Any finite number. */
export function numberParam(): SearchParam<number> {
  return { expects: "a number", parse: numberOf };
}

/** A word, or a whole number within bounds. */
export function choiceOrIntegerParam<const TChoice extends string>(
  choices: readonly TChoice[],
  bounds: { readonly min: number; readonly max: number },
): SearchParam<TChoice | number> {
  const choice = choiceParam(choices);
  const integer = integerParam(bounds.min, bounds.max);
  return {
    expects: `${choices.join(", ")} or ${integer.expects}`,
    parse: (given) => choice.parse(given) ?? integer.parse(given),
  };
}

/** Values by name, written as a JSON object. `accepts` judges each value. */
export function recordParam<TValue>(
  accepts: (value: unknown) => value is TValue,
  { expects, maxLength = 8_000 }: { readonly expects: string; readonly maxLength?: number },
): SearchParam<{ readonly [name: string]: TValue }> {
  return {
    expects,
    parse: (given) => {
      const object = typeof given === "string" && given.length <= maxLength ? parseObject(given) : given;
      if (typeof object !== "object" || object === null || Array.isArray(object)) return undefined;
      const entries = Object.entries(object);
      const accepted = entries.filter((entry): entry is [string, TValue] => accepts(entry[1]));
      return entries.length > 0 && accepted.length === entries.length ? Object.fromEntries(accepted) : undefined;
    },
  };
}

/** A JSON object of an address; `undefined` for anything else. */
export function parseObject(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not understood: the caller reports it with what it expects.
    return undefined;
  }
}

function numberOf(given: unknown): number | undefined {
  const value = typeof given === "string" && given.trim() !== "" ? Number(given) : given;
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** Several texts, as the application sets them or as an address holds them. */
export function listOf(given: unknown): readonly string[] | undefined {
  if (Array.isArray(given))
    return given.every((part) => typeof part === "string") && given.length > 0 ? given : undefined;
  if (typeof given !== "string" || given === "") return undefined;
  return given.split(",").map((part) => part.replaceAll("%2C", ","));
}
