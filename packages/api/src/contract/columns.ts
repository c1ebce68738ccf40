import type { ColumnEdge, ColumnGap, ColumnRef, JsonValue } from "@heddle/core";
import type { AssetRef } from "./common.ts";

/** One column of an asset, and what is known of it. */
export interface AssetColumn {
  readonly name: string;
  /** The Arrow type's name; `null` when neither the code nor a materialization tells it. */
  readonly type: string | null;
  readonly nullable: boolean | null;
  /** Of the column, or of the one that it is passed through from. */
  readonly description: string | null;
  /** Whose description it is, when it is not its own. */
  readonly describedBy: ColumnRef | null;
  /** What the latest materialization holds; `null` where that is not known. */
  readonly min: JsonValue;
  readonly max: JsonValue;
  readonly nulls: number | null;
  /** `false`: its asset does not say where it comes from. */
  readonly isKnown: boolean;
  /** Whether where it comes from was read out of a query and not declared. */
  readonly isDerived: boolean;
  /** Why it could not be read out of the query; `null` where it is known, or nobody tried. */
  readonly unknownBecause: string | null;
  readonly upstream: readonly ColumnEdge[];
  readonly downstream: readonly ColumnEdge[];
}

/** `columns.forAsset`: the columns of an asset in their order, those that the latest materialization has and no code names among them. */
export interface AssetColumns {
  readonly asset: AssetRef;
  readonly columns: readonly AssetColumn[];
}

/** `columns.path`: everything that one column comes from, and that comes from it, and nothing beside. */
export interface ColumnPathAnswer {
  readonly column: ColumnRef;
  readonly edges: readonly ColumnEdge[];
  /** Where it may go on, and an asset does not say whether it does. */
  readonly gaps: readonly ColumnGap[];
  /** Whether there is more. */
  readonly isCut: boolean;
}

/** `columns.find`: a column by a part of its name. */
export interface FoundColumn {
  readonly asset: AssetRef;
  readonly column: string;
}

/** `columns.lineage`: which columns of these assets come from which others. */
export interface ColumnLineageAnswer {
  readonly edges: readonly ColumnEdge[];
  /** Whether there are more. */
  readonly isCut: boolean;
}
