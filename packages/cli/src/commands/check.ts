import { createBundler, findProject, loadDefinitions } from "@heddle/engine";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { formatDuration, paint, print, printJson } from "../terminal.ts";

/** `heddle check`: builds and loads the definitions in a process of their own, and says what is wrong with them. */
export async function check(options: { readonly project: string; readonly json?: boolean }): Promise<ExitCode> {
  const began = performance.now();
  const project = findProject(options.project);
  const bundler = await createBundler(project);
  try {
    const bundle = await bundler.build();
    const { assets } = await loadDefinitions(project, bundle);
    const checks = assets.reduce((sum, asset) => sum + asset.checks.length, 0);
    const tookMs = Math.round(performance.now() - began);
    if (options.json)
      printJson({ ok: true, project: project.name, assets: assets.length, checks, codeVersion: bundle.hash, tookMs });
    else {
      const counts = `${assets.length} assets and ${checks} checks in ${bundle.inputs.length} files`;
      print(`${paint.green("✓")} ${project.name}: ${counts}, loaded in ${formatDuration(tookMs)}`);
    }
    return EXIT.ok;
  } finally {
    await bundler.dispose();
  }
}
