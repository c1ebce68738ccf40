import { generateProject } from "@heddle/test-support/generated-project";
import { findProject } from "@heddle/engine";
import { createBundler, loadDefinitions } from "@heddle/engine/code-location";
import { median, round, type Benchmark } from "./benchmark.ts";
import { measureColdNode } from "./calibration.ts";

const FILES = 200;
const ASSETS_PER_FILE = 10;
const ROUNDS = 5;

/** B5: bundling, loading and validating a project of 2,000 assets in 200 files, from nothing. */
export const loadTwoThousandAssets: Benchmark = {
  name: "b5",
  description: "load and validate 2,000 assets in 200 files",
  unit: "s",
  target: 1.5,
  async measure() {
    using generated = generateProject({ name: "b5", within: import.meta.dirname, files: projectFiles() });
    const project = findProject(generated.directory);
    const times: { total: number; build: number }[] = [];
    for (let index = 0; index < ROUNDS; index++) {
      const began = performance.now();
      const bundler = await createBundler(project);
      const bundle = await bundler.build();
      const built = performance.now();
      const snapshot = await loadDefinitions(project, bundle);
      times.push({ total: performance.now() - began, build: built - began });
      await bundler.dispose();
      if (snapshot.assets.length !== FILES * ASSETS_PER_FILE)
        throw new Error(`loaded ${snapshot.assets.length} assets`);
    }
    return {
      value: median(times.map(({ total }) => total)) / 1_000,
      parameters: {
        files: FILES,
        assets: FILES * ASSETS_PER_FILE,
        rounds: ROUNDS,
        buildMs: round(median(times.map(({ build }) => build)), 1),
        allMs: times.map(({ total }) => round(total, 1)),
      },
      calibration: { coldNodeMs: measureColdNode() },
    };
  },
};

/** Each file's assets depend on one another and on those of the file before it; half of them are partitioned. */
function projectFiles(): Record<string, string> {
  const files: Record<string, string> = {};
  for (let file = 0; file < FILES; file++) {
    const lines = [`import { asset, dailyPartitions } from "@heddle/core";`];
    if (file > 0) lines.push(`import { asset_${file - 1}_9 as before } from "./file-${file - 1}.ts";`);
    lines.push(`const days = dailyPartitions({ start: "2024-01-01" });`);
    for (let index = 0; index < ASSETS_PER_FILE; index++) {
      const upstream = index > 0 ? `asset_${file}_${index - 1}` : file > 0 ? "before" : undefined;
      lines.push(
        `export const asset_${file}_${index} = asset({`,
        `  key: "group_${file % 20}/asset_${file}_${index}",`,
        `  description: "Asset ${index} of file ${file}",`,
        index % 2 === 0 ? `  partitions: days,` : "",
        upstream === undefined ? "" : `  deps: { upstream: ${upstream} },`,
        `  materialize: ({ log }) => { log.info("made"); return { file: ${file}, index: ${index} }; },`,
        `});`,
      );
    }
    files[`src/file-${file}.ts`] = lines.filter((line) => line !== "").join("\n");
  }
  const names = Array.from({ length: FILES }, (_, file) =>
    Array.from({ length: ASSETS_PER_FILE }, (__, index) => `asset_${file}_${index}`),
  );
  files["src/definitions.ts"] = [
    `import { definitions } from "@heddle/core";`,
    ...names.map((of, file) => `import { ${of.join(", ")} } from "./file-${file}.ts";`),
    `export default definitions({ assets: [${names.flat().join(", ")}] });`,
  ].join("\n");
  return files;
}
