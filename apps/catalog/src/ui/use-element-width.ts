import { type RefObject, useEffect, useState } from "react";

/** How wide an element is, in CSS pixels; 0 before it was measured. */
export function useElementWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const own = element.current;
    if (own === null) return;
    const observer = new ResizeObserver(() => setWidth(Math.round(own.clientWidth)));
    observer.observe(own);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
