import { formatNearest } from "../nearest.ts";
import { PARTITION_STATUSES } from "../statuses.ts";
import { SELECTION_ATTRIBUTES, type Selection, type SelectionAttribute, type TraversalDepth } from "./selection.ts";
import { selectionError, tokenizeSelection, type SelectionToken } from "./selection-tokens.ts";

/** Longer texts are refused. */
const MAX_LENGTH = 20_000;
/** Parentheses, `not` and calls may be nested this deep. */
const MAX_DEPTH = 100;
const ATTRIBUTES = new Set<string>([...SELECTION_ATTRIBUTES, "tag"]);
const FUNCTIONS = new Set(["roots", "sinks"]);
const DIGITS = /^[0-9]{1,9}$/u;

/**
 * Parses a selection of assets, the same language in the CLI, the catalog, schedules and automation:
 *
 * - `orders`, `key:"raw/*"`, `*`: by key, `*` for any characters; quotes around anything unusual, `\*` for the sign itself
 * - `group:finance`, `kind:sql`, `owner:@ana`, `tag:team=x`, `tag:team`, `status:failed,stale`: by attribute
 * - `+orders`, `2+orders+2`, `orders+`: with what it depends on, and with what depends on it
 * - `roots(…)`, `sinks(…)`: the first and the last of a selection
 * - `and`, `or`, `not`, parentheses; `not` binds tightest, then `and`
 *
 * @throws SELECTION_SYNTAX with the position in `details.position`
 *
 * @example
 * parseSelection("group:finance and not +key:orders");
 */
export function parseSelection(text: string): Selection {
  if (text.length > MAX_LENGTH) {
    const problem = `it is longer than ${MAX_LENGTH} characters`;
    throw selectionError(`${text.slice(0, 40)}…`, MAX_LENGTH, { problem, hint: "Shorten it." });
  }
  return new SelectionParser(text).parse();
}

