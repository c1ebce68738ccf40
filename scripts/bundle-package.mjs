// `bundle-package [--inline NAME]…`, run in a package's directory after its declarations were written: makes one module of
// each entry in `exports`, with shared chunks. Every Heddle process loads these packages, and one that loads hundreds of
// small files starts several times slower. Dependencies stay outside, except those that are inlined.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { build } from "esbuild";

const { values } = parseArgs({ options: { inline: { type: "string", multiple: true, default: [] } } });
const manifest = JSON.parse(readFileSync("package.json", "utf8"));
const dependencies = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });

await build({
  entryPoints: Object.values(manifest.exports)
    .filter((entry) => entry.default !== undefined)
    .map((entry) => entry["@heddle/source"]),
  outbase: "src",
  outdir: "dist",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node22",
  external: dependencies.filter((name) => !values.inline.includes(name)),
  sourcemap: true,
  sourcesContent: false,
  logLevel: "warning",
});
