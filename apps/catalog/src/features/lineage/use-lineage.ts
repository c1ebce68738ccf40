import type { LineageDiff } from "@heddle/api";
import type { ColumnRef } from "@heddle/core";
import { getRouteApi, useNavigate, useRouter } from "@tanstack/react-router";
import { type RefObject, useEffect, useEffectEvent, useMemo, useRef } from "react";
import { useHotkeys } from "../../keyboard/hotkeys.ts";
import { announceProblem } from "../../ui/toasts.tsx";
import { selectionOfKeys } from "../../data/selection-of-keys.ts";
import { useLaunch } from "../launch/launch-search.ts";
import { openStates } from "../launch/open-states.ts";
import { COLUMNS_SHOWN, columnText } from "./columns/column-param.ts";
import { type ShownColumns, useColumns } from "./columns/use-columns.ts";
import { type Camera, cameraCentre, centreCamera } from "./camera.ts";
import { type FocusDepth, type FocusView, focusView, reachable } from "./focus-view.ts";
import type { LineageRenderer } from "./lineage-renderer.ts";
import { MAX_DEPTH, PARTITION_OVERLAY } from "./lineage-search.ts";
import { partitionFocus } from "./modes/partition-focus.ts";
import { type PathView, pathView } from "./modes/path-view.ts";
import { type ShownOverlay, useOverlay } from "./overlay/use-overlay.ts";
import type { Scene } from "./scene.ts";
import { type WalkDirection, walkFrom } from "./walk.ts";

const route = getRouteApi("/lineage");

/** More picked assets than an address can name. */
const MAX_PICKED = 200;

/** What the lineage page shows and does; all of it but the pointer's position stands in the address. */
export interface Lineage {
  readonly search: ReturnType<typeof route.useSearch>;
  /** What stays lit: the focus, paths, the path of a column, or what a partition leads to; `null` for everything. */
  readonly lit: FocusView | null;
  readonly path: { readonly from: string; readonly to: string | null; readonly view: PathView | null } | null;
  readonly startPath: () => void;
  readonly leavePath: () => void;
  readonly columns: ShownColumns;
  /** Lists the columns of an asset. */
  readonly listColumns: (key: string) => void;
  /** Lists the columns of the asset in focus, or ends all that is shown of columns. */
  readonly toggleColumns: () => void;
  /** Shows the path of one column; `null` leaves it. */
  readonly showColumn: (column: ColumnRef | null) => void;
  /** Set when columns were asked for, until their list has the keyboard. */
  readonly columnsAsked: RefObject<boolean>;
  readonly overlay: ShownOverlay;
  readonly followPartition: (key: string | null) => void;
  readonly change: (change: Partial<ReturnType<typeof route.useSearch>>) => void;
  readonly renderer: RefObject<LineageRenderer | null>;
  readonly focus: FocusView | null;
  /** Row in focus, shown or filtered out. */
  readonly focusRow: number | undefined;
  readonly depth: FocusDepth;
  readonly picked: Uint8Array<ArrayBuffer>;
  readonly pickedRows: readonly number[];
  readonly outlineShown: boolean;
  /** Focus by a click on the picture: the camera stays. */
  readonly select: (node: number | null) => void;
  /** Focus from elsewhere: the camera goes there. */
  readonly focusNode: (node: number) => void;
  readonly focusOnRow: (row: number) => void;
  readonly open: (node: number) => void;
  readonly setDepth: (depth: FocusDepth) => void;
  readonly pick: (nodes: readonly number[]) => void;
  readonly showOnly: (sel: string) => void;
  readonly showGroup: (group: number) => void;
  readonly toggleOutline: () => void;
  readonly placeCamera: (renderer: LineageRenderer) => void;
  readonly keepCamera: (camera: Camera) => void;
}

/** What the page knows besides the address. */
export interface LineageContext {
  readonly scene: Scene;
  readonly sel: string;
  /** The moment that is shown; `null` for now. */
  readonly at: number | null;
  readonly diff: LineageDiff | null;
  readonly filterField: RefObject<HTMLInputElement | null>;
}

