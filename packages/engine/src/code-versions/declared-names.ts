import type { AnyNode, Pattern, Program } from "acorn";

/** The nodes in a field of a node: one, or a list of them with `null` for what a list leaves out. */
export function childrenOf(value: object): readonly (AnyNode | null)[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  // Fields of a syntax tree that are objects are nodes, but for the values of literals, which are not looked into.
  return list.filter((child): child is AnyNode | null => child === null || isNode(child));
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

/** Looks at the nodes in all fields of a node. A bundle has hundreds of thousands: nothing is made for them. */
export function forEachChild(node: AnyNode | Program, look: (child: AnyNode) => void): void {
  const fields = node as unknown as Readonly<Record<string, unknown>>;
  for (const name in fields) {
    const value = fields[name];
    if (typeof value !== "object" || value === null) continue;
    if (Array.isArray(value)) {
      for (const child of value as readonly unknown[]) if (isNode(child)) look(child);
    } else if (isNode(value)) look(value);
  }
}

/** Names that a pattern binds: of a parameter, of a variable. */
export function patternNames(pattern: Pattern | AnyNode): string[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name];
    case "ObjectPattern":
      return pattern.properties.flatMap((property) =>
        patternNames(property.type === "RestElement" ? property.argument : property.value),
      );
    case "ArrayPattern":
      return pattern.elements.flatMap((element) => (element === null ? [] : patternNames(element)));
    case "RestElement":
      return patternNames(pattern.argument);
    case "AssignmentPattern":
      return patternNames(pattern.left);
    default:
      // A member that is assigned to binds nothing.
      return [];
  }
}

/** Names that statements of one block declare for it: `let`, `const`, classes and functions. */
export function lexicalNames(statements: readonly AnyNode[]): string[] {
  return statements.flatMap((statement) => {
    if (statement.type === "VariableDeclaration" && statement.kind !== "var") {
      return statement.declarations.flatMap(({ id }) => patternNames(id));
    }
    const isNamed = statement.type === "FunctionDeclaration" || statement.type === "ClassDeclaration";
    // Only an `export default` may leave the name out.
    return isNamed && statement.id != null ? [statement.id.name] : [];
  });
}

/** Names that `var` declares for a function, wherever in its body it stands. */
export function variableNames(node: AnyNode | Program): string[] {
  if (node.type === "VariableDeclaration" && node.kind === "var") {
    return node.declarations.flatMap(({ id }) => patternNames(id));
  }
  if (isFunction(node)) return [];
  const names: string[] = [];
  forEachChild(node, (child) => {
    for (const name of variableNames(child)) names.push(name);
  });
  return names;
}

/** Whether code in a node runs later, and not where it stands. */
export function isFunction(node: AnyNode): boolean {
  const { type } = node;
  return type === "ArrowFunctionExpression" || type === "FunctionExpression" || type === "FunctionDeclaration";
}
