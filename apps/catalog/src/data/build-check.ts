import { useSyncExternalStore } from "react";

let isOutdated = false;
const listeners = new Set<() => void>();

/** Whether the server serves another build of this application than the one that runs, for components. */
export function useOutdatedBuild(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isOutdated,
  );
}

/**
 * Looks whether the server still serves this build: the names of its scripts are hashes of what they hold. A server that
 * does not answer says nothing about it.
 */
export async function checkBuild(): Promise<void> {
  const own = document.querySelector<HTMLScriptElement>("script[type=module][src]")?.getAttribute("src");
  if (own === undefined || own === null || import.meta.env.DEV) return;
  try {
    const response = await fetch("/", { headers: { accept: "text/html" }, cache: "no-store" });
    if (response.ok && !(await response.text()).includes(own)) markOutdated();
  } catch {
    // It is away again: looked at when it is back.
  }
}

/** Listens for parts of this build that the server does not have any more; called once when the application starts. */
export function listenForLostParts(): void {
  window.addEventListener("vite:preloadError", () => void checkBuild());
}

function markOutdated(): void {
  isOutdated = true;
  for (const listener of listeners) listener();
}
