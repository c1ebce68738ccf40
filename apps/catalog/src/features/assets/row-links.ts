import { type RegisteredRouter, useRouter } from "@tanstack/react-router";
import { type MouseEvent, type PointerEvent, useMemo } from "react";
import type { CatalogIndex } from "../../data/catalog-index.ts";
import { formatFullInstant } from "../../format/instants.ts";

/** The address of an asset's page. */
export function hrefOfAsset(key: string): string {
  return `/assets/${key.split("/").map(encodeURIComponent).join("/")}`;
}

/** What the table hears of its lines: one listener for all of them. */
export interface RowLinks {
  readonly onClick: (event: MouseEvent) => void;
  readonly onPointerOver: (event: PointerEvent) => void;
}

/**
 * Lets plain links to assets (`data-asset`) act as those of the router do, and tells on hovering what a line has no room
 * for. A component for each link and a text for each tooltip would be made anew for every line that is scrolled past.
 */
export function useRowLinks(index: CatalogIndex): RowLinks {
  const router = useRouter();
  return useMemo(
    () => ({
      onClick: (event) => follow(router, event),
      onPointerOver: ({ target }) => {
        const key = assetOf(target);
        if (key !== undefined) void router.preloadRoute({ to: "/assets/$", params: { _splat: key } });
        if (target instanceof HTMLElement) tell(target, index);
      },
    }),
    [router, index],
  );
}

/** A plain click goes there within the page; any other is the browser's: a new tab, a download. */
function follow(router: RegisteredRouter, event: MouseEvent): void {
  const key = assetOf(event.target);
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (key === undefined || !isPlain || event.defaultPrevented) return;
  event.preventDefault();
  void router.navigate({ to: "/assets/$", params: { _splat: key } });
}

function assetOf(target: EventTarget): string | undefined {
  return target instanceof Element ? target.closest<HTMLElement>("a[data-asset]")?.dataset["asset"] : undefined;
}

/** The key of an asset with its summary, the date behind an age, or the whole of a text that is cut off. */
function tell(element: HTMLElement, { rowOfKey, summaries }: CatalogIndex): void {
  const link = element.closest<HTMLElement>("a[data-asset]");
  const key = link?.dataset["asset"];
  if (link !== null && key !== undefined) {
    const summary = summaries[rowOfKey(key) ?? -1] ?? "";
    link.title = summary === "" ? key : `${key}\n${summary}`;
  } else if (element instanceof HTMLTimeElement) element.title = formatFullInstant(Date.parse(element.dateTime));
  else if (element.role === "cell" && element.classList.contains("truncate"))
    element.title = element.scrollWidth > element.clientWidth ? (element.textContent ?? "") : "";
}
