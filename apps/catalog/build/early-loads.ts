import type { Plugin, ResolvedConfig, Rolldown } from "vite";

/**
 * Pages by the path of their address, the first that matches. Only what is opened from outside often stands here; the
 * others load as fast as their scripts ask for each other.
 */
const PAGES: readonly (readonly [path: string, module: string])[] = [
  ["^/$", "home/home-page.tsx"],
  ["^/assets/?$", "assets/assets-page.tsx"],
  ["^/assets/", "asset/asset-page.tsx"],
  ["^/lineage/?$", "lineage/lineage-page.tsx"],
  ["^/runs/?$", "runs/run-list-page.tsx"],
  ["^/runs/", "runs/run-page.tsx"],
  ["^/backfills/?$", "backfills/backfill-list-page.tsx"],
  ["^/backfills/", "backfills/backfill-page.tsx"],
  ["^/automation/?$", "automation/automation-page.tsx"],
  ["^/checks/?$", "checks/checks-page.tsx"],
  ["^/deployment/?$", "deployment/deployment-page.tsx"],
];

/** Letters of most languages that are written with Latin letters; the other files are asked for when they are needed. */
const FONT = /inter-latin-wght-normal.*\.woff2$/;

/** The script of the worker that lays out the lineage. */
const LAYOUT_WORKER = /layout\.worker-.*\.js$/;

/** Where the document gets it: before style sheets, because a script that stands after one waits for it. */
const PLACE = "<!-- early-loads -->";

/**
 * Lets the browser ask for a page's scripts and its font while the document is read, instead of one after the other has
 * arrived and run: a small script in the page, whose hash the server allows, looks at the address. The whole lineage is
 * laid out by its worker meanwhile.
 */
export function earlyLoads(): Plugin {
  let config: ResolvedConfig | undefined;
  return {
    name: "heddle:early-loads",
    apply: "build",
    configResolved: (resolved) => {
      config = resolved;
    },
    transformIndexHtml: {
      order: "post",
      handler: (html, { bundle = {} }) => {
        const base = config?.base ?? "/";
        const fileOf = (pattern: RegExp): string => {
          const file = Object.keys(bundle).find((name) => pattern.test(name));
          if (file === undefined) throw new Error(`There is no file ${pattern.source} to load early.`);
          return base + file;
        };
        if (!html.includes(PLACE)) throw new Error(`index.html has no place for what is loaded early: ${PLACE}`);
        const script = pageScript(base, pageFiles(bundle));
        const fontLink = `<link rel="preload" as="font" type="font/woff2" crossorigin href="${fileOf(FONT)}">`;
        const layout = layoutScript(fileOf(LAYOUT_WORKER));
        return html.replace(PLACE, () => `${fontLink}\n    <script>${script}\n${layout}</script>`);
      },
    },
  };
}

/** The scripts of each page that the document does not name already. */
function pageFiles(bundle: Rolldown.OutputBundle): (readonly [path: string, files: readonly string[]])[] {
  const chunks = Object.values(bundle).filter((output) => output.type === "chunk");
  const entry = chunks.find(({ isEntry, facadeModuleId }) => isEntry && facadeModuleId?.endsWith(".html"));
  if (entry === undefined) throw new Error("The catalog has no first script.");
  const named = new Set<string>();
  follow(bundle, entry.fileName, named);
  return PAGES.map(([path, module]) => {
    const page = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(`/src/features/${module}`));
    if (page === undefined)
      throw new Error(`The page ${module} is not a script of its own: is it still in routes.tsx?`);
    const files = new Set<string>();
    follow(bundle, page.fileName, files);
    return [path, [...files].filter((file) => !named.has(file))] as const;
  });
}

function follow(bundle: Rolldown.OutputBundle, file: string, found: Set<string>): void {
  if (found.has(file)) return;
  found.add(file);
  const output = bundle[file];
  if (output?.type === "chunk") for (const imported of output.imports) follow(bundle, imported, found);
}

/** Each file is named once, pages name them by number: the document stays small. */
function pageScript(base: string, pages: readonly (readonly [string, readonly string[]])[]): string {
  const files = [...new Set(pages.flatMap(([, own]) => own))];
  const numbered = pages.map(([path, own]) => [path, own.map((file) => files.indexOf(file))]);
  return `(() => {
  const files = ${JSON.stringify(files)};
  const pages = ${JSON.stringify(numbered)};
  const page = pages.find(([path]) => new RegExp(path).test(location.pathname));
  for (const file of page?.[1] ?? []) {
    const link = document.createElement("link");
    link.rel = "modulepreload";
    link.crossOrigin = "";
    link.href = ${JSON.stringify(base)} + files[file];
    document.head.append(link);
  }
})();`;
}

/**
 * Hands the first snapshot to the worker where the address shows all assets as they are now; layout-request.ts takes the
 * worker and asks it for that layout.
 */
function layoutScript(file: string): string {
  return `if (/^\\/lineage\\/?$/.test(location.pathname) && !/[?&](?:sel|at|base)=/.test(location.search)) {
  const worker = new Worker(${JSON.stringify(file)}, { type: "module" });
  worker.addEventListener("error", () => delete window.heddleLayoutWorker);
  window.heddleLayoutWorker = worker;
  window.heddleEarly.snapshot.then((text) => text !== null && worker.postMessage({ kind: "snapshot", text }));
}`;
}
