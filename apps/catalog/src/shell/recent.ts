/** Something that was opened. */
export type Recent =
  | { readonly kind: "asset"; readonly key: string }
  | { readonly kind: "run"; readonly runId: number };

const STORAGE_KEY = "heddle.recent";
const KEPT = 12;

/** What was opened last in this browser, the newest first. */
export function recentlyOpened(): readonly Recent[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "[]");
    return Array.isArray(stored) ? stored.filter(isRecent) : [];
  } catch {
    // No storage, or something else was written there: there is nothing recent then.
    return [];
  }
}

/** Remembers the asset or run that an address leads to; other addresses leave things as they are. */
export function rememberOpened(pathname: string): void {
  const opened = readOpened(pathname);
  if (opened === null) return;
  const others = recentlyOpened().filter((own) => JSON.stringify(own) !== JSON.stringify(opened));
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify([opened, ...others].slice(0, KEPT)));
  } catch {
    // Without storage nothing is remembered.
  }
}

/** The asset or run that an address leads to. */
export function readOpened(pathname: string): Recent | null {
  const run = /^\/runs\/(\d{1,15})$/u.exec(pathname)?.[1];
  if (run !== undefined) return { kind: "run", runId: Number(run) };
  const asset = /^\/assets\/(.+)$/u.exec(pathname)?.[1];
  if (asset === undefined) return null;
  try {
    return { kind: "asset", key: asset.split("/").map(decodeURIComponent).join("/") };
  } catch {
    // No encoded text: nothing that a key could be read from.
    return null;
  }
}

function isRecent(value: unknown): value is Recent {
  if (typeof value !== "object" || value === null || !("kind" in value)) return false;
  if (value.kind === "asset") return "key" in value && typeof value.key === "string";
  return value.kind === "run" && "runId" in value && typeof value.runId === "number";
}
