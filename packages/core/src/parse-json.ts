const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * `JSON.parse` for values of users, whose keys can be any text. V8's takes an escaped key for another one that it has
 * read at the same place before, when the escaped key begins with that one's characters: after `{"a":0,"\\":1}` it
 * reads `{"a":0,"\"":1}` as `{"a":0,"\\":1}`. A text with an escaped key is therefore put together here; for all others,
 * which are nearly all there are, this costs a search for a backslash.
 *
 * @see https://github.com/nodejs/node/issues/63785 — to be removed when no Node.js that Heddle supports has the defect
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  // First in any case: it says what is wrong with a text, and `assemble` can rely on the syntax.
  const value: unknown = JSON.parse(text);
  return hasEscapedKey(text) ? assemble(text) : value;
}

function hasEscapedKey(text: string): boolean {
  for (let at = text.indexOf("\\"); at >= 0; at = text.indexOf("\\", at)) {
    at = endOfString(text, at);
    let next = at;
    while (isSpace(text.charCodeAt(next))) next += 1;
    if (text.charCodeAt(next) === COLON) return true;
  }
  return false;
}

/** Values that are not complete yet, from the outermost to the innermost. */
interface Open {
  readonly container: object;
  /** Of the member of an object that comes next; `null` before it was read, and in a list. */
  key: string | null;
}

/** Makes the value of a text that is known to be JSON. Without recursion: values are as deep as `JSON.parse` takes. */
function assemble(text: string): unknown {
  const result: unknown[] = [];
  const open: Open[] = [];
  let innermost: Open = { container: result, key: null };
  const add = (value: unknown): void => {
    const { container, key } = innermost;
    if (Array.isArray(container)) container.push(value);
    // `__proto__` is a key as any other is in JSON; an assignment would set the prototype.
    else Object.defineProperty(container, key ?? "", { value, writable: true, enumerable: true, configurable: true });
    innermost.key = null;
  };
  for (let at = 0; at < text.length;) {
    const code = text.charCodeAt(at);
    const start = at;
    if (code === OPEN_LIST || code === OPEN_OBJECT) {
      const container = code === OPEN_LIST ? [] : {};
      add(container);
      open.push(innermost);
      innermost = { container, key: null };
      at += 1;
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) {
      innermost = open.pop() ?? innermost;
      at += 1;
    } else if (code === COMMA || code === COLON || isSpace(code)) {
      at += 1;
    } else if (code === QUOTE) {
      at = endOfString(text, at + 1);
      const string: unknown = JSON.parse(text.slice(start, at));
      if (innermost.key === null && !Array.isArray(innermost.container)) innermost.key = String(string);
      else add(string);
    } else {
      while (at < text.length && !isDelimiter(text.charCodeAt(at))) at += 1;
      add(JSON.parse(text.slice(start, at)));
    }
  }
  return result[0];
}

/** Where the string that `at` lies in has ended: behind its closing quote. `at` must not be behind a backslash. */
function endOfString(text: string, at: number): number {
  let end = at;
  for (let code = text.charCodeAt(end); code !== QUOTE; code = text.charCodeAt(end)) end += code === BACKSLASH ? 2 : 1;
  return end + 1;
}

function isDelimiter(code: number): boolean {
  return code === COMMA || code === CLOSE_LIST || code === CLOSE_OBJECT || isSpace(code);
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
