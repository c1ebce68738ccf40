import type { AnyAsset, Dependency } from "../declarations.ts";
import type { Definitions } from "../definitions.ts";
import type { DefinitionRule, ProblemReport } from "./definition-problem.ts";
import { madeAssets, upstreamOf } from "./dependency-rules.ts";
import { PartitionJudge } from "./partition-judge.ts";

/**
 * Every partitions definition can be used, and for every dependency the partitions of the two sides correspond, by the
 * declared mapping or by a derived one.
 */
export const partitionRule: DefinitionRule = (definitions, report) => {
  const judge = new PartitionJudge(report.now);
  reportPartitions(definitions, judge, report);
  for (const asset of madeAssets(definitions)) {
    for (const [name, dependency] of Object.entries(asset.deps)) {
      reportMapping({ asset, name, dependency }, judge, report);
    }
  }
};

function reportPartitions(definitions: Definitions, judge: PartitionJudge, report: ProblemReport): void {
  for (const asset of definitions.assets.values()) {
    for (const { code, message, hint } of judge.problemsOf(asset.partitions)) {
      report.add(code, { message: `${report.name("asset", asset)}: ${message}`, hint, about: asset });
    }
  }
}

function reportMapping(
  { asset, name, dependency }: { asset: AnyAsset; name: string; dependency: Dependency },
  judge: PartitionJudge,
  report: ProblemReport,
): void {
  const upstream = upstreamOf(dependency);
  if (upstream === null) return;
  const sides = [upstream, asset];
  // What is wrong with the partitions themselves has been said.
  if (sides.some(({ partitions }) => judge.problemsOf(partitions).length > 0)) return;
  const [from = null, to = null] = sides.map(({ partitions }) => partitions?.spec ?? null);
  const misfit = judge.misfitOf(dependency.mapping, from, to);
  if (misfit === null) return;
  report.add(misfit.code, {
    message: `${report.name("asset", asset)} reads ${report.name("asset", upstream)} as "${name}": ${misfit.message}`,
    hint: misfit.hint ?? "State the mapping: dep(asset, { mapping: … }).",
    about: asset,
  });
}
