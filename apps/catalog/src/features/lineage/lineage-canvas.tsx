import { type ReactNode, type RefObject, useEffect, useEffectEvent, useRef, useState } from "react";
import { useStatusRevision } from "../../data/catalog-state.ts";
import { formatCounted } from "../../format/amounts.ts";
import { lookOfCode } from "../../status/status-look.ts";
import { useNow } from "../../ui/clock.ts";
import { AssetCard } from "./asset-card.tsx";
import type { Camera, ScreenPoint } from "./camera.ts";
import type { FocusView } from "./focus-view.ts";
import { LineageRenderer } from "./lineage-renderer.ts";
import type { Overlay } from "./overlay/overlay.ts";
import type { PlacedRule } from "./paint/paint-rules.ts";
import { PointerInput } from "./pointer-input.ts";
import type { Hit, Scene } from "./scene.ts";

interface LineageCanvasProps {
  readonly scene: Scene;
  readonly focus: FocusView | null;
  readonly picked: Uint8Array<ArrayBuffer>;
  /** What colours the assets; their status when left out. */
  readonly overlay?: Overlay | null;
  readonly rules?: readonly PlacedRule[];
  /** Set while the canvas is shown. */
  readonly rendererRef: RefObject<LineageRenderer | null>;
  /** Puts the camera where the address says, once the size of the view is known. */
  readonly onReady: (renderer: LineageRenderer) => void;
  /** Another scene was handed to the renderer. */
  readonly onScene?: (renderer: LineageRenderer) => void;
  readonly onSelect: (node: number | null) => void;
  readonly onOpen: (node: number) => void;
  readonly onRest: (camera: Camera) => void;
  readonly onPick: (nodes: readonly number[]) => void;
  /** What can be done with an asset is asked for, at a point of the window. Left out where there is nothing. */
  readonly onMenu?: ((node: number, at: ScreenPoint) => void) | undefined;
}

const NO_RULES: readonly PlacedRule[] = [];

/** The picture: edges and far assets on a canvas, near assets as cards over it. */
export function LineageCanvas(props: LineageCanvasProps): ReactNode {
  const { scene, focus, picked, overlay = null, rules = NO_RULES } = props;
  const host = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const cards = useRef<HTMLDivElement>(null);
  const tip = useRef<HTMLDivElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const [cardNodes, setCardNodes] = useState<readonly number[]>([]);
  const renderer = useRenderer(props, { host, canvas, cards, tip, frame, setCardNodes });
  const onScene = useEffectEvent((shown: LineageRenderer) => props.onScene?.(shown));
  useEffect(() => {
    renderer.current?.setScene(scene);
    if (renderer.current !== null) onScene(renderer.current);
  }, [renderer, scene]);
  useEffect(() => renderer.current?.setOverlay(overlay), [renderer, overlay, scene]);
  useEffect(() => renderer.current?.setRules(rules), [renderer, rules]);
  useEffect(() => renderer.current?.setFocus(focus), [renderer, focus, scene]);
  useEffect(() => renderer.current?.setPicked(picked), [renderer, picked]);
  return (
    <div ref={host} className="relative h-full w-full touch-none overflow-hidden select-none">
      <canvas ref={canvas} aria-hidden className="absolute inset-0 h-full w-full" />
      <div
        ref={cards}
        role="group"
        aria-label="Assets in view"
        className="cards absolute top-0 left-0 h-0 w-0 origin-top-left"
      >
        <Cards {...props} nodes={cardNodes} />
      </div>
      <div ref={frame} aria-hidden hidden className="pointer-events-none absolute border border-accent bg-accent/10" />
      <div
        ref={tip}
        aria-hidden
        hidden
        className="popup pointer-events-none absolute z-10 max-w-80 px-2 py-1 text-xs"
      />
    </div>
  );
}

function Cards({
  scene,
  focus,
  picked,
  overlay = null,
  nodes,
  onSelect,
  onMenu,
}: LineageCanvasProps & { readonly nodes: readonly number[] }): ReactNode {
  const revision = useStatusRevision(scene.statuses);
  const now = useNow();
  return nodes
    .filter((node) => node < scene.rows.length)
    .map((node) => (
      <AssetCard
        key={scene.rows[node]}
        scene={scene}
        node={node}
        lit={focus === null || focus.lit[node] === 1}
        focused={focus?.node === node}
        picked={picked[node] === 1}
        overlay={overlay?.classOf.length === scene.rows.length ? overlay : null}
        columns={focus?.columns?.texts.get(node)}
        revision={revision}
        now={now}
        onSelect={onSelect}
        onMenu={onMenu}
      />
    ));
}

interface CanvasParts {
  readonly host: RefObject<HTMLDivElement | null>;
  readonly canvas: RefObject<HTMLCanvasElement | null>;
  readonly cards: RefObject<HTMLDivElement | null>;
  readonly tip: RefObject<HTMLDivElement | null>;
  readonly frame: RefObject<HTMLDivElement | null>;
  readonly setCardNodes: (nodes: readonly number[]) => void;
}

