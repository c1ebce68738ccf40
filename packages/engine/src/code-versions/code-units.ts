import { parse, type AnyNode, type CallExpression, type Program } from "acorn";
import { keepsName } from "./canonical-code.ts";
import { forEachChild, isFunction, patternNames } from "./declared-names.ts";

/** A piece of the top level that is used as a whole: one declarator, one function, one statement. */
export interface CodeUnit {
  readonly node: AnyNode;
  /** Names that it declares. */
  readonly declares: readonly string[];
}

/** A name of the top level that comes from a package. */
export interface ImportedName {
  readonly module: string;
  /** `*` for all of it, `default` for its default. */
  readonly name: string;
}

/** A call, and where it stands. */
export interface CallSite {
  readonly node: CallExpression;
  readonly unit: CodeUnit;
  /** Whether it is made while the module loads, and not by a function that is called then or later. */
  readonly isAtTopLevel: boolean;
}

/** The top level of a bundle, taken apart. */
export interface CodeUnits {
  readonly units: readonly CodeUnit[];
  readonly imports: ReadonlyMap<string, ImportedName>;
  /** What a name of the top level stands for: what declares it, and whatever else changes it. */
  readonly unitsOf: ReadonlyMap<string, readonly CodeUnit[]>;
  readonly calls: readonly CallSite[];
}

/** Takes the code of a bundle apart. @throws SyntaxError */
export function takeApart(code: string): CodeUnits {
  const program = parse(withoutSourceMap(code), { ecmaVersion: "latest", sourceType: "module" });
  const units = findUnits(program);
  const imports = findImports(program);
  const unitsOf = new Map<string, CodeUnit[]>();
  const add = (name: string, unit: CodeUnit): void => {
    const known = unitsOf.get(name);
    if (known === undefined) unitsOf.set(name, [unit]);
    else if (!known.includes(unit)) known.push(unit);
  };
  for (const unit of units) for (const name of unit.declares) add(name, unit);
  const calls: CallSite[] = [];
  for (const unit of units) {
    const visit = (name: string): void => {
      if (unitsOf.has(name) && !unit.declares.includes(name)) add(name, unit);
    };
    walk(unit.node, { unit, calls, changes: visit, isAtTopLevel: true });
  }
  return { units, imports, unitsOf, calls };
}

function findUnits({ body }: Program): CodeUnit[] {
  return body.flatMap((statement): CodeUnit[] => {
    switch (statement.type) {
      case "VariableDeclaration":
        return statement.declarations.map((node) => ({ node, declares: patternNames(node.id) }));
      case "FunctionDeclaration":
      case "ClassDeclaration":
        return [{ node: statement, declares: [statement.id.name] }];
      case "ImportDeclaration":
      case "ExportNamedDeclaration":
      case "ExportAllDeclaration":
        return [];
      default:
        return keepsName(statement) ? [] : [{ node: statement, declares: [] }];
    }
  });
}

function findImports({ body }: Program): Map<string, ImportedName> {
  const imports = new Map<string, ImportedName>();
  for (const statement of body) {
    if (statement.type !== "ImportDeclaration") continue;
    const module = String(statement.source.value);
    for (const specifier of statement.specifiers) {
      imports.set(specifier.local.name, { module, name: importedName(specifier) });
    }
  }
  return imports;
}

type Specifier = Extract<AnyNode, { type: `Import${string}Specifier` }>;

function importedName(specifier: Specifier): string {
  if (specifier.type === "ImportNamespaceSpecifier") return "*";
  if (specifier.type === "ImportDefaultSpecifier") return "default";
  return specifier.imported.type === "Identifier" ? specifier.imported.name : String(specifier.imported.value);
}

interface Walk {
  readonly unit: CodeUnit;
  readonly calls: CallSite[];
  /** Is told the names that the code may change: by assigning, or as a statement of a module that is given them. */
  readonly changes: (name: string) => void;
  readonly isAtTopLevel: boolean;
}

/** Local names are not told apart from those of the top level here: a name too many makes no difference that matters. */
function walk(node: AnyNode, at: Walk): void {
  if (node.type === "AssignmentExpression" || node.type === "UpdateExpression") {
    const name = rootName(node.type === "AssignmentExpression" ? node.left : node.argument);
    if (name !== undefined) at.changes(name);
  }
  if (node.type === "CallExpression") {
    if (keepsName(node)) {
      const [named] = node.arguments;
      if (named !== undefined) walk(named, at);
      return;
    }
    at.calls.push({ node, unit: at.unit, isAtTopLevel: at.isAtTopLevel });
    // A call for its own sake, as `Object.assign(settings, …)` or `registry.add(…)`.
    if (at.isAtTopLevel && at.unit.declares.length === 0) {
      for (const touched of [...node.arguments, ...(node.callee.type === "MemberExpression" ? [node.callee] : [])]) {
        const name = rootName(touched);
        if (name !== undefined) at.changes(name);
      }
    }
  }
  const inside = at.isAtTopLevel && isFunction(node) ? { ...at, isAtTopLevel: false } : at;
  forEachChild(node, (child) => walk(child, inside));
}

/** An inline source map is most of a bundle, and a comment. */
function withoutSourceMap(code: string): string {
  const at = code.lastIndexOf("\n//# sourceMappingURL=");
  return at < 0 ? code : code.slice(0, at + 1);
}

/** The name that an expression begins with: `a` of `a.b[c].d`. */
function rootName(node: AnyNode): string | undefined {
  if (node.type === "Identifier") return node.name;
  return node.type === "MemberExpression" ? rootName(node.object) : undefined;
}
