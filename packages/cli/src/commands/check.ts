import { findProject } from "@heddle/engine";
import { createBundler, loadDefinitions } from "@heddle/engine/code-location";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { interruption } from "../interruption.ts";
import type { CommonOptions } from "../program/command-types.ts";
import { readNumber } from "../read-number.ts";
import { formatDuration, paint, print, printJson } from "../terminal.ts";

const MAX_TIMEOUT_S = 3_600;

/** `heddle check`: builds and loads the definitions in a process of their own, and says what is wrong with them. */
export async function check(options: CommonOptions & { readonly timeout: string }): Promise<ExitCode> {
  const began = performance.now();
  const timeoutS = readNumber(options.timeout, { name: "--timeout", min: 1, max: MAX_TIMEOUT_S });
  const project = findProject(options.project);
  const bundler = await createBundler(project);
  const stopped = new AbortController();
  try {
    const bundle = await bundler.build();
    const { assets } = await interruption.race(
      loadDefinitions(project, bundle, { timeoutMs: timeoutS * 1_000, signal: stopped.signal }),
    );
    const checks = assets.reduce((sum, asset) => sum + asset.checks.length, 0);
    const tookMs = Math.round(performance.now() - began);
    if (options.json)
      printJson({ ok: true, project: project.name, assets: assets.length, checks, codeVersion: bundle.hash, tookMs });
    else {
      const counts = `${counted(assets.length, "asset")} and ${counted(checks, "check")} in ${counted(bundle.inputs.length, "file")}`;
      print(`${paint.green("✓")} ${project.name}: ${counts}, loaded in ${formatDuration(tookMs)}`);
    }
    return EXIT.ok;
  } finally {
    stopped.abort();
    await bundler.dispose();
  }
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
