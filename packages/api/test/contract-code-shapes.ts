import * as z from "zod";
import type * as contract from "@heddle/api";
import { count, id, instant, type Shape, text } from "./contract-shapes.ts";

const sourceText: Shape<contract.CodeSourceText> = z.strictObject({
  form: z.enum(["source", "bundled"]),
  firstLine: id,
  declaration: z.strictObject({ start: id, end: id }),
  lines: z.array(text),
  total: count,
});

export const codeSource: Shape<contract.CodeSource> = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("unknown") }),
  z.strictObject({
    kind: z.literal("found"),
    version: id,
    hash: text,
    createdAt: instant,
    current: z.boolean(),
    file: text.nullable(),
    line: id.nullable(),
    codeVersion: text,
    text: sourceText.nullable(),
  }),
]);

export const codeDifference: Shape<contract.CodeDifference> = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("unknown") }),
  z.strictObject({ kind: z.literal("without_sources") }),
  z.strictObject({
    kind: z.literal("found"),
    version: id,
    before: z.strictObject({ version: id, hash: text, createdAt: instant }),
    files: z.array(
      z.strictObject({
        file: text,
        change: z.enum(["changed", "added", "removed"]),
        isDeclaring: z.boolean(),
        hunks: z.array(z.strictObject({ before: count, now: count, lines: z.array(text) })),
        isCut: z.boolean(),
      }),
    ),
    more: count,
  }),
]);

export const definitionChange: Shape<contract.DefinitionChange> = z.strictObject({
  version: id,
  hash: text,
  codeLocation: text,
  at: instant,
  current: z.boolean(),
  kind: z.enum(["first", "declared", "changed", "removed"]),
  differences: z.array(z.strictObject({ aspect: text, before: z.array(text), after: z.array(text) })),
});
