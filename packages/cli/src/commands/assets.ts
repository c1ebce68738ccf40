import { HeddleError } from "@heddle/core";
import { formatNearest, PARTITION_STATUSES } from "@heddle/core/internal";
import type { AssetDetail, AssetLink, CheckState, SentencePart } from "@heddle/api";
import { openApi, type ProjectApi } from "../api-client.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { requireKnownAssets } from "../known-assets.ts";
import { withEngine } from "../one-shot-engine.ts";
import { printLatest } from "../print-materialization.ts";
import type { CommonOptions } from "../program/command-types.ts";
import { formatDuration, paint, print, printJson, printTable, visible } from "../terminal.ts";

/** `heddle assets list` */
export async function listAssets(selection: string | undefined, options: CommonOptions): Promise<ExitCode> {
  await using project = await openApi(options.project);
  return await withEngine(project, { needsWorker: false }, async () => {
    if (selection !== undefined) await requireKnownAssets(project.api, selection);
    const rows = await readRows(project, selection);
    if (options.json) {
      for (const row of rows) printJson(row);
      return EXIT.ok;
    }
    if (rows.length === 0) print(selection === undefined ? "The project declares no assets." : "No asset matches.");
    printTable(
      rows.map((row) => [
        row.key,
        paint.dim(row.group),
        paintStatus(row.status),
        `${row.materialized}/${row.partitions}${row.stale > 0 && row.partitions > 1 ? paint.yellow(`, ${row.stale} stale`) : ""}`,
        row.lastMaterializedAt === null ? "" : paint.dim(`${formatDuration(Date.now() - row.lastMaterializedAt)} ago`),
      ]),
    );
    return EXIT.ok;
  });
}

interface AssetRow {
  readonly key: string;
  readonly group: string;
  readonly status: string;
  readonly partitions: number;
  readonly materialized: number;
  /** Of those, how many are out of date. */
  readonly stale: number;
  readonly lastMaterializedAt: number | null;
}

async function readRows({ api }: ProjectApi, selection: string | undefined): Promise<AssetRow[]> {
  const [snapshot, status, chosen] = await Promise.all([
    api.assets.snapshot({}),
    api.assets.status({}),
    selection === undefined ? undefined : api.selection.evaluate({ selection }),
  ]);
  if (snapshot.kind !== "snapshot") return [];
  if (chosen?.kind === "invalid") {
    throw new HeddleError("SELECTION_SYNTAX", chosen.message, chosen.hint === null ? {} : { hint: chosen.hint });
  }
  const ids = chosen === undefined ? undefined : new Set(chosen.ids);
  const rowOf = new Map(status.ids.map((id, row) => [id, row]));
  return snapshot.ids.flatMap((id, index) => {
    if (ids !== undefined && !ids.has(id)) return [];
    const row = rowOf.get(id) ?? -1;
    const code = status.codes[row] ?? -1;
    return {
      key: snapshot.keys[index] ?? "",
      group: snapshot.groups[snapshot.groupOf[index] ?? 0] ?? "",
      status: PARTITION_STATUSES[code] ?? "external",
      partitions: status.totals[row] ?? 0,
      materialized: (status.counts.fresh[row] ?? 0) + (status.counts.stale[row] ?? 0),
      stale: status.counts.stale[row] ?? 0,
      lastMaterializedAt: status.lastMaterializedAt[row] ?? null,
    };
  });
}

