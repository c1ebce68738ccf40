/** A node of the tree that DuckDB makes of a query; what it does not hold is its default. */
export type ParsedNode = { readonly [name: string]: unknown };

export function isNode(value: unknown): value is ParsedNode {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A node within another; an empty one where it is left out. */
export function nodeIn(node: ParsedNode, name: string): ParsedNode {
  const value = node[name];
  return isNode(value) ? value : {};
}

export function nodesIn(node: ParsedNode, name: string): readonly ParsedNode[] {
  const value = node[name];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

export function textIn(node: ParsedNode, name: string): string {
  const value = node[name];
  return typeof value === "string" ? value : "";
}

export function textsIn(node: ParsedNode, name: string): readonly string[] {
  const value = node[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
