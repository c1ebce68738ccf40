import type { ScreenPoint } from "./camera.ts";
import type { LineageRenderer } from "./lineage-renderer.ts";
import type { Hit } from "./scene.ts";

/** What a pointer does, told to the page. */
export interface PointerEvents {
  readonly onClick: (hit: Hit | null) => void;
  readonly onOpen: (hit: Hit) => void;
  readonly onHover: (hit: Hit | null, point: ScreenPoint) => void;
  /** A frame is being drawn, or `null` when it ended. */
  readonly onFrame: (frame: { readonly a: ScreenPoint; readonly b: ScreenPoint } | null) => void;
  readonly onPick: (nodes: readonly number[]) => void;
}

/** A pointer that moves less than this between press and release has clicked. */
const DRAG_FROM_PX = 4;

const WHEEL_ZOOM = 0.0016;

interface Gesture {
  readonly kind: "pan" | "frame";
  readonly start: ScreenPoint;
  last: ScreenPoint;
  moved: boolean;
}

/** Drag pans, wheel and pinch zoom, click selects, Ctrl- or ⌘-drag picks. Works over the canvas and over its cards. */
export class PointerInput {
  readonly #host: HTMLElement;
  readonly #renderer: LineageRenderer;
  readonly #events: PointerEvents;
  readonly #pointers = new Map<number, ScreenPoint>();
  #gesture: Gesture | null = null;
  #suppressClick = false;
  readonly #abort = new AbortController();

  constructor(host: HTMLElement, renderer: LineageRenderer, events: PointerEvents) {
    this.#host = host;
    this.#renderer = renderer;
    this.#events = events;
    const options = { signal: this.#abort.signal };
    host.addEventListener("pointerdown", (event) => this.#down(event), options);
    host.addEventListener("pointermove", (event) => this.#move(event), options);
    host.addEventListener("pointerup", (event) => this.#up(event), options);
    host.addEventListener("pointercancel", (event) => this.#up(event), options);
    host.addEventListener("pointerleave", () => events.onHover(null, { x: 0, y: 0 }), options);
    host.addEventListener("click", (event) => this.#click(event), { ...options, capture: true });
    host.addEventListener("dblclick", (event) => this.#doubleClick(event), options);
    host.addEventListener("wheel", (event) => this.#wheel(event), { ...options, passive: false });
  }

  destroy(): void {
    this.#abort.abort();
  }

  #point(event: MouseEvent): ScreenPoint {
    const rect = this.#host.getBoundingClientRect();
    return { x: event.clientX - rect.left, y: event.clientY - rect.top };
  }

  #down(event: PointerEvent): void {
    if (event.button !== 0) return;
    const point = this.#point(event);
    this.#pointers.set(event.pointerId, point);
    this.#suppressClick = false;
    this.#gesture = { kind: event.ctrlKey || event.metaKey ? "frame" : "pan", start: point, last: point, moved: false };
  }

  #move(event: PointerEvent): void {
    const point = this.#point(event);
    const gesture = this.#gesture;
    if (gesture === null || !this.#pointers.has(event.pointerId)) {
      this.#events.onHover(this.#renderer.hit(point), point);
      return;
    }
    if (this.#pointers.size === 2) {
      this.#pinch(event.pointerId, point);
      return;
    }
    this.#pointers.set(event.pointerId, point);
    if (!gesture.moved && Math.hypot(point.x - gesture.start.x, point.y - gesture.start.y) < DRAG_FROM_PX) return;
    if (!gesture.moved) {
      gesture.moved = true;
      this.#host.setPointerCapture(event.pointerId);
      this.#events.onHover(null, point);
    }
    if (gesture.kind === "frame") this.#events.onFrame({ a: gesture.start, b: point });
    else this.#renderer.panBy(point.x - gesture.last.x, point.y - gesture.last.y);
    gesture.last = point;
  }

  /** Two fingers: their middle pans, their distance zooms. */
  #pinch(id: number, point: ScreenPoint): void {
    const before = this.#pointers.get(id);
    const other = [...this.#pointers].find(([own]) => own !== id)?.[1];
    this.#pointers.set(id, point);
    if (before === undefined || other === undefined) return;
    const distance = (a: ScreenPoint): number => Math.max(1, Math.hypot(a.x - other.x, a.y - other.y));
    const middle = { x: (point.x + other.x) / 2, y: (point.y + other.y) / 2 };
    this.#renderer.zoomBy(distance(point) / distance(before), middle);
    this.#renderer.panBy((point.x - before.x) / 2, (point.y - before.y) / 2);
    this.#suppressClick = true;
  }

  #up(event: PointerEvent): void {
    this.#pointers.delete(event.pointerId);
    const gesture = this.#gesture;
    if (gesture === null || this.#pointers.size > 0) return;
    this.#gesture = null;
    if (!gesture.moved) return;
    this.#suppressClick = true;
    if (gesture.kind === "frame") {
      this.#events.onFrame(null);
      if (event.type === "pointerup") this.#events.onPick(this.#renderer.nodesInFrame(gesture.start, gesture.last));
    }
  }

  /** Runs before the cards' own click: a drag that ends on a card is no click on it. */
  #click(event: MouseEvent): void {
    if (this.#suppressClick) {
      this.#suppressClick = false;
      event.stopPropagation();
      event.preventDefault();
      return;
    }
    if (event.target instanceof Element && event.target.closest("[data-control]") !== null) return;
    this.#events.onClick(this.#renderer.hit(this.#point(event)));
  }

  #doubleClick(event: MouseEvent): void {
    const hit = this.#renderer.hit(this.#point(event));
    if (hit !== null) this.#events.onOpen(hit);
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    if (event.shiftKey && !event.ctrlKey) {
      this.#renderer.panBy(-event.deltaY * unit, 0);
      return;
    }
    // A pinch on a touchpad comes as a wheel with Ctrl and small steps.
    const strength = event.ctrlKey ? WHEEL_ZOOM * 6 : WHEEL_ZOOM;
    this.#renderer.zoomBy(Math.exp(-event.deltaY * unit * strength), this.#point(event));
  }
}
