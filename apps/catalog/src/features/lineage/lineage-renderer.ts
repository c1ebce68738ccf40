import { markTiming, measureTiming } from "../../timings.ts";
import { canvasPalette } from "../../theme/canvas-palette.ts";
import { onThemeChange } from "../../theme/theme.ts";
import {
  betweenCameras,
  type Camera,
  cameraCentre,
  centreCamera,
  panBy,
  type ScreenPoint,
  toWorld,
  type Viewport,
  visibleBounds,
  zoomAt,
} from "./camera.ts";
import { aimAtAll, aimAtGroup, aimAtHidden, aimAtNode, aimAtNodes } from "./camera-aims.ts";
import { CARDS_FROM_PX, type DetailLevel, detailLevel } from "./detail-level.ts";
import type { FocusView } from "./focus-view.ts";
import type { Overlay } from "./overlay/overlay.ts";
import type { Frame } from "./paint/frame.ts";
import { NameWidths } from "./paint/name-widths.ts";
import { clearTarget, paintFrame } from "./paint/paint-frame.ts";
import type { PlacedRule } from "./paint/paint-rules.ts";
import { type PaintTarget, Snapshot } from "./snapshot.ts";
import { countByGroup, countClassesByGroup, groupsIn, type Hit, hitTest, nodesIn, type Scene } from "./scene.ts";

/** The elements that the renderer paints on and moves. */
export interface RendererElements {
  readonly canvas: HTMLCanvasElement;
  /** Holds the cards in coordinates of the picture; moved as a whole. */
  readonly cards: HTMLElement;
}

/** What the renderer tells. */
export interface RendererEvents {
  /** Another set of nodes is to be shown as cards; empty when cards are too small or too many. */
  readonly onCards: (nodes: readonly number[]) => void;
  /** The camera has come to rest. */
  readonly onRest: (camera: Camera) => void;
}

const ANIMATION_MS = 150;
const REST_AFTER_MS = 300;
const SETTLE_AFTER_MS = 140;

/** How much farther than the whole picture one can zoom out. */
const MIN_SCALE_OF_FIT = 0.6;

/** Pixels of a picture for each of the screen's. */
const PICTURE_RATIO = 2;

/**
 * Paints the lineage: one loop of animation frames that runs only while something changes. It lives outside React; React
 * renders again only when the set of visible cards changes.
 */
export class LineageRenderer {
  readonly #context: CanvasRenderingContext2D;
  readonly #elements: RendererElements;
  readonly #events: RendererEvents;
  readonly #names: NameWidths;
  readonly #stop: (() => void)[] = [];
  #viewport: Viewport = { width: 1, height: 1 };
  #camera: Camera = { x: 0, y: 0, scale: 1 };
  #animation: { readonly from: Camera; readonly to: Camera; readonly startedAt: number } | null = null;
  #scene: Scene | null = null;
  #groupCounts: Int32Array | null = null;
  #focus: FocusView | null = null;
  #overlay: Overlay | null = null;
  #rules: readonly PlacedRule[] = [];
  #picked = new Uint8Array(0);
  #hoveredNode = -1;
  #isNewScene = false;
  /** When the focus changed that is not painted yet. */
  #focusedAt = Number.NaN;
  #cardNodes: readonly number[] = [];
  #frameRequest = 0;
  readonly #snapshot = new Snapshot();
  /** Changes whenever anything but the camera does. */
  #stamp = 0;
  #paintedCamera: Camera | null = null;
  #isSnapshotShown = false;
  #settleTimer: ReturnType<typeof setTimeout> | undefined;
  #restTimer: ReturnType<typeof setTimeout> | undefined;
  #unsubscribe: (() => void) | undefined;

