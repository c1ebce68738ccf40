import { type RefObject, useLayoutEffect, useState } from "react";

interface Lines {
  readonly linePx: number;
  /** Lines that there is room for in any case: what is higher then is scrolled. */
  readonly least: number;
  /** Left free below, in pixels. */
  readonly marginPx: number;
}

/** How many whole lines fit between the top of an element and the lower edge of the page that it is on. */
export function useLinesToBottom(element: RefObject<HTMLElement | null>, { linePx, least, marginPx }: Lines): number {
  const [lines, setLines] = useState(least);
  useLayoutEffect(() => {
    const measure = (): void => {
      const own = element.current;
      const page = own?.closest("main");
      if (own === null || own === undefined || page === null || page === undefined) return;
      const top = own.getBoundingClientRect().top + scrolledAbove(own);
      setLines(Math.max(least, Math.floor((page.getBoundingClientRect().bottom - top - marginPx) / linePx)));
    };
    measure();
    window.addEventListener("resize", measure);
    return () => window.removeEventListener("resize", measure);
  }, [element, linePx, least, marginPx]);
  return lines;
}

/** How far what is around an element is scrolled. */
function scrolledAbove(element: HTMLElement): number {
  let sum = 0;
  for (let around = element.parentElement; around !== null; around = around.parentElement) sum += around.scrollTop;
  return sum;
}