export function useLineage({ scene, sel, at, diff, filterField }: LineageContext): Lineage {
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/lineage" });
  const router = useRouter();
  const renderer = useRef<LineageRenderer>(null);
  const clickedRef = useRef<string | null>(null);
  const columnsAsked = useRef(false);
  const { index, rows, nodeOfRow, graph } = scene;
  // From the moment that one is asked for: until it is there, the page still has what is now.
  const isPast = search.at !== undefined;
  const depth = search.depth ?? "all";
  const focusRow = search.focus === undefined ? undefined : index.rowOfKey(search.focus);
  const focusedNode = focusRow === undefined ? -1 : (nodeOfRow[focusRow] ?? -1);
  const focus = useMemo(
    () => (focusedNode < 0 ? null : focusView(graph, focusedNode, depth)),
    [graph, focusedNode, depth],
  );
  const pick = search.pick ?? NO_KEYS;
  const pickedRows = useMemo(() => pick.flatMap((key) => index.rowOfKey(key) ?? []), [pick, index]);
  const [pathFrom, pathTo] = search.path ?? NO_KEYS;
  const path = useMemo(() => {
    if (pathFrom === undefined) return null;
    const ends = [pathFrom, pathTo].map((key) => nodeOfRow[index.rowOfKey(key ?? "") ?? -1] ?? -1);
    const [a = -1, b = -1] = ends;
    return { from: pathFrom, to: pathTo ?? null, ends, view: a < 0 || b < 0 ? null : pathView(graph, a, b) };
  }, [pathFrom, pathTo, graph, index, nodeOfRow]);
  const picked = useMemo(() => {
    const marks = markNodes(scene, pickedRows);
    for (const node of path?.ends ?? []) if (node >= 0) marks[node] = 1;
    return marks;
  }, [scene, pickedRows, path]);
  const overlay = useOverlay(scene, { name: search.overlay, diff, focusKey: search.focus, at });
  const { partition } = overlay;
  const columns = useColumns(scene, { cols: search.cols, node: focusedNode, isPast });
  const columnLit = columns.path?.view ?? null;
  const lit = useMemo(() => {
    if (path?.to != null) return path.view?.view ?? null;
    if (columnLit !== null) return columnLit;
    return partition === null ? focus : partitionFocus(scene, focusedNode, partition);
  }, [path, columnLit, partition, focus, scene, focusedNode]);
  useCameraMoves({ renderer, scene, sel, focusKey: search.focus, focusedNode, clickedRef });
  useColumnInView(renderer, { cols: search.cols, lit: columnLit, isPlaced: search.z !== undefined });

  const setSearch = (change: Partial<typeof search>, replace = false): void => {
    void navigate({ search: (before) => ({ ...before, ...change }), replace, resetScroll: false });
  };
  const choosingEnd = path !== null && path.to === null;
  /** While the other end of paths is chosen, an asset that is chosen is that. */
  const chooseKey = (key: string | undefined): void => {
    if (choosingEnd && key !== undefined) setSearch({ path: [path.from, key], focus: undefined, overlay: undefined });
    else setSearch({ focus: key, ...(isPartitionOverlay && key !== search.focus && { overlay: undefined }) });
  };
  const isPartitionOverlay = search.overlay?.startsWith(PARTITION_OVERLAY) === true;
  const listColumns = (key: string): void => {
    columnsAsked.current = true;
    setSearch({ focus: key, cols: search.cols ?? COLUMNS_SHOWN, path: undefined });
  };
  const keyOf = (node: number): string => index.keys[rows[node] ?? 0] ?? "";
  const lineage: Lineage = {
    search,
    lit,
    path,
    startPath: () => search.focus !== undefined && setSearch({ path: [search.focus] }),
    leavePath: () => setSearch({ path: undefined, ...(path !== null && { focus: path.from }) }),
    columns,
    listColumns,
    toggleColumns: () => {
      const key = search.focus ?? columns.column?.asset;
      if (search.focus !== undefined && columns.isOpen) setSearch({ cols: undefined });
      else if (key !== undefined) listColumns(key);
    },
    showColumn: (column) => {
      const listed = search.focus === undefined ? undefined : COLUMNS_SHOWN;
      setSearch({
        cols: column === null ? listed : columnText(column),
        path: undefined,
        ...(isPartitionOverlay && { overlay: undefined }),
      });
    },
    columnsAsked,
    overlay,
    followPartition: (key) =>
      setSearch(key === null ? { overlay: undefined } : { overlay: `${PARTITION_OVERLAY}${key}`, cols: undefined }),
    change: (change) => setSearch(change, true),
    renderer,
    focus,
    focusRow,
    depth,
    picked,
    pickedRows,
    outlineShown: search.outline !== "hidden",
    select: (node) => {
      clickedRef.current = node === null ? null : keyOf(node);
      // A click beside the assets ends neither paths nor the choice of their end.
      if (node !== null || path === null) chooseKey(clickedRef.current ?? undefined);
    },
    focusNode: (node) => chooseKey(keyOf(node)),
    focusOnRow: (row) => chooseKey(index.keys[row]),
    open: (node) => void navigate({ to: "/assets/$", params: { _splat: keyOf(node) } }),
    setDepth: (next) => setSearch({ depth: next === "all" ? undefined : next }, true),
    pick: (nodes) => {
      if (nodes.length > MAX_PICKED)
        announceProblem(
          `${nodes.length} assets are in the frame`,
          `At most ${MAX_PICKED} can be picked; write a selection for more.`,
        );
      else setSearch({ pick: nodes.length === 0 ? undefined : nodes.map(keyOf) });
    },
    showOnly: (next) => setSearch({ sel: next, pick: undefined, x: undefined, y: undefined, z: undefined }),
    showGroup: (group) => renderer.current?.fitGroup(group),
    toggleOutline: () => setSearch({ outline: search.outline === "hidden" ? undefined : "hidden" }, true),
    placeCamera: (target) => {
      if (search.z !== undefined)
        target.moveTo(centreCamera({ x: search.x ?? 0, y: search.y ?? 0 }, search.z / 100, target.viewport), false);
      else target.fit(false);
      if (search.z === undefined && focusedNode >= 0) target.reveal(focusedNode);
    },
    keepCamera: (camera) => {
      const viewport = renderer.current?.viewport;
      // Somebody has left for another page, whose scripts are still on their way: that would call them back.
      if (viewport === undefined || router.latestLocation.pathname !== "/lineage") return;
      const centre = cameraCentre(camera, viewport);
      setSearch({ x: Math.round(centre.x), y: Math.round(centre.y), z: Math.round(camera.scale * 1_000) / 10 }, true);
    },
  };
  useLineageHotkeys({ scene, lineage, filterField, isPast });
  return lineage;
}

