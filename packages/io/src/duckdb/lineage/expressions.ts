import { computedFrom, NOWHERE, type Origin, unknownOrigin } from "./origin.ts";
import { isNode, nodeIn, nodesIn, type ParsedNode, textIn, textsIn } from "./parsed-node.ts";
import { resolveColumn, type Scope, scopeWithin } from "./scope.ts";

/** Where the value of an expression comes from: every column that it names, filters and windows of functions included. */
export function originOf(expression: ParsedNode, scope: Scope): Origin {
  switch (textIn(expression, "class")) {
    case "COLUMN_REF":
      return resolveColumn(textsIn(expression, "column_names"), scope);
    case "CONSTANT":
    case "PARAMETER":
      return NOWHERE;
    case "STAR":
      return unknownOrigin("COLUMNS(…) chooses columns while the query is planned");
    case "SUBQUERY":
      return originOfSubquery(expression, scope);
    case "LAMBDA":
      return originOf(nodeIn(expression, "expr"), withParameters(expression, scope));
    default:
      return computedFrom(childrenOf(expression).map((child) => originOf(child, scope)));
  }
}

/** A value out of another query; whether that has rows says nothing about columns. */
function originOfSubquery(expression: ParsedNode, scope: Scope): Origin {
  const child = nodeIn(expression, "child");
  const compared = "class" in child ? [originOf(child, scope)] : [];
  if (/EXISTS/u.test(textIn(expression, "subquery_type"))) return computedFrom(compared);
  const { columns, rest } = scope.readQuery(nodeIn(nodeIn(expression, "subquery"), "node"), scopeWithin(scope));
  const origins = columns.map(({ origin }) => origin);
  return computedFrom([...compared, ...origins, ...(rest === null ? [] : [unknownOrigin(rest)])]);
}

/** Parameters of a lambda come from what it is applied to, which is an argument beside it. */
function withParameters(lambda: ParsedNode, scope: Scope): Scope {
  const given = nodeIn(lambda, "lhs");
  const references = textIn(given, "class") === "COLUMN_REF" ? [given] : nodesIn(given, "children");
  const aliases = references.map((reference) => ({
    name: textsIn(reference, "column_names").at(-1) ?? "",
    origin: NOWHERE,
  }));
  return { ...scopeWithin(scope), aliases };
}

/** The expressions that an expression is made of, wherever they stand in it. */
function childrenOf(value: unknown): ParsedNode[] {
  const parts = Array.isArray(value) ? value : isNode(value) ? Object.values(value) : [];
  return parts.flatMap((part) => (isNode(part) && typeof part["class"] === "string" ? [part] : childrenOf(part)));
}
