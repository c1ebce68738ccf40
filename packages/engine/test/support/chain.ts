import { asset, definitions, eager, type Definitions } from "@heddle/core";

/** raw → clean → report, and something beside it; all but the first of them kept up to date by conditions. */
export function chain(): Definitions {
  const raw = asset({ key: "raw", materialize: () => 1 });
  const clean = asset({ key: "clean", deps: { raw }, automation: eager(), materialize: () => 1 });
  const report = asset({ key: "report", deps: { clean }, automation: eager(), materialize: () => 1 });
  const beside = asset({ key: "beside", automation: eager(), materialize: () => 1 });
  return definitions({ assets: [raw, clean, report, beside] });
}