/** Recursive descent, one method for each rule of the grammar. */
class SelectionParser {
  readonly #text: string;
  readonly #tokens: readonly SelectionToken[];
  #next = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokenizeSelection(text);
  }

  parse(): Selection {
    const selection = this.#or();
    if (this.#peek().type !== "end") {
      throw this.#error(`${this.#describe()} follows without an operator`, 'Join two selections with "and" or "or".');
    }
    return selection;
  }

  #or(): Selection {
    return this.#chain("or", () => this.#and());
  }

  #and(): Selection {
    return this.#chain("and", () => this.#unary());
  }

  #chain(kind: "and" | "or", operand: () => Selection): Selection {
    const first = operand();
    if (!this.#isOperator(kind)) return first;
    const of = [first];
    while (this.#isOperator(kind)) {
      this.#take();
      of.push(operand());
    }
    return { kind, of };
  }

  #unary(): Selection {
    if (!this.#isOperator("not")) return this.#traversal();
    this.#take();
    return { kind: "not", of: this.#nested(() => this.#unary()) };
  }

  #traversal(): Selection {
    const upstream = this.#upstream();
    const of = this.#operand();
    const downstream = this.#downstream();
    return upstream === null && downstream === null ? of : { kind: "traverse", upstream, downstream, of };
  }

  /** `+` or `2+` before an operand. */
  #upstream(): TraversalDepth | null {
    const first = this.#peek();
    if (first.type === "word" && DIGITS.test(first.text) && this.#peek(1).type === "+") {
      this.#take();
      this.#take();
      return Number(first.text);
    }
    if (first.type !== "+") return null;
    this.#take();
    return "all";
  }

  /** `+` or `+2` behind an operand. */
  #downstream(): TraversalDepth | null {
    if (this.#peek().type !== "+") return null;
    this.#take();
    const depth = this.#peek();
    if (depth.type !== "word" || !DIGITS.test(depth.text)) return "all";
    this.#take();
    return Number(depth.text);
  }

  #operand(): Selection {
    const token = this.#peek();
    if (token.type === "(") return this.#parenthesized();
    if (token.type !== "word" && token.type !== "string") {
      throw this.#error(
        `${this.#describe()} stands where a selection is needed`,
        "Write a key, or an attribute such as group:finance.",
      );
    }
    if (this.#isOperator("and") || this.#isOperator("or") || this.#isOperator("not")) {
      throw this.#error(
        `the operator "${token.text}" has no selection before it`,
        `For an asset of that name write key:${token.text}.`,
      );
    }
    const following = this.#peek(1).type;
    if (token.type === "word" && following === "(") return this.#call();
    if (token.type === "word" && following === ":") return this.#attribute();
    if (token.type === "word" && ATTRIBUTES.has(token.text)) {
      throw this.#error(
        `"${token.text}" has no value`,
        `Write ${token.text}:value, or key:${token.text} for the asset of that name.`,
      );
    }
    if (token.type === "word" && token.text === "*") {
      this.#take();
      return { kind: "all" };
    }
    return { kind: "match", attribute: "key", patterns: this.#values() };
  }

  #parenthesized(): Selection {
    const opening = this.#take();
    const selection = this.#nested(() => this.#or());
    if (this.#peek().type !== ")") {
      throw this.#error(`the parenthesis opened at ${opening.position + 1} is not closed here`, 'Add ")".');
    }
    this.#take();
    return selection;
  }

  #call(): Selection {
    const name = this.#peek().text;
    if (name !== "roots" && name !== "sinks") {
      throw this.#error(
        `there is no function "${name}"`,
        formatNearest(name, FUNCTIONS) ?? "The functions are roots and sinks.",
      );
    }
    this.#take();
    return { kind: name, of: this.#parenthesized() };
  }

  #attribute(): Selection {
    const name = this.#peek().text;
    const attribute = SELECTION_ATTRIBUTES.find((known) => known === name);
    if (attribute === undefined && name !== "tag") {
      const known = `The attributes are ${[...ATTRIBUTES].join(", ")}.`;
      throw this.#error(`there is no attribute "${name}"`, formatNearest(name, ATTRIBUTES) ?? known);
    }
    this.#take();
    this.#take();
    return attribute === undefined ? this.#tag() : this.#match(attribute);
  }

  #match(attribute: SelectionAttribute): Selection {
    const position = this.#peek().position;
    const patterns = this.#values();
    const unknown = patterns.find((pattern) => attribute === "status" && !isStatus(pattern));
    if (unknown !== undefined) {
      const known = `The statuses are ${PARTITION_STATUSES.join(", ")}.`;
      const hint = formatNearest(unknown, PARTITION_STATUSES) ?? known;
      throw selectionError(this.#text, position, { problem: `there is no status "${unknown}"`, hint });
    }
    return { kind: "match", attribute, patterns };
  }

  #tag(): Selection {
    const name = this.#value();
    if (this.#peek().type !== "=") return { kind: "tag", name, values: null };
    this.#take();
    return { kind: "tag", name, values: this.#values() };
  }

  #values(): string[] {
    const values = [this.#value()];
    while (this.#peek().type === ",") {
      this.#take();
      values.push(this.#value());
    }
    return values;
  }

  #value(): string {
    const token = this.#peek();
    if (token.type !== "word" && token.type !== "string") {
      throw this.#error(
        `${this.#describe()} stands where a value is needed`,
        'Write a value; in quotes when it has special characters: "a b".',
      );
    }
    return this.#take().pattern;
  }

  #nested(rule: () => Selection): Selection {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw this.#error(`it is nested more than ${MAX_DEPTH} levels deep`, "Simplify it.");
    const selection = rule();
    this.#depth -= 1;
    return selection;
  }

  /** Operators are written in lower or in upper case, never mixed, so that `And` stays a name. */
  #isOperator(name: "and" | "or" | "not"): boolean {
    const token = this.#peek();
    return token.type === "word" && (token.text === name || token.text === name.toUpperCase());
  }

  #peek(ahead = 0): SelectionToken {
    const token = this.#tokens[this.#next + ahead] ?? this.#tokens.at(-1);
    if (token === undefined) throw new RangeError("a token list ends with `end`");
    return token;
  }

  #take(): SelectionToken {
    const token = this.#peek();
    this.#next += 1;
    return token;
  }

  #describe(): string {
    const token = this.#peek();
    return token.type === "end" ? "the end" : JSON.stringify(token.text);
  }

  #error(problem: string, hint: string): Error {
    return selectionError(this.#text, this.#peek().position, { problem, hint });
  }
}

function isStatus(pattern: string): boolean {
  return PARTITION_STATUSES.some((status) => status === pattern);
}
