import { type RefObject, useEffect, useState } from "react";

/** Width of a canvas in pixels of the page, kept current; 0 before it is there. */
export function useCanvasWidth(canvas: RefObject<HTMLCanvasElement | null>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(Math.round(element.clientWidth)));
    observer.observe(element);
    return () => observer.disconnect();
  }, [canvas]);
  return width;
}
