import { HeddleError } from "../errors.ts";

/** A piece of a selection. `pattern` of a word or string is its text with escapes for what is not a wildcard. */
export interface SelectionToken {
  readonly type: "word" | "string" | "(" | ")" | "+" | ":" | "=" | "," | "end";
  readonly text: string;
  readonly pattern: string;
  /** 0-based, in UTF-16 units. */
  readonly position: number;
}

const BLANKS = /\s*/uy;
const WORD = /[\p{L}\p{N}\p{M}_*@./$#%~-]+/uy;
const STRING = /"((?:[^"\\]|\\.)*)"/suy;
const SIGN = /[()+:=,]/uy;

/** Says whether a pattern can be written without quotes. */
export function isWord(pattern: string): boolean {
  WORD.lastIndex = 0;
  return WORD.exec(pattern)?.[0].length === pattern.length;
}

/** Cuts a selection into tokens; the last one is `end`. @throws SELECTION_SYNTAX */
export function tokenizeSelection(text: string): SelectionToken[] {
  const tokens: SelectionToken[] = [];
  let position = 0;
  const take = (expression: RegExp): RegExpExecArray | null => {
    expression.lastIndex = position;
    return expression.exec(text);
  };
  for (;;) {
    position += take(BLANKS)?.[0].length ?? 0;
    if (position >= text.length) break;
    const word = take(WORD);
    const string = word === null ? take(STRING) : null;
    const found = word ?? string ?? take(SIGN);
    if (found === null) throw unreadable(text, position);
    const type = word !== null ? "word" : string !== null ? "string" : signOf(found[0]);
    tokens.push({ type, text: found[0], pattern: string === null ? found[0] : toPattern(string[1] ?? ""), position });
    position += found[0].length;
  }
  tokens.push({ type: "end", text: "", pattern: "", position: text.length });
  return tokens;
}

/** Only `\\` and `\*` mean something in a pattern; `\"` was needed for the quotes alone. */
function toPattern(quoted: string): string {
  return quoted.replaceAll(/\\(.)/gsu, (escape, character: string) =>
    character === "*" || character === "\\" ? escape : character,
  );
}

function signOf(sign: string): SelectionToken["type"] {
  switch (sign) {
    case "(":
    case ")":
    case "+":
    case ":":
    case "=":
      return sign;
    default:
      return ",";
  }
}

function unreadable(text: string, position: number): HeddleError {
  const character = String.fromCodePoint(text.codePointAt(position) ?? 0);
  return selectionError(
    text,
    position,
    character === '"'
      ? { problem: "the quote is not closed", hint: 'End the text with another ".' }
      : {
          problem: `${JSON.stringify(character)} has no meaning here`,
          hint: 'Put names with special characters in quotes: key:"a b".',
        },
  );
}

/** An error at a place of a selection. */
export function selectionError(
  text: string,
  position: number,
  { problem, hint }: { readonly problem: string; readonly hint: string },
): HeddleError {
  const message = `the selection ${JSON.stringify(text)} is wrong at ${position + 1}: ${problem}`;
  return new HeddleError("SELECTION_SYNTAX", message, { hint, details: { selection: text, position } });
}