  constructor(elements: RendererElements, events: RendererEvents) {
    const context = elements.canvas.getContext("2d", { alpha: false });
    if (context === null) throw new Error("This browser cannot paint on a canvas, which the lineage needs.");
    this.#context = context;
    this.#elements = elements;
    this.#events = events;
    this.#names = new NameWidths(context, 600);
    this.#stop.push(onThemeChange(() => this.invalidate()));
    void document.fonts.ready.then(() => {
      this.#names.clear();
      this.invalidate();
    });
  }

  get camera(): Camera {
    return this.#camera;
  }

  get viewport(): Viewport {
    return this.#viewport;
  }

  /** Shows another scene. The camera stays: names keep their places as long as their groups do. */
  setScene(scene: Scene | null): void {
    this.#unsubscribe?.();
    this.#scene = scene;
    this.#groupCounts = null;
    this.#hoveredNode = -1;
    this.#isNewScene = scene !== null;
    this.#unsubscribe = scene?.statuses.subscribe(() => {
      this.#groupCounts = null;
      this.invalidate();
    });
    this.invalidate();
  }

  setFocus(focus: FocusView | null): void {
    if (focus !== null && focus !== this.#focus) this.#focusedAt = performance.now();
    this.#focus = focus;
    this.invalidate();
  }

  /** Colours the nodes by something else than their status; `null`: by that. The overlay belongs to the scene. */
  setOverlay(overlay: Overlay | null): void {
    this.#overlay = overlay;
    this.#groupCounts = null;
    this.invalidate();
  }

  /** Schedules and sensors to draw beside the assets that they materialize. */
  setRules(rules: readonly PlacedRule[]): void {
    this.#rules = rules;
    this.invalidate();
  }

  /** Marks picked nodes: 1 for each. */
  setPicked(picked: Uint8Array<ArrayBuffer>): void {
    this.#picked = picked;
    this.invalidate();
  }

  setHoveredNode(node: number): void {
    if (node === this.#hoveredNode) return;
    this.#hoveredNode = node;
    this.invalidate();
  }

  resize(viewport: Viewport): void {
    const centre = cameraCentre(this.#camera, this.#viewport);
    const first = this.#viewport.width <= 1;
    this.#viewport = viewport;
    if (!first) this.#camera = centreCamera(centre, this.#camera.scale, viewport);
    this.invalidate();
  }

  /** Puts the camera somewhere, at once or in a short movement. */
  moveTo(camera: Camera, animated: boolean): void {
    if (animated && !matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.#animation = { from: this.#camera, to: camera, startedAt: performance.now() };
    } else {
      this.#animation = null;
      this.#camera = camera;
    }
    this.#restLater();
    this.#request();
  }

  panBy(dx: number, dy: number): void {
    this.moveTo(panBy(this.#camera, dx, dy), false);
  }

  /** Zooms about a point of the screen, or about the middle. */
  zoomBy(
    factor: number,
    point: ScreenPoint = { x: this.#viewport.width / 2, y: this.#viewport.height / 2 },
    animated = false,
  ): void {
    const base = this.#animation?.to ?? this.#camera;
    this.moveTo(zoomAt(base, point, { factor, minScale: this.#minScale() }), animated);
  }

  /** Shows the whole picture. */
  fit(animated: boolean): void {
    const { layout } = this.#scene ?? {};
    if (layout !== undefined) this.moveTo(aimAtAll(layout, this.#viewport), animated);
  }

  /** Shows a group as large as it fits. */
  fitGroup(group: number): void {
    const { layout } = this.#scene ?? {};
    if (layout !== undefined) this.moveTo(aimAtGroup(layout, group, this.#viewport), true);
  }

  /** Brings nodes into view together; does nothing when they can be read there already. */
  fitNodes(nodes: readonly number[]): void {
    const { layout } = this.#scene ?? {};
    const aim =
      layout === undefined ? null : aimAtNodes(layout, nodes, { camera: this.#camera, viewport: this.#viewport });
    // Where the picture is hidden there is no place to bring anything to.
    if (aim !== null && this.#viewport.width > 1) this.moveTo(aim, true);
  }

  /** Brings a node into view, at a size at which its card can be read; does nothing when it is there already. */
  reveal(node: number): void {
    const { layout } = this.#scene ?? {};
    if (layout === undefined) return;
    const aim = aimAtHidden(layout, node, { camera: this.#animation?.to ?? this.#camera, viewport: this.#viewport });
    if (aim !== null) this.moveTo(aim, true);
  }

  /** Shows a node in the middle, as large as its card is made to be. */
  lookAt(node: number): void {
    const { layout } = this.#scene ?? {};
    if (layout !== undefined) this.moveTo(aimAtNode(layout, node, this.#viewport), true);
  }

  /** What is at a point of the screen. */
  hit(point: ScreenPoint): Hit | null {
    const scene = this.#scene;
    if (scene === null) return null;
    const nodes = scene.layout.nodeHeight * this.#camera.scale >= 4;
    return hitTest(scene.layout, toWorld(this.#camera, point), nodes);
  }

  /** The nodes whose cards touch a frame drawn on the screen. */
  nodesInFrame(a: ScreenPoint, b: ScreenPoint): number[] {
    if (this.#scene === null) return [];
    const from = toWorld(this.#camera, { x: Math.min(a.x, b.x), y: Math.min(a.y, b.y) });
    const to = toWorld(this.#camera, { x: Math.max(a.x, b.x), y: Math.max(a.y, b.y) });
    return nodesIn(this.#scene.layout, { left: from.x, top: from.y, right: to.x, bottom: to.y });
  }

  /** Paints in the next frame. */
  invalidate(): void {
    this.#stamp++;
    this.#request();
  }

  #request(): void {
    if (this.#frameRequest === 0) this.#frameRequest = requestAnimationFrame((now) => this.#tick(now));
  }

  destroy(): void {
    cancelAnimationFrame(this.#frameRequest);
    clearTimeout(this.#restTimer);
    clearTimeout(this.#settleTimer);
    this.#snapshot.clear();
    this.#unsubscribe?.();
    for (const stop of this.#stop) stop();
  }

  #tick(now: number): void {
    this.#frameRequest = 0;
    if (this.#animation !== null) {
      const { from, to, startedAt } = this.#animation;
      const part = Math.min(1, Math.max(0, (now - startedAt) / ANIMATION_MS));
      const eased = 1 - (1 - part) ** 3;
      this.#camera = part === 1 ? to : betweenCameras(from, to, { part: eased, viewport: this.#viewport });
      if (part === 1) this.#animation = null;
      else this.#request();
    }
    const moved = this.#paintedCamera !== null && this.#paintedCamera !== this.#camera;
    this.#paintedCamera = this.#camera;
    this.#isSnapshotShown = moved && this.#paintFromSnapshot();
    if (!this.#isSnapshotShown) this.#paint();
    this.#settleLater();
  }

  /** While the camera moves and no cards are in view, a picture from before stands in. */
  #paintFromSnapshot(): boolean {
    if (this.#scene === null || this.#scene.layout.nodeHeight * this.#camera.scale >= CARDS_FROM_PX) return false;
    return this.#cardNodes.length === 0 && this.#snapshot.draw(this.#target(), this.#stamp);
  }

  /** When nothing has moved for a moment the picture is painted as it is, and once more for the next movement. */
  #settleLater(): void {
    clearTimeout(this.#settleTimer);
    this.#settleTimer = setTimeout(() => {
      if (this.#animation !== null || this.#frameRequest !== 0 || this.#scene === null) return;
      if (this.#isSnapshotShown) this.#paint();
      this.#isSnapshotShown = false;
      if (this.#scene.layout.nodeHeight * this.#camera.scale >= CARDS_FROM_PX) return;
      this.#snapshot.take(this.#target(), this.#stamp, (target) => {
        const frame = this.#frame(target);
        clearTarget(target);
        if (frame !== null) paintFrame(frame);
      });
    }, SETTLE_AFTER_MS);
  }

  #target(): PaintTarget {
    const ratio = Math.min(2, window.devicePixelRatio);
    return { context: this.#context, camera: this.#camera, viewport: this.#viewport, ratio };
  }

  #paint(): void {
    const { canvas } = this.#elements;
    const target = this.#target();
    const width = Math.round(this.#viewport.width * target.ratio);
    const height = Math.round(this.#viewport.height * target.ratio);
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    clearTarget(target);
    const frame = this.#frame(target);
    if (frame === null) return;
    paintFrame(frame);
    this.#placeCards(frame);
    this.#noteTimings();
  }

  #noteTimings(): void {
    if (this.#isNewScene) markTiming("lineage-painted");
    if (!Number.isNaN(this.#focusedAt)) measureTiming("lineage-focus", this.#focusedAt);
    this.#isNewScene = false;
    this.#focusedAt = Number.NaN;
  }

  #frame({ context, camera, viewport, ratio }: PaintTarget): Frame | null {
    const scene = this.#scene;
    if (scene === null) return null;
    const { layout } = scene;
    const bounds = visibleBounds(camera, viewport);
    const cardHeight = layout.nodeHeight * camera.scale;
    const nodes = cardHeight < 4 ? [] : nodesIn(layout, bounds);
    const level: DetailLevel = detailLevel(cardHeight, () => nodes.length);
    // An overlay of the scene before may still be there for a frame.
    const overlay = this.#overlay?.classOf.length === scene.rows.length ? this.#overlay : null;
    this.#groupCounts ??=
      overlay === null ? countByGroup(scene) : countClassesByGroup(scene, overlay.classOf, overlay.classes.length);
    return {
      context,
      ratio,
      camera,
      viewport,
      bounds,
      level,
      palette: canvasPalette(),
      scene,
      groups: groupsIn(layout, bounds),
      nodes,
      groupCounts: this.#groupCounts,
      overlay,
      focus: this.#focus,
      picked: this.#picked,
      hoveredNode: this.#hoveredNode,
      names: this.#names,
      rules: this.#rules,
    };
  }

  /** What is in view as a picture of its own, cards included: they are painted instead of being elements. */
  picture(): { readonly frame: Frame; readonly canvas: HTMLCanvasElement } | null {
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("2d", { alpha: false });
    if (context === null) return null;
    const target = { ...this.#target(), context, ratio: PICTURE_RATIO };
    const frame = this.#frame(target);
    if (frame === null) return null;
    canvas.width = Math.round(this.#viewport.width * PICTURE_RATIO);
    canvas.height = Math.round(this.#viewport.height * PICTURE_RATIO);
    clearTarget(target);
    const painted: Frame = { ...frame, level: frame.level === "cards" ? "names" : frame.level };
    paintFrame(painted);
    return { frame: painted, canvas };
  }

  #placeCards(frame: Frame): void {
    const { cards } = this.#elements;
    const shown = frame.level === "cards" ? frame.nodes : [];
    if (shown.length > 0) {
      const { x, y, scale } = this.#camera;
      cards.style.transform = `scale(${scale}) translate(${-x}px, ${-y}px)`;
      cards.dataset["size"] = frame.scene.layout.nodeHeight * scale < 52 ? "small" : "full";
    }
    if (shown.length === this.#cardNodes.length && shown.every((node, i) => node === this.#cardNodes[i])) return;
    this.#cardNodes = shown;
    this.#events.onCards(shown);
  }

  #minScale(): number {
    const { layout } = this.#scene ?? {};
    if (layout === undefined) return this.#camera.scale;
    return aimAtAll(layout, this.#viewport).scale * MIN_SCALE_OF_FIT;
  }

  #restLater(): void {
    clearTimeout(this.#restTimer);
    this.#restTimer = setTimeout(() => this.#events.onRest(this.#camera), REST_AFTER_MS);
  }
}