/** Makes renderer and pointer input for as long as the elements are there. */
function useRenderer(props: LineageCanvasProps, parts: CanvasParts): RefObject<LineageRenderer | null> {
  const { rendererRef } = props;
  const onRest = useEffectEvent((camera: Camera) => props.onRest(camera));
  const onReady = useEffectEvent((renderer: LineageRenderer) => props.onReady(renderer));
  const onPick = useEffectEvent((nodes: readonly number[]) => props.onPick(nodes));
  const onHover = useEffectEvent((hit: Hit | null, point: ScreenPoint) => {
    rendererRef.current?.setHoveredNode(hit?.kind === "node" ? hit.node : -1);
    showTip(parts.tip.current, {
      scene: props.scene,
      hit,
      point,
      cards: parts.cards.current?.childElementCount !== 0,
      overlay: props.overlay ?? null,
      columns: hit?.kind === "node" ? props.focus?.columns?.texts.get(hit.node) : undefined,
    });
  });
  const onClick = useEffectEvent((hit: Hit | null) => {
    if (hit?.kind === "node") props.onSelect(hit.node);
    else props.onSelect(null);
  });
  const onOpen = useEffectEvent((hit: Hit) => {
    if (hit.kind === "node") props.onOpen(hit.node);
    else rendererRef.current?.fitGroup(hit.group);
  });
  useEffect(() => {
    const { host, canvas, cards, frame, setCardNodes } = parts;
    if (host.current === null || canvas.current === null || cards.current === null) return;
    const element = host.current;
    const renderer = new LineageRenderer(
      { canvas: canvas.current, cards: cards.current },
      { onCards: setCardNodes, onRest: (camera) => onRest(camera) },
    );
    rendererRef.current = renderer;
    const input = new PointerInput(element, renderer, {
      onClick: (hit) => onClick(hit),
      onOpen: (hit) => onOpen(hit),
      onHover: (hit, point) => onHover(hit, point),
      onFrame: (drawn) => showFrame(frame.current, drawn),
      onPick: (nodes) => onPick(nodes),
    });
    let ready = false;
    const observer = new ResizeObserver(() => {
      renderer.resize({ width: element.clientWidth, height: element.clientHeight });
      if (!ready) onReady(renderer);
      ready = true;
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      input.destroy();
      renderer.destroy();
      rendererRef.current = null;
    };
    // The parts are refs and setters: they stay the same for the life of the component.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [rendererRef]);
  return rendererRef;
}

interface Tip {
  readonly scene: Scene;
  readonly hit: Hit | null;
  readonly point: ScreenPoint;
  readonly overlay: Overlay | null;
  /** Columns of the asset on the path that is shown. */
  readonly columns: string | undefined;
  /** Cards say themselves what they are. */
  readonly cards: boolean;
}

/** Written without React: it follows the pointer. */
function showTip(tip: HTMLElement | null, { scene, hit, point, cards, overlay, columns }: Tip): void {
  if (tip === null) return;
  tip.hidden = hit === null || cards;
  if (hit === null || tip.hidden) return;
  tip.textContent = `${describeHit(scene, hit, overlay)}${columns === undefined ? "" : ` · ${columns}`}`;
  const host = tip.parentElement;
  const x = Math.min(point.x + 14, (host?.clientWidth ?? 0) - tip.offsetWidth - 8);
  const y = Math.min(point.y + 16, (host?.clientHeight ?? 0) - tip.offsetHeight - 8);
  tip.style.transform = `translate(${x}px, ${y}px)`;
}

function describeHit({ index, statuses, rows, layout }: Scene, hit: Hit, overlay: Overlay | null): string {
  if (hit.kind === "group") {
    const size = (layout.groupStart[hit.group + 1] ?? 0) - (layout.groupStart[hit.group] ?? 0);
    return `${layout.groupNames[hit.group] ?? ""} · ${formatCounted(size, "asset")}`;
  }
  const row = rows[hit.node] ?? 0;
  const text =
    overlay?.classOf.length === rows.length ? overlay.textOf(hit.node) : lookOfCode(statuses.codes[row] ?? -1).word;
  return `${index.keys[row] ?? ""} · ${text}`;
}

function showFrame(
  element: HTMLElement | null,
  drawn: { readonly a: ScreenPoint; readonly b: ScreenPoint } | null,
): void {
  if (element === null) return;
  element.hidden = drawn === null;
  if (drawn === null) return;
  const { a, b } = drawn;
  element.style.transform = `translate(${Math.min(a.x, b.x)}px, ${Math.min(a.y, b.y)}px)`;
  element.style.width = `${Math.abs(a.x - b.x)}px`;
  element.style.height = `${Math.abs(a.y - b.y)}px`;
}
