import type { AnyNode, CallExpression, Function as FunctionNode, ObjectExpression, Property } from "acorn";
import { childrenOf, lexicalNames, patternNames, variableNames } from "./declared-names.ts";

/** Code in a form in which only what it does counts, and what of the top level it uses. */
export interface CanonicalCode {
  /** Names of the top level stand in it as `@0`, `@1` …: places in `references`. Local names are numbered as well. */
  readonly text: string;
  /** Names of the top level in the order in which they first occur. */
  readonly references: readonly string[];
}

/** What code is written with. */
export interface CanonicalContext {
  /** Names that the top level declares or imports. */
  readonly topLevel: ReadonlySet<string>;
  /** What stands for the module that a dynamic import names. */
  nameModule(specifier: string): string;
}

/**
 * Options of an asset that say nothing about the data that it makes: another description, retry policy or partitions
 * definition does not make what is there stale.
 */
const NOT_CODE: ReadonlySet<string> = new Set([
  "key",
  "description",
  "group",
  "owners",
  "tags",
  "kinds",
  "metadata",
  "retry",
  "timeoutMs",
  "noProgressMs",
  "cache",
  "isolation",
  "partitions",
  "chunk",
  "checks",
  "automation",
  "freshness",
  "pool",
  "maxConcurrency",
  "codeVersion",
]);

/** An object with one of these is what an asset is declared with. */
const MAKING: ReadonlySet<string> = new Set(["materialize", "sql"]);

/** The bundler's way of keeping the names of functions. */
const KEEPS_NAME = "__name";

/** What every node has, and literal text that is the same as its value. */
const PASSED_OVER: ReadonlySet<string> = new Set(["type", "start", "end", "loc", "range", "raw", "sourceType"]);

/** Writes code so that formatting, comments and the names of local variables make no difference. */
export function canonicalCode(node: AnyNode, context: CanonicalContext): CanonicalCode {
  const writer = new Writer(context);
  writer.write(node);
  return { text: writer.text, references: writer.references };
}

class Writer {
  readonly #context: CanonicalContext;
  readonly #parts: string[] = [];
  readonly #scopes: Map<string, number>[] = [];
  readonly #references = new Map<string, number>();
  #locals = 0;

  constructor(context: CanonicalContext) {
    this.#context = context;
  }

  get text(): string {
    return this.#parts.join("");
  }

  get references(): string[] {
    return [...this.#references.keys()];
  }

  write(node: AnyNode): void {
    switch (node.type) {
      case "Identifier":
        return this.#emit(this.#resolve(node.name));
      case "Literal":
        if (node.regex != null) return this.#emit(`/${node.regex.pattern}/${node.regex.flags}`);
        return this.#emit(node.bigint == null ? JSON.stringify(node.value) : `${node.bigint}n`);
      case "TemplateElement":
        return this.#emit(JSON.stringify(node.value.cooked ?? node.value.raw));
      case "PrivateIdentifier":
        return this.#emit(`#${node.name}`);
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        return this.#writeFunction(node);
      case "BlockStatement":
      case "StaticBlock":
        if (node.type === "StaticBlock" && node.body.every(keepsName)) return;
        return this.#within(lexicalNames(node.body), () => this.#writeFields(node));
      case "SwitchStatement": {
        const names = lexicalNames(node.cases.flatMap((branch) => branch.consequent));
        return this.#within(names, () => this.#writeFields(node));
      }
      case "ForStatement":
        return this.#within(node.init == null ? [] : lexicalNames([node.init]), () => this.#writeFields(node));
      case "ForInStatement":
      case "ForOfStatement":
        return this.#within(lexicalNames([node.left]), () => this.#writeFields(node));
      case "CatchClause":
        return this.#within(node.param == null ? [] : patternNames(node.param), () => this.#writeFields(node));
      case "ClassExpression":
        return this.#within(node.id == null ? [] : [node.id.name], () => this.#writeFields(node));
      case "ImportExpression":
        if (node.source.type !== "Literal" || typeof node.source.value !== "string") break;
        return this.#emit(`import(${this.#context.nameModule(node.source.value)})`);
      case "CallExpression":
        return this.#writeCall(node);
      case "MemberExpression":
        this.#emit(node.optional ? "?.(" : ".(");
        this.write(node.object);
        this.#writeKey(node.property, node.computed);
        return this.#emit(")");
      case "Property":
      case "MethodDefinition":
      case "PropertyDefinition":
        this.#emit(node.type === "Property" ? `${node.kind}:` : `${node.static ? "static " : ""}${node.type}:`);
        if (node.type === "MethodDefinition") this.#emit(`${node.kind}:`);
        this.#writeKey(node.key, node.computed);
        return node.value == null ? undefined : this.write(node.value);
      case "LabeledStatement":
        this.#emit(`label ${node.label.name}`);
        return this.write(node.body);
      case "BreakStatement":
      case "ContinueStatement":
        return this.#emit(`${node.type} ${node.label?.name ?? ""}`);
      case "MetaProperty":
        return this.#emit(`${node.meta.name}.${node.property.name}`);
      default:
    }
    this.#writeFields(node);
  }

  #writeCall(node: CallExpression): void {
    const [first] = node.arguments;
    if (keepsName(node) && first !== undefined) return this.write(first);
    if (first?.type !== "ObjectExpression" || !declaresAsset(first)) return this.#writeFields(node);
    this.#emit("asset(");
    this.write(node.callee);
    for (const property of first.properties) {
      const key = property.type === "Property" ? nameOfKey(property) : undefined;
      if (key === undefined || !NOT_CODE.has(key)) this.write(property);
    }
    for (const argument of node.arguments.slice(1)) this.write(argument);
    this.#emit(")");
  }

