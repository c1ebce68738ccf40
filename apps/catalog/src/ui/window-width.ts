import { useSyncExternalStore } from "react";

/** How much room a window has; the limits are those of the style sheet. */
export type WindowWidth = "phone" | "tablet" | "desktop";

const tablet = matchMedia("(min-width: 768px)");
const desktop = matchMedia("(min-width: 1024px)");

/** The width of the window in steps, for components that show other things and not only in other places. */
export function useWindowWidth(): WindowWidth {
  return useSyncExternalStore(subscribe, read);
}

function read(): WindowWidth {
  return desktop.matches ? "desktop" : tablet.matches ? "tablet" : "phone";
}

function subscribe(listener: () => void): () => void {
  for (const query of [tablet, desktop]) query.addEventListener("change", listener);
  return () => {
    for (const query of [tablet, desktop]) query.removeEventListener("change", listener);
  };
}
