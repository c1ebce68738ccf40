import { createHash } from "node:crypto";
import type { SourceMap } from "node:module";
import { type AnyAsset, type Definitions } from "@heddle/core";
import { isAsset, type DeclarationPlace, type SourceLocation } from "@heddle/core/internal";
import type { AnyNode } from "acorn";
import { CodeHashes } from "./code-hashes.ts";
import { takeApart, type CallSite, type CodeUnit } from "./code-units.ts";

/** What code versions are found from. */
export interface CodeVersionsInput {
  readonly definitions: Definitions;
  /** The bundle that the definitions were loaded from. */
  readonly code: string;
  /** Its source map. */
  readonly sourceMap: Pick<SourceMap, "findEntry">;
  /** The absolute path of a source that the map names. */
  pathOf(source: string): string;
  /** The installed version of a package; `undefined` where that says nothing about the user's code. */
  packageVersion(name: string): string | undefined;
}

/**
 * Finds the code version of every asset, by its key: a hash of the code of its declaration and of everything at the top
 * level of the project's modules that this code uses, however far away, and of the versions of the packages that it
 * imports. Formatting, comments, types, names of local variables and what an option says about the asset without having
 * a part in making it (description, owners, retry, …) make no difference; nor does the code of the assets that it reads,
 * whose data have versions of their own.
 *
 * An asset that a function declares has the version of the call at the top level of a module that led to it. An asset
 * whose declaration is not found in the bundle (a package declares it) is left out.
 */
export function assetCodeVersions(input: CodeVersionsInput): Map<string, string> {
  const apart = takeApart(input.code);
  const places = placesOf(apart.calls, input);
  const declarations = new Map<string, Declaration>();
  for (const [key, declared] of input.definitions.assets) {
    const declaration = isAsset(declared) ? findDeclaration(declared, places) : undefined;
    if (declaration !== undefined) declarations.set(key, declaration);
  }
  const hashes = new CodeHashes(apart, {
    packageVersion: (name) => input.packageVersion(name),
    isOnlyAssets: onlyAssets([...declarations.values()]),
  });
  const known = new Map<Declaration, string>();
  const versions = new Map<string, string>();
  for (const [key, declaration] of declarations) {
    let version = known.get(declaration);
    if (version === undefined) known.set(declaration, (version = versionOf(declaration, hashes)));
    versions.set(key, version);
  }
  return versions;
}

/** The code that declares an asset: calls at the top level of one line, or else the unit that a call is in. */
interface Declaration {
  readonly nodes: readonly AnyNode[];
  readonly units: readonly CodeUnit[];
}

type Places = ReadonlyMap<string, { readonly declaration: Declaration; readonly isAtTopLevel: boolean }>;

/** The calls of a bundle by the line of the source in which they stand. */
function placesOf(calls: readonly CallSite[], { code, sourceMap, pathOf }: CodeVersionsInput): Places {
  const byLine = new Map<string, CallSite[]>();
  const positionOf = createPositions(code);
  const paths = new Map<string, string>();
  for (const call of calls) {
    // Where an engine says that a call stands: a method's name, the function that is called.
    const { callee } = call.node;
    const { line: lineIndex, column } = positionOf(
      (callee.type === "MemberExpression" ? callee.property : callee).start,
    );
    const entry = sourceMap.findEntry(lineIndex, column);
    if (!("originalSource" in entry)) continue;
    let path = paths.get(entry.originalSource);
    if (path === undefined) paths.set(entry.originalSource, (path = pathOf(entry.originalSource)));
    const line = nameLine({ file: path, line: entry.originalLine + 1 });
    const known = byLine.get(line);
    if (known === undefined) byLine.set(line, [call]);
    else known.push(call);
  }
  return new Map([...byLine].map(([line, sites]) => [line, declarationOf(sites)]));
}

/** Gives the line and the column of an offset, both from 0. */
function createPositions(code: string): (offset: number) => { readonly line: number; readonly column: number } {
  const starts = [0];
  for (let at = code.indexOf("\n"); at >= 0; at = code.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low, column: offset - (starts[low] ?? 0) };
  };
}

function declarationOf(sites: readonly CallSite[]) {
  const atTop = sites.filter((site) => site.isAtTopLevel);
  if (atTop.length === 0) {
    const units = [...new Set(sites.map(({ unit }) => unit))];
    return { declaration: { nodes: units.map(({ node }) => node), units }, isAtTopLevel: false };
  }
  // Calls come before those inside of them.
  const outer = atTop.filter(({ node }, index) => !atTop.slice(0, index).some((other) => contains(other.node, node)));
  const declaration = { nodes: outer.map(({ node }) => node), units: [...new Set(outer.map(({ unit }) => unit))] };
  return { declaration, isAtTopLevel: true };
}

function contains(outer: AnyNode, inner: AnyNode): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

/** Follows the calls that led to an asset up to the top level of a module. */
function findDeclaration({ source }: AnyAsset, places: Places): Declaration | undefined {
  const found = framesOf(source).flatMap((frame) => places.get(nameLine(frame)) ?? []);
  const outermost = found.findLast(({ isAtTopLevel }) => isAtTopLevel) ?? found.at(-1);
  return outermost?.declaration;
}

function framesOf(source: DeclarationPlace | null): readonly SourceLocation[] {
  return source === null ? [] : [source, ...source.callers];
}

/**
 * Units that declare assets and nothing else: who uses their names reads those assets, and does not run their code.
 */
function onlyAssets(declarations: readonly Declaration[]): (unit: CodeUnit) => boolean {
  const units = new Set(declarations.flatMap(({ units: all }) => all));
  return (unit) => units.has(unit) && unit.node.type === "VariableDeclarator" && isCallOrList(unit.node.init);
}

function isCallOrList(node: AnyNode | null | undefined): boolean {
  if (node?.type === "AwaitExpression") return isCallOrList(node.argument);
  return node?.type === "CallExpression" || node?.type === "ArrayExpression";
}

function versionOf({ nodes }: Declaration, hashes: CodeHashes): string {
  const hash = createHash("sha256");
  for (const node of nodes) hash.update(hashes.hashNode(node));
  return hash.digest("hex").slice(0, VERSION_LENGTH);
}

/** Hex digits of a code version: 128 bits. */
const VERSION_LENGTH = 32;

function nameLine({ file, line }: SourceLocation): string {
  return `${file}:${line}`;
}
