// `bundle-package [--inline NAME]… [--process PATH]…`, run in a package's directory after its declarations were written: makes
// one module of each entry in `exports`, and of each module that is run as a process, with shared chunks. Every Heddle process loads these packages, and one that loads hundreds of
// small files starts several times slower. Dependencies stay outside, except those that are inlined.
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";

const { values } = parseArgs({
  options: {
    inline: { type: "string", multiple: true, default: [] },
    process: { type: "string", multiple: true, default: [] },
  },
});
const manifest = JSON.parse(readFileSync("package.json", "utf8"));
const dependencies = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });

const { metafile } = await build({
  entryPoints: [
    ...Object.values(manifest.exports)
      .filter((entry) => entry.default !== undefined)
      .map((entry) => entry["@heddle/source"]),
    ...values.process.map((path) => `src/${path}.ts`),
  ],
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
  metafile: true,
  logLevel: "warning",
});

// Chunks are named by their content: those of the build before would be published with the package.
for (const { name, parentPath } of readdirSync("dist", { recursive: true, withFileTypes: true })) {
  const path = relative(".", join(parentPath, name)).replaceAll("\\", "/");
  if (/\.js(?:\.map)?$/u.test(name) && !(path in metafile.outputs)) rmSync(path);
}
