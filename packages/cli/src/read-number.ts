import { HeddleError } from "@heddle/core";

/** Limits of a number that somebody wrote as text. */
export interface NumberLimits {
  /** What it is called, such as `--limit`. */
  readonly name: string;
  readonly min: number;
  readonly max: number;
}

/** Reads a whole number. @throws CONFIG_INVALID naming the option */
export function readNumber(text: string, { name, min, max }: NumberLimits): number {
  const value = Number(text);
  if (/^[+-]?\d+$/.test(text.trim()) && value >= min && value <= max) return value;
  throw new HeddleError("CONFIG_INVALID", `${name} is ${JSON.stringify(text)}`, {
    hint: `It has to be a whole number from ${min} to ${max}.`,
  });
}

/** The catalog's port where nothing states another one. */
export const DEFAULT_PORT = 4321;

/** The catalog's port as the option or `HEDDLE_PORT` states it; `undefined` when neither does. 0 is any free one. */
export function readPort(option?: string): number | undefined {
  const fromEnvironment = process.env["HEDDLE_PORT"];
  const text = option ?? (fromEnvironment === "" ? undefined : fromEnvironment);
  if (text === undefined) return undefined;
  return readNumber(text, { name: option === undefined ? "HEDDLE_PORT" : "--port", min: 0, max: 65_535 });
}