const NO_KEYS: readonly string[] = [];

function markNodes({ rows, nodeOfRow }: Scene, marked: readonly number[]): Uint8Array<ArrayBuffer> {
  const marks = new Uint8Array(rows.length);
  for (const row of marked) {
    const node = nodeOfRow[row] ?? -1;
    if (node >= 0) marks[node] = 1;
  }
  return marks;
}

interface CameraMoves {
  readonly renderer: RefObject<LineageRenderer | null>;
  readonly scene: Scene;
  readonly sel: string;
  readonly focusKey: string | undefined;
  readonly focusedNode: number;
  /** Key that was focused by a click: it is in view already. */
  readonly clickedRef: RefObject<string | null>;
}

/** Another filter shows its whole picture; another focus comes into view. */
function useCameraMoves({ renderer, scene, sel, focusKey, focusedNode, clickedRef }: CameraMoves): void {
  const fittedFor = useRef(sel);
  useEffect(() => {
    if (fittedFor.current === sel) return;
    fittedFor.current = sel;
    renderer.current?.fit(true);
  }, [renderer, scene, sel]);
  const reveal = useEffectEvent(() => {
    if (focusedNode >= 0 && clickedRef.current !== focusKey) renderer.current?.reveal(focusedNode);
    clickedRef.current = null;
  });
  const first = useRef(true);
  useEffect(() => {
    // The camera of the address comes first; it may show another part on purpose.
    if (!first.current) reveal();
    first.current = false;
  }, [focusKey]);
}

/** Another column's path comes into view, unless the address that was opened says what is in view. */
function useColumnInView(
  renderer: RefObject<LineageRenderer | null>,
  {
    cols,
    lit,
    isPlaced,
  }: { readonly cols: string | undefined; readonly lit: FocusView | null; readonly isPlaced: boolean },
): void {
  const seen = useRef(isPlaced ? cols : undefined);
  const show = useEffectEvent(() => renderer.current?.fitNodes([...(lit?.columns?.texts.keys() ?? [])]));
  const isRead = lit !== null;
  useEffect(() => {
    if (cols !== undefined && !isRead) return;
    if (cols !== seen.current && isRead) show();
    seen.current = cols;
  }, [cols, isRead]);
}

interface HotkeyContext extends Pick<LineageContext, "scene" | "filterField"> {
  readonly lineage: Lineage;
  readonly isPast: boolean;
}

