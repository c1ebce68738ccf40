import { useEffect, useState, useSyncExternalStore } from "react";
import { writeInstantsIn, zoneOfInstants } from "../format/instants.ts";

/** What a person may choose: the zone of the browser, or any zone by its name. */
export type TimeZoneChoice = "browser" | (string & {});

const STORAGE_KEY = "heddle.time-zone";

const listeners = new Set<() => void>();
let choice: TimeZoneChoice = "browser";

/** Reads the stored choice; called once before anything is shown. */
export function startTimeZone(): void {
  apply(storedChoice());
  // Another tab has chosen.
  window.addEventListener("storage", ({ key }) => {
    if (key === STORAGE_KEY || key === null) apply(storedChoice());
  });
}

/** Stores a choice and writes all instants in it at once. Call it with a zone that `isTimeZone` accepts. */
export function chooseTimeZone(next: TimeZoneChoice): void {
  try {
    localStorage.setItem(STORAGE_KEY, next);
  } catch {
    // The choice then lasts as long as the page, which is all that a browser without storage allows.
  }
  apply(next);
}

/** The choice, for components: whatever writes instants is rendered anew when it changes. */
export function useTimeZoneChoice(): TimeZoneChoice {
  return useSyncExternalStore(subscribe, () => choice);
}

/** Longest wait for a moment in which the page does nothing else. */
const NAME_TIMEOUT_MS = 2_000;

/** Name of the zone that instants are written in; "" until the page has time to ask, for nothing waits for it. */
export function useTimeZoneName(): string {
  const chosen = useTimeZoneChoice();
  const [ofBrowser, setOfBrowser] = useState("");
  useEffect(() => {
    if (chosen !== "browser") return;
    const tell = (): void => setOfBrowser(zoneOfInstants());
    // Safari has no idle callbacks.
    if (!("requestIdleCallback" in globalThis)) {
      const timer = setTimeout(tell, NAME_TIMEOUT_MS);
      return () => clearTimeout(timer);
    }
    const handle = requestIdleCallback(tell, { timeout: NAME_TIMEOUT_MS });
    return () => cancelIdleCallback(handle);
  }, [chosen]);
  return chosen === "browser" ? ofBrowser : chosen;
}

/** Whether the browser knows a zone of this name. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    // That is how the browser says that it does not.
    return false;
  }
}

/** What a zone is called where there is little room: `Europe/Berlin` is `Berlin`. */
export function cityOf(zone: string): string {
  return zone.slice(zone.lastIndexOf("/") + 1).replaceAll("_", " ");
}

function storedChoice(): TimeZoneChoice {
  try {
    const stored = localStorage.getItem(STORAGE_KEY);
    return stored !== null && stored !== "browser" && (stored === "UTC" || isTimeZone(stored)) ? stored : "browser";
  } catch {
    // Storage may be forbidden: the zone of the browser then.
    return "browser";
  }
}

function apply(next: TimeZoneChoice): void {
  choice = next;
  writeInstantsIn(next === "browser" ? undefined : next);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
