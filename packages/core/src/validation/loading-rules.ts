import { isAsset } from "../asset.ts";
import type { AnyAsset, Dependency } from "../declarations.ts";
import { isRecord, type Definitions } from "../definitions.ts";
import { isIoManager, type AnyIoManager } from "../io-manager.ts";
import { describeType } from "../json-value.ts";
import { formatNearest } from "../nearest.ts";
import { DEFAULT_IO_NAME } from "../snapshot-definitions.ts";
import type { DefinitionRule } from "./definition-problem.ts";
import { madeAssets, upstreamOf } from "./dependency-rules.ts";

/** Every dependency can be loaded as it asks for: with its columns, its rows, its I/O manager. */
export const loadingRule: DefinitionRule = (definitions, report) => {
  for (const asset of madeAssets(definitions)) {
    for (const [name, dependency] of Object.entries(asset.deps)) {
      const upstream = upstreamOf(dependency);
      if (upstream === null || !isAsset(upstream)) continue;
      for (const [message, hint] of findProblems(dependency, upstream, definitions)) {
        report.add("ASSET_DEPENDENCY_LOADING_INVALID", {
          message: `${report.name("asset", asset)} cannot load "${name}" as it asks for: ${message}`,
          hint,
          about: asset,
        });
      }
    }
  }
};

type Problem = readonly [message: string, hint: string];

function findProblems(dependency: Dependency, upstream: AnyAsset, definitions: Definitions): Problem[] {
  const own = isIoManager(upstream.io) ? upstream.io : definitions.io;
  const given: { readonly [K in keyof Dependency]: unknown } = dependency;
  const { io } = given;
  if (io !== null && !isIoManager(io)) {
    return [[`io is ${describeType(io)}`, "Give what an I/O manager's function returns, such as parquetBatches()."]];
  }
  const problems = io === null ? [] : ioProblems(io, upstream, { own, definitions });
  const loads = io ?? own;
  const declared = loads?.table?.columns ?? own?.table?.columns ?? null;
  const known = declared?.map(({ name }) => name) ?? null;
  return [...problems, ...columnsProblems(given.columns, known), ...whereProblems(given.where, known, loads)];
}

function ioProblems(
  io: AnyIoManager,
  upstream: AnyAsset,
  { own, definitions }: { readonly own: AnyIoManager | null; readonly definitions: Definitions },
): Problem[] {
  const stored = own?.name ?? DEFAULT_IO_NAME;
  if (io.name !== stored && io.reads !== "any") {
    const what = `${upstream.key} is stored as "${stored}", and the I/O manager of the dependency loads "${io.name}"`;
    return [[what, `Give an I/O manager that loads "${stored}", or leave \`io\` out.`]];
  }
  const store = own?.store ?? definitions.store ?? undefined;
  if (io.store === undefined || io.store === store) return [];
  const what = `the I/O manager of the dependency has a store of its own, and ${upstream.key} lies in another one`;
  return [[what, "Leave `store` out of it: the value is loaded from where the upstream has stored it."]];
}

function columnsProblems(columns: unknown, known: readonly string[] | null): Problem[] {
  if (columns === null) return [];
  if (!Array.isArray(columns) || columns.length === 0 || !columns.every((name) => typeof name === "string")) {
    return [["columns is not a list of names with at least one", "Name the columns, or leave `columns` out for all."]];
  }
  return known === null ? [] : columns.flatMap((name: string) => unknownColumn(name, known));
}

function unknownColumn(name: string, known: readonly string[]): Problem[] {
  if (known.includes(name)) return [];
  return [
    [`there is no column ${JSON.stringify(name)}`, formatNearest(name, known) ?? `The table has ${known.join(", ")}.`],
  ];
}

const OPERATORS = ["eq", "in", "gt", "gte", "lt", "lte", "isNull"];

function whereProblems(where: unknown, known: readonly string[] | null, io: AnyIoManager | null): Problem[] {
  if (where === null) return [];
  const rewrite = "Write a condition for each column, such as where: { tempMax: { gte: 30 } }.";
  if (!isRecord(where)) return [[`where is ${describeType(where)}`, rewrite]];
  const problems: Problem[] = [];
  // Which I/O manager is the deployment's default is not known here; it is asked when a step loads.
  if (io !== null && io.filters !== true) {
    problems.push([
      `where asks for some rows, and the I/O manager "${io.name}" gives all of them`,
      "Leave `where` out and filter the rows yourself, or store the upstream as a table.",
    ]);
  }
  for (const [name, condition] of Object.entries(where)) {
    if (known !== null) problems.push(...unknownColumn(name, known));
    const problem = conditionProblem(condition);
    if (problem !== null) problems.push([`the condition on ${JSON.stringify(name)} ${problem}`, rewrite]);
  }
  return problems;
}

function conditionProblem(condition: unknown): string | null {
  if (!isRecord(condition)) return `is ${describeType(condition)}`;
  for (const [operator, operand] of Object.entries(condition)) {
    if (!OPERATORS.includes(operator))
      return `has ${JSON.stringify(operator)}, which is none of ${OPERATORS.join(", ")}`;
    if (operand === undefined) continue;
    const fits =
      operator === "in"
        ? Array.isArray(operand) && operand.every(isCell)
        : operator === "isNull"
          ? typeof operand === "boolean"
          : isCell(operand);
    if (!fits) return `compares with ${describeType(operand)}`;
  }
  return null;
}

function isCell(value: unknown): boolean {
  if (value instanceof Date) return !Number.isNaN(value.getTime());
  return ["string", "number", "bigint", "boolean"].includes(typeof value) && !Number.isNaN(value);
}
