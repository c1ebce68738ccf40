export { readFreshness, readFreshnessHistory } from "./read-freshness.ts";
export {
  NO_FRESHNESS_WRITE,
  type FreshnessChangeRow,
  type FreshnessRow,
  type FreshnessWrite,
} from "./write-freshness.ts";
