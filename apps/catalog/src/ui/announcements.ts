import { useSyncExternalStore } from "react";

/** Something to tell in passing. */
export interface Announcement {
  readonly title: string;
  readonly description?: string;
  /** 0 stays until it is dismissed. */
  readonly timeout: number;
  readonly priority?: "high";
  readonly type?: "failure";
}

let waiting: Announcement[] = [];
let count = 0;
const listeners = new Set<() => void>();

/** Tells something. It waits until there is something to show it. */
export function addAnnouncement(announcement: Announcement): void {
  waiting.push(announcement);
  count++;
  for (const listener of listeners) listener();
}

/** What has not been shown yet; it counts as shown from now on. */
export function takeAnnouncements(): readonly Announcement[] {
  const taken = waiting;
  waiting = [];
  return taken;
}

/** How many there have been, for components. */
export function useAnnouncementCount(): number {
  return useSyncExternalStore(subscribe, () => count);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
