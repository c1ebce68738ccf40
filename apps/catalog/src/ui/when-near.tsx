import { type ReactNode, useEffect, useRef, useState } from "react";

interface WhenNearProps {
  /** In pixels: what is there instead until then takes up as much. */
  readonly height: number;
  readonly children: ReactNode;
}

/** How far beyond the edge of the window something counts as near. */
const MARGIN = "200px";

/** Shows its children from when a person comes near them: what lies far below is not loaded with the page. */
export function WhenNear({ height, children }: WhenNearProps): ReactNode {
  const [isNear, setNear] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) setNear(true);
      },
      { rootMargin: MARGIN },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return isNear ? children : <div ref={place} style={{ height }} />;
}
