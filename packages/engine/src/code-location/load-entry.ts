// A process of its own that imports a user's bundle, validates its definitions and answers with their snapshot.
import { HeddleError, validateDefinitions, type Definitions } from "@heddle/core";
import { hasBrand, serializeError, snapshotDefinitions } from "@heddle/core/internal";
import { readFileSync } from "node:fs";
import { findSourceMap } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { assetCodeVersions } from "../code-versions/asset-code-versions.ts";
import { installedVersions } from "../code-versions/package-versions.ts";
import { watchParent } from "../worker/parent-watch.ts";
import { deriveColumnLineage } from "./derive-columns.ts";
import type { LoadRequest, LoadResponse } from "./protocol.ts";

// A module that never gives the event loop back would outlive a parent that was killed.
watchParent();
// User modules must not be able to answer in its place.
const send = process.send?.bind(process);
delete process.send;
process.once("message", (request: LoadRequest) => {
  load(request).then(answer, (error: unknown) => answer({ type: "failed", error: serializeError(error) }));
});
// A parent that is gone will never read the answer.
process.once("disconnect", () => process.exit(0));

// An asset may be declared by functions that call one another; the call at the end of that is looked for.
Error.stackTraceLimit = 50;

async function load(request: LoadRequest): Promise<LoadResponse> {
  const module = (await import(pathToFileURL(request.bundle).href)) as { readonly default?: unknown };
  if (!hasBrand(module.default, "definitions")) {
    throw new HeddleError("CODE_LOCATION_NO_DEFINITIONS", "the module has no definitions as its default export", {
      hint: "End it with `export default definitions({ assets: [ … ] })`.",
    });
  }
  // The brand says what it is; the type cannot follow it through a dynamic import.
  const definitions = module.default as Definitions;
  const { projectDirectory } = request;
  const problems = validateDefinitions(definitions, { projectDirectory });
  if (problems.length > 0) return { type: "problems", problems };
  const codeVersions = findCodeVersions(definitions, request);
  const snapshot = snapshotDefinitions(definitions, {
    codeVersionOf: (key) => codeVersions.get(key) ?? request.codeVersion,
    projectDirectory,
  });
  return { type: "loaded", snapshot: await deriveColumnLineage(definitions, snapshot) };
}

function findCodeVersions(
  definitions: Definitions,
  { bundle, projectDirectory }: LoadRequest,
): ReadonlyMap<string, string> {
  const sourceMap = findSourceMap(bundle);
  if (sourceMap === undefined) return new Map();
  try {
    return assetCodeVersions({
      definitions,
      code: readFileSync(bundle, "utf8"),
      sourceMap,
      pathOf: (source) => fileURLToPath(new URL(source, pathToFileURL(bundle))),
      packageVersion: installedVersions(projectDirectory),
    });
  } catch (error) {
    // Syntax that this Node runs and the parser does not know yet: every asset then has the version of all the code.
    if (!(error instanceof SyntaxError)) throw error;
    console.warn(`the code versions of single assets could not be found: ${error.message}`);
    return new Map();
  }
}

function answer(response: LoadResponse): void {
  // Whatever user modules have left open: the parent ends this process when it has the answer, and not before.
  send?.(response);
}