  #writeFunction(node: FunctionNode): void {
    const own = node.type === "FunctionExpression" && node.id != null ? [node.id.name] : [];
    const body = node.body.type === "BlockStatement" ? node.body : undefined;
    const names = [
      ...own,
      ...node.params.flatMap(patternNames),
      ...(body === undefined ? [] : [...variableNames(body), ...lexicalNames(body.body)]),
    ];
    this.#emit(`${node.async ? "async " : ""}${node.generator ? "function*(" : "function("}`);
    this.#within(names, () => {
      for (const parameter of node.params) {
        this.write(parameter);
        this.#emit(",");
      }
      // A body that is an expression returns it; one in braces is written statement by statement.
      this.#emit(body === undefined ? ")=>" : "){");
      for (const part of body?.body ?? [node.body]) this.write(part);
      this.#emit("}");
    });
  }

  #writeKey(key: AnyNode, computed: boolean): void {
    if (computed) {
      this.#emit("[");
      this.write(key);
      return this.#emit("]");
    }
    this.#emit(key.type === "Identifier" ? JSON.stringify(key.name) : "");
    if (key.type !== "Identifier") this.write(key);
  }

  /** Everything that a node holds, by name, in the order in which the parser gives it. */
  #writeFields(node: AnyNode): void {
    this.#emit(`${node.type}(`);
    for (const [name, value] of Object.entries(node)) {
      if (PASSED_OVER.has(name)) continue;
      if (typeof value === "object" && value !== null) {
        this.#emit(`${name}:`);
        for (const child of childrenOf(value)) {
          if (child === null) this.#emit("hole");
          else this.write(child);
          this.#emit(",");
        }
      } else if (value !== undefined && value !== null) this.#emit(`${name}=${String(value)};`);
    }
    this.#emit(")");
  }

  #within(names: readonly string[], act: () => void): void {
    const scope = new Map<string, number>();
    for (const name of names) if (!scope.has(name)) scope.set(name, this.#locals++);
    this.#scopes.push(scope);
    act();
    this.#scopes.pop();
  }

  #resolve(name: string): string {
    for (let at = this.#scopes.length - 1; at >= 0; at -= 1) {
      const local = this.#scopes[at]?.get(name);
      if (local !== undefined) return `$${local}`;
    }
    if (!this.#context.topLevel.has(name)) return name;
    let index = this.#references.get(name);
    if (index === undefined) this.#references.set(name, (index = this.#references.size));
    return `@${index}`;
  }

  #emit(text: string): void {
    this.#parts.push(text, " ");
  }
}

function declaresAsset({ properties }: ObjectExpression): boolean {
  return properties.some((property) => property.type === "Property" && MAKING.has(nameOfKey(property) ?? ""));
}

function nameOfKey({ key, computed }: Property): string | undefined {
  if (computed) return undefined;
  if (key.type === "Identifier") return key.name;
  return key.type === "Literal" && typeof key.value === "string" ? key.value : undefined;
}

/** Whether a node does nothing but keep a name. */
export function keepsName(node: AnyNode): boolean {
  if (node.type === "ExpressionStatement") return keepsName(node.expression);
  return (
    node.type === "CallExpression" &&
    node.callee.type === "Identifier" &&
    node.callee.name === KEEPS_NAME &&
    node.arguments.length === 2
  );
}
