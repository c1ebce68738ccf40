import type * as contract from "@heddle/api";
import type { ColumnEdge, ColumnGap, ColumnRef } from "@heddle/core";
import * as z from "zod";
import { assetRef, count, maybe, text, type Shape } from "./contract-shapes.ts";

const ref: Shape<ColumnRef> = z.strictObject({ asset: text, column: text });

const edge: Shape<ColumnEdge> = z.strictObject({
  from: ref,
  to: z.strictObject({ asset: text, column: maybe }),
  passes: z.boolean(),
  derived: z.literal(true).exactOptional(),
});

const gap: Shape<ColumnGap> = z.strictObject({ kind: z.enum(["origin", "reader"]), asset: text, at: ref });

const column: Shape<contract.AssetColumn> = z.strictObject({
  name: text,
  type: maybe,
  nullable: z.boolean().nullable(),
  description: maybe,
  describedBy: ref.nullable(),
  min: z.json(),
  max: z.json(),
  nulls: count.nullable(),
  isKnown: z.boolean(),
  isDerived: z.boolean(),
  unknownBecause: maybe,
  upstream: z.array(edge),
  downstream: z.array(edge),
});

export const assetColumns: Shape<contract.AssetColumns> = z.strictObject({
  asset: assetRef,
  columns: z.array(column),
});

export const columnPath: Shape<contract.ColumnPathAnswer> = z.strictObject({
  column: ref,
  edges: z.array(edge),
  gaps: z.array(gap),
  isCut: z.boolean(),
});

export const columnLineage: Shape<contract.ColumnLineageAnswer> = z.strictObject({
  edges: z.array(edge),
  isCut: z.boolean(),
});

export const found: Shape<readonly contract.FoundColumn[]> = z.array(z.strictObject({ asset: assetRef, column: text }));
