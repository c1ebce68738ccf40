import { useSyncExternalStore } from "react";

/** What a person may choose. `system` follows the operating system. */
export const THEME_CHOICES = ["system", "light", "dark"] as const;
export type ThemeChoice = (typeof THEME_CHOICES)[number];

/** What is shown. */
export type Theme = "light" | "dark";

/** The inline script of index.html reads the same key before the first paint. */
const STORAGE_KEY = "heddle.theme";

const listeners = new Set<() => void>();
const systemLight = matchMedia("(prefers-color-scheme: light)");
systemLight.addEventListener("change", apply);

/** The stored choice; `system` when there is none or storage is forbidden. */
export function themeChoice(): ThemeChoice {
  try {
    const stored = localStorage.getItem(STORAGE_KEY);
    return THEME_CHOICES.find((choice) => choice === stored) ?? "system";
  } catch {
    return "system";
  }
}

/** Stores a choice and shows it at once. */
export function chooseTheme(choice: ThemeChoice): void {
  try {
    localStorage.setItem(STORAGE_KEY, choice);
  } catch {
    // The choice then lasts as long as the page, which is all that a browser without storage allows.
  }
  apply(choice);
}

/** What is shown now. */
export function shownTheme(): Theme {
  return document.documentElement.dataset["theme"] === "light" ? "light" : "dark";
}

/** Calls back whenever another theme is shown: canvases read their colours anew. Returns how to stop. */
export function onThemeChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The theme that is shown, for components. Whoever paints by it is rendered anew when the colours of statuses change too. */
export function useTheme(): Theme {
  useSyncExternalStore(onThemeChange, () => document.documentElement.dataset["distinction"] ?? "normal");
  return useSyncExternalStore(onThemeChange, shownTheme);
}

/** Whether statuses are shown in colours that stay apart for every sight. */
export type Distinction = "normal" | "high";

const DISTINCTION_KEY = "heddle.distinction";

/** Which of the two is shown now, for components. */
export function useDistinction(): Distinction {
  return useSyncExternalStore(onThemeChange, () =>
    document.documentElement.dataset["distinction"] === "high" ? "high" : "normal",
  );
}

/** Stores which of the two it shall be and shows it at once. */
export function chooseDistinction(distinction: Distinction): void {
  try {
    localStorage.setItem(DISTINCTION_KEY, distinction);
  } catch {
    // The choice then lasts as long as the page, which is all that a browser without storage allows.
  }
  document.documentElement.dataset["distinction"] = distinction;
  for (const listener of listeners) listener();
}

function apply(given: ThemeChoice | Event): void {
  const choice = typeof given === "string" ? given : themeChoice();
  const system: Theme = systemLight.matches ? "light" : "dark";
  document.documentElement.dataset["theme"] = choice === "system" ? system : choice;
  for (const listener of listeners) listener();
}
