import { type PoolUse } from "@heddle/core";
import { assetPool, locationPool, tagPool, type RunPlan } from "@heddle/core/internal";
import type { TransactionSql } from "../database.ts";

/** Pools that steps count against without naming them: of assets, of code locations, and of tags. */
interface ImplicitPools {
  readonly names: ReadonlySet<string>;
}

/** Reads which limits there are for assets, code locations and tags. Most deployments have none. */
export async function readImplicitPools(sql: TransactionSql): Promise<ImplicitPools> {
  const rows = await sql<
    { name: string }[]
  >`select name from pool where name like any ('{"asset %","location %","tag %"}')`;
  return { names: new Set(rows.map(({ name }) => name)) };
}

/** What decides which limits hold for an asset of a run. */
export interface PooledAsset {
  readonly location: string;
  readonly assetTags: Readonly<Record<string, string>>;
}

/**
 * The pools that the assets of a run count against, by position in its plan: those that they name, and those of their
 * code location, their tags and the run's tags. `null` for none.
 */
export function poolsOfRun(
  plan: RunPlan,
  { names }: ImplicitPools,
  { assets, runTags }: { readonly assets: readonly PooledAsset[]; readonly runTags: Readonly<Record<string, string>> },
): (readonly PoolUse[] | null)[] {
  return plan.assets.map(({ key, pools = [] }, position) => {
    const asset = assets[position];
    const implicit =
      names.size === 0 || asset === undefined
        ? []
        : [
            assetPool(key),
            locationPool(asset.location),
            ...[...Object.entries(asset.assetTags), ...Object.entries(runTags)].map(([name, value]) =>
              tagPool(name, value),
            ),
          ].filter((name) => names.has(name));
    const named = new Set(pools.map(({ name }) => name));
    const others = [...new Set(implicit)].filter((name) => !named.has(name));
    const uses = [...pools, ...others.map((name) => ({ name, slots: 1 }))];
    return uses.length === 0 ? null : uses;
  });
}