function useLineageHotkeys({ scene, lineage, filterField, isPast }: HotkeyContext): void {
  const launch = useLaunch();
  const { focus, renderer, depth } = lineage;
  const before = useRef<Camera | null>(null);
  /** Near the focus, and back to where one was. */
  const peek = (): void => {
    const shown = renderer.current;
    if (shown === null || focus === null) return;
    const back = before.current;
    before.current = back === null ? shown.camera : null;
    if (back === null) shown.lookAt(focus.node);
    else shown.moveTo(back, true);
  };
  const pickSide = (side: "in" | "out") => (): void => {
    if (focus !== null) lineage.pick(reachable(scene.graph[side], focus.node, depth));
  };
  const walk = (direction: WalkDirection) => (): void => {
    if (focus === null) return;
    const next = walkFrom(focus.node, direction, scene);
    if (next >= 0) lineage.focusNode(next);
  };
  const deeper = (step: 1 | -1) => (): void => {
    const now = depth === "all" ? MAX_DEPTH + 1 : depth;
    const next = Math.max(1, now + step);
    lineage.setDepth(next > MAX_DEPTH ? "all" : next);
  };
  useHotkeys("Lineage", [
    { keys: "ArrowLeft", does: "Upstream of the focus", run: walk("left") },
    { keys: "ArrowRight", does: "Downstream of the focus", run: walk("right") },
    { keys: "ArrowUp", does: "Next asset above", run: walk("up") },
    { keys: "ArrowDown", does: "Next asset below", run: walk("down") },
    { keys: "Enter", does: "Open the asset in focus", run: () => focus !== null && lineage.open(focus.node) },
    { keys: "f", does: "Bring the focus into view", run: () => focus !== null && renderer.current?.reveal(focus.node) },
    { keys: "Space", does: "Peek at the focus, and back", run: peek },
    { keys: "u", does: "Pick the focus and all upstream of it", run: pickSide("in") },
    { keys: "d", does: "Pick the focus and all downstream of it", run: pickSide("out") },
    {
      keys: "a",
      does: "Actions of the focus",
      run: () => {
        const button = document.querySelector<HTMLElement>(".card-menu");
        // From afar there are no cards: it comes near first.
        if (button !== null) button.click();
        else if (focus !== null) renderer.current?.lookAt(focus.node);
      },
    },
    { keys: "p", does: "Paths from the focus to another asset", run: lineage.startPath },
    { keys: "c", does: "Columns of the focus", run: lineage.toggleColumns },
    {
      keys: "t",
      does: "Time slider",
      run: () =>
        lineage.change(lineage.search.time === undefined ? { time: "shown" } : { time: undefined, at: undefined }),
    },
    { keys: "[", does: "Focus less deep", run: deeper(-1) },
    { keys: "]", does: "Focus deeper", run: deeper(1) },
    { keys: "0", does: "Show everything", run: () => renderer.current?.fit(true) },
    { keys: "+", does: "Zoom in", run: () => renderer.current?.zoomBy(1.5, undefined, true) },
    { keys: "=", does: "Zoom in", run: () => renderer.current?.zoomBy(1.5, undefined, true) },
    { keys: "-", does: "Zoom out", run: () => renderer.current?.zoomBy(1 / 1.5, undefined, true) },
    { keys: "o", does: "Outline", run: lineage.toggleOutline },
    { keys: "/", does: "Find in the outline", run: () => filterField.current?.focus() },
    {
      keys: "m",
      does: "Materialize what is picked, or the focus",
      run: () => {
        const focused = focus === null ? [] : [scene.rows[focus.node] ?? -1];
        const wanted = lineage.pickedRows.length > 0 ? lineage.pickedRows : focused;
        const rows = wanted.filter((row) => scene.index.external[row] === 0);
        if (rows.length === 0 || isPast) return;
        launch({
          launch: selectionOfKeys(rows.map((row) => scene.index.keys[row] ?? "")),
          only: openStates(scene, rows),
        });
      },
    },
    {
      keys: "Escape",
      does: "Leave paths, then a column, then what is picked, then the focus",
      run: () => {
        if (lineage.path !== null) lineage.leavePath();
        else if (lineage.columns.column !== null) lineage.showColumn(null);
        else if (lineage.pickedRows.length > 0) lineage.pick([]);
        else if (lineage.columns.isOpen) lineage.change({ cols: undefined });
        else lineage.select(null);
      },
    },
  ]);
}
