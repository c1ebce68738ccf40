export {
  listPoolHolders,
  listPools,
  setPool,
  type PoolHolder,
  type PoolRow,
  type SetPoolOptions,
} from "./pool-limits.ts";
