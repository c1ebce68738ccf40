// `npm run pictures`: takes the pictures of docs/images anew, in both themes, from the example project as it is after its first
// run and one corrected source. They show real data, so that they change with what the example shows.
import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { findChromium } from "./support/chromium.ts";
import { type Deployment, startExample } from "./support/deployment.ts";
import { seeAs } from "./support/shown-colours.ts";

const WORKSPACE = join(import.meta.dirname, "../../..");
const IMAGES = join(WORKSPACE, "docs/images");
const THEMES = ["dark", "light"] as const;
const VIEWPORT = { width: 1440, height: 900 };
/** Enough for text to stay crisp at the width of a page of documentation; about 40 KB a picture. */
const QUALITY = 82;
const FIRST_RUN_TIMEOUT_MS = 240_000;
const RELOAD_TIMEOUT_MS = 60_000;
const CONDITIONS_MS = 15_000;
const PAGE_TIMEOUT_MS = 20_000;
/** Charts and canvases draw in the frames after their data came. */
const SETTLE_MS = 1_500;

const WITHOUT_HALF_OF_A_YEAR = '      .filter((_, row) => partition.key !== "1995" || row % 2 === 0)';

interface Picture {
  readonly name: string;
  readonly path: string;
  /** What is done on the page before the picture is taken. */
  readonly prepare?: (page: Page) => Promise<void>;
}

const PICTURES: readonly Picture[] = [
  { name: "home", path: "/" },
  { name: "assets", path: "/assets" },
  { name: "assets-matrix", path: "/assets?view=matrix" },
  { name: "asset", path: "/assets/flights/clean" },
  { name: "asset-partitions", path: "/assets/flights/raw?tab=partitions" },
  {
    name: "asset-partitions-deuteranopia",
    path: "/assets/flights/raw?tab=partitions",
    prepare: (page) => seeAs(page, "deuteranopia"),
  },
  { name: "asset-code", path: "/assets/flights/clean?tab=code" },
  { name: "asset-changes", path: "/assets/birdstrikes/raw?tab=changes" },
  { name: "asset-columns", path: "/assets/flights/clean?tab=columns" },
  { name: "asset-automation", path: "/assets/birdstrikes/clean?tab=automation" },
  { name: "lineage", path: "/lineage?outline=hidden" },
  { name: "lineage-column", path: "/lineage?outline=hidden&focus=flights/raw&cols=flights/raw:delay" },
  { name: "launch", path: "/assets?launch=key:flights/airport_days%2B" },
  { name: "runs", path: "/runs" },
  { name: "run", path: "/runs/1?tab=timeline" },
  { name: "backfill", path: "/backfills/1" },
  { name: "automation", path: "/automation" },
  { name: "checks", path: "/checks" },
  { name: "run-failures", path: "/runs/1" },
  { name: "deployment", path: "/deployment?tab=settings" },
];

const only = new Set(process.argv.slice(2));
await mkdir(IMAGES, { recursive: true });
const example = await startExample(WORKSPACE);
try {
  await fillExample(example);
  const browser = await chromium.launch({ executablePath: findChromium() });
  try {
    for (const theme of THEMES) {
      const context = await browser.newContext({
        baseURL: example.url,
        colorScheme: theme,
        reducedMotion: "reduce",
        viewport: VIEWPORT,
      });
      context.setDefaultTimeout(PAGE_TIMEOUT_MS);
      for (const picture of PICTURES) {
        if (only.size === 0 || only.has(picture.name)) await takePicture(context, theme, picture);
      }
      await context.close();
    }
  } finally {
    await browser.close();
  }
} finally {
  await example.stop();
}

/** Makes everything once, then a year of bird strikes from a source with fewer reports, which conditions follow. */
async function fillExample({ url, projectDirectory }: Deployment): Promise<void> {
  const heddle = (...words: readonly string[]) =>
    promisify(execFile)(
      process.execPath,
      ["--conditions=@heddle/source", "--no-warnings", join(WORKSPACE, "packages/cli/bin/heddle.js"), ...words],
      { cwd: projectDirectory, timeout: FIRST_RUN_TIMEOUT_MS, env: { ...process.env, NODE_OPTIONS: "" } },
    );
  // One day fails in the example, so that the command ends with an exit code of its own.
  await heddle("backfill", "*").catch((error: unknown) => {
    if (!(error instanceof Error && "code" in error && error.code === 1)) throw error;
  });
  const before = await codeVersion(url);
  const path = join(projectDirectory, "src/assets/birdstrikes.ts");
  const source = await readFile(path, "utf8");
  const corrected = source.replace("const rows = records\n", `const rows = records\n${WITHOUT_HALF_OF_A_YEAR}\n`);
  if (corrected === source) throw new Error(`${path} has no line "const rows = records" to correct`);
  await writeFile(path, corrected);
  const until = Date.now() + RELOAD_TIMEOUT_MS;
  while ((await codeVersion(url)) === before) {
    if (Date.now() > until) throw new Error(`the edit of ${path} was not loaded within ${RELOAD_TIMEOUT_MS} ms`);
    await setTimeout(250);
  }
  await heddle("materialize", "birdstrikes/raw", "--partitions", "1995");
  // Conditions answer within a few seconds; the pictures show what they have made.
  await setTimeout(CONDITIONS_MS);
}

/** The version of the project's code that is in force. */
async function codeVersion(url: string): Promise<string> {
  const answer = await fetch(`${url}/api/trpc/deployment.get`);
  return /"codeVersion":"[^"]*"/u.exec(await answer.text())?.[0] ?? "";
}

/** Says where the project lies as a reader would see it, and not in which directory it was put for the pictures. */
async function nameProject(page: Page): Promise<void> {
  await page.evaluate(
    ([from = "", to = ""]) => {
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
        if (text.nodeValue?.includes(from) === true) text.nodeValue = text.nodeValue.replaceAll(from, to);
      }
    },
    [example.projectDirectory, "~/example"],
  );
}

async function takePicture(context: BrowserContext, theme: string, { name, path, prepare }: Picture): Promise<void> {
  const page = await context.newPage();
  await page.goto(path);
  await page.locator("h1").first().waitFor({ state: "attached" });
  await prepare?.(page);
  await page.waitForTimeout(SETTLE_MS);
  await nameProject(page);
  const devtools = await context.newCDPSession(page);
  const { data } = await devtools.send("Page.captureScreenshot", { format: "webp", quality: QUALITY });
  const file = join(IMAGES, `${name}-${theme}.webp`);
  await writeFile(file, Buffer.from(data, "base64"));
  console.log(file.slice(WORKSPACE.length + 1));
  await page.close();
}