/** `heddle assets show` */
export async function showAsset(key: string, options: CommonOptions & { readonly deps?: boolean }): Promise<ExitCode> {
  await using project = await openApi(options.project);
  return await withEngine(project, { needsWorker: false }, async () => {
    const asset = await project.api.assets.get({ key });
    if (asset.kind === "unknown") {
      throw new HeddleError("ASSET_UNKNOWN", `there is no asset "${key}"`, {
        hint: formatNearest(key, asset.nearest) ?? "`heddle assets` lists all of them.",
      });
    }
    if (options.deps) return showDependencies(asset, options);
    if (options.json) {
      printJson(asset);
      return EXIT.ok;
    }
    const { definition } = asset;
    print(paint.bold(definition.key));
    if (definition.description !== null) print(definition.description.trim());
    for (const sentence of asset.why) print(`  ${sentence.map(sentenceText).join("")}`);
    if (definition.source !== null)
      print(paint.dim(`  declared in ${definition.source.file}:${definition.source.line}`));
    for (const [title, links] of [
      ["upstream", asset.upstream],
      ["downstream", asset.downstream],
    ] as const) {
      if (links.length > 0) print(paint.bold(title));
      printTable(
        links.map((link) => [`  ${link.key}`, PARTITION_STATUSES[link.code] ?? "external", paint.dim(link.rule)]),
      );
    }
    printFormer(asset);
    printLatest(asset.latest);
    if (asset.checks.length > 0) print(paint.bold("checks"));
    printTable(
      asset.checks.map((check) => [
        `  ${check.name}`,
        check.blocking ? "blocking" : check.severity,
        paintCheck(check.state),
        check.problem?.description ?? check.description ?? "",
      ]),
    );
    return EXIT.ok;
  });
}

/** The worst of its newest results, in the words of the catalog. */
function paintCheck(state: CheckState): string {
  switch (state) {
    case "failed":
      return paint.red("failed");
    case "warned":
      return paint.yellow("warned");
    case "passed":
      return paint.green("passed");
    case "never":
      return "never run";
  }
}

/** `heddle assets show --deps`: every dependency with its rule, in both directions. */
function showDependencies(asset: AssetDetail, options: CommonOptions): ExitCode {
  const { key, deps } = asset.definition;
  const own = deps.flatMap(({ upstream, rule, mapping }) => (upstream === key ? [{ rule, mapping }] : []));
  if (options.json) {
    const pick = ({ key: other, rule, mapping, waits }: AssetLink) => ({ asset: other, rule, waits, mapping });
    printJson({ asset: key, self: own, upstream: asset.upstream.map(pick), downstream: asset.downstream.map(pick) });
    return EXIT.ok;
  }
  print(paint.bold(key));
  for (const { rule } of own) print(`  reads its own partitions: ${rule}`);
  for (const [title, links] of [
    ["reads", asset.upstream],
    ["is read by", asset.downstream],
  ] as const) {
    print(links.length === 0 ? `  ${title} nothing` : `  ${title}`);
    for (const link of links) {
      print(`    ${link.key}: ${link.rule}`);
      if (link.waits !== null) print(paint.dim(`      ${link.waits}`));
    }
  }
  return EXIT.ok;
}

/** What the asset has and its definition does not name any more. */
function printFormer({ former, formerDefinitions }: AssetDetail): void {
  const made = formerDefinitions.filter(({ materialized }) => materialized > 0);
  if (former.count === 0 && made.length === 0) return;
  print(paint.bold("former"));
  if (former.count > 0) print(`  outside the definition now: ${visible(former.text)}`);
  printTable(
    made.map(({ description, materialized, supersededAt }) => [
      `  ${visible(description)}`,
      `${materialized} materialized`,
      paint.dim(`until ${formatDuration(Date.now() - supersededAt)} ago`),
    ]),
  );
}

function paintStatus(status: string): string {
  if (status === "failed") return paint.red(status);
  return status === "fresh" ? paint.green(status) : status === "stale" ? paint.yellow(status) : status;
}

function sentenceText(part: SentencePart, at: number, sentence: readonly SentencePart[]): string {
  const before = sentence[at - 2];
  // Its asset has just been named.
  if (part.kind === "partition" && before?.kind === "asset" && before.key === part.assetKey) return part.partitionKey;
  switch (part.kind) {
    case "text":
      return part.text;
    case "asset":
      return part.key;
    case "partition":
      return `${part.assetKey} [${part.partitionKey}]`;
    case "run":
      return `run ${part.runId}`;
    case "check":
      return `${part.assetKey}.${part.name}`;
    case "instant":
      return new Date(part.at).toISOString();
  }
}
