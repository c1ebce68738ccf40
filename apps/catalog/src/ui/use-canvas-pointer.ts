import { type RefObject, useEffect, useEffectEvent } from "react";

/** What a canvas does when a pointer acts on it. `onEnd` is called when a drag is broken off. */
export interface CanvasPointer {
  readonly onDown: (event: PointerEvent) => void;
  readonly onMove: (event: PointerEvent) => void;
  readonly onUp: (event: PointerEvent) => void;
  readonly onEnd: () => void;
  readonly onLeave: () => void;
  readonly onWheel: (event: WheelEvent) => void;
}

/** Listens to pointers on a canvas. React listens to wheels passively, and these must be able to keep the page in its place. */
export function useCanvasPointer(canvas: RefObject<HTMLCanvasElement | null>, pointer: CanvasPointer): void {
  const tell = useEffectEvent((event: PointerEvent) => {
    if (event.type === "pointerdown") {
      if (event.button !== 0) return;
      canvas.current?.setPointerCapture(event.pointerId);
      pointer.onDown(event);
    } else if (event.type === "pointermove") pointer.onMove(event);
    else if (event.type === "pointerup") pointer.onUp(event);
    else if (event.type === "pointercancel") pointer.onEnd();
    else pointer.onLeave();
  });
  const tellWheel = useEffectEvent((event: WheelEvent) => pointer.onWheel(event));
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const abort = new AbortController();
    const { signal } = abort;
    for (const type of ["pointerdown", "pointermove", "pointerup", "pointercancel", "pointerleave"] as const)
      element.addEventListener(type, (event) => tell(event), { signal });
    element.addEventListener("wheel", (event) => tellWheel(event), { signal, passive: false });
    return () => abort.abort();
  }, [canvas]);
}
