import { lookOfCode } from "../../../status/status-look.ts";
import { paintOf } from "../overlay/overlay.ts";
import { type Frame, isLit, screenRect } from "../paint/frame.ts";
import { type Pen, traceEdge, traceTrunk } from "../paint/paint-edges.ts";
import { groupBounds, nodeBounds } from "../scene.ts";

/** Trunks that are drawn at most; the largest win. */
const TRUNKS = 500;

/** What is in view as vectors: boxes, edges, and assets with their names. */
export function pictureSvg(frame: Frame): string {
  const { viewport, palette, camera, scene } = frame;
  const move = `scale(${camera.scale}) translate(${-camera.x} ${-camera.y})`;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${viewport.width}" height="${viewport.height}" viewBox="0 0 ${viewport.width} ${viewport.height}" font-family="Inter, system-ui, sans-serif">`,
    `<rect width="100%" height="100%" fill="${palette.canvas}"/>`,
    path(
      frame,
      (pen) => {
        for (const trunk of scene.trunkOrder.subarray(0, TRUNKS)) traceTrunk(pen, scene, trunk);
      },
      { colour: palette.trunk, width: 2, move },
    ),
    ...frame.groups.map((group) => groupBox(frame, group)),
    path(
      frame,
      (pen) => {
        for (const node of frame.nodes) traceInner(pen, frame, node);
      },
      { colour: palette.edge, width: 1, move },
    ),
    ...frame.nodes.map((node) => assetBox(frame, node)),
    frame.focus === null
      ? ""
      : path(
          frame,
          (pen) => {
            for (const edge of frame.focus?.edges ?? []) traceEdge(pen, scene, edge);
          },
          { colour: palette.accent, width: 1.6, move },
        ),
    frame.focus?.columns === undefined
      ? ""
      : path(
          frame,
          (pen) => {
            for (const edge of frame.focus?.columns?.computed ?? []) traceEdge(pen, scene, edge);
          },
          { colour: palette.accent, width: 1.6, move, isBroken: true },
        ),
    "</svg>",
  ];
  return parts.join("\n");
}

function traceInner(pen: Pen, { scene }: Frame, node: number): void {
  const { graph, layout } = scene;
  for (let i = graph.out.start[node] ?? 0; i < (graph.out.start[node + 1] ?? 0); i++) {
    if (layout.nodeGroup[graph.out.target[i] ?? 0] === layout.nodeGroup[node])
      traceEdge(pen, scene, graph.out.edge[i] ?? 0);
  }
}

interface Stroke {
  readonly colour: string;
  /** In pixels of the screen. */
  readonly width: number;
  readonly move: string;
  readonly isBroken?: boolean;
}

function path({ camera }: Frame, trace: (pen: Pen) => void, { colour, width, move, isBroken = false }: Stroke): string {
  const steps: string[] = [];
  const short = (value: number): string => String(Math.round(value * 10) / 10);
  trace({
    moveTo: (x, y) => steps.push(`M${short(x)} ${short(y)}`),
    lineTo: (x, y) => steps.push(`L${short(x)} ${short(y)}`),
    bezierCurveTo: (...points) => steps.push(`C${points.map(short).join(" ")}`),
  });
  if (steps.length === 0) return "";
  return `<path transform="${move}" d="${steps.join("")}" fill="none" stroke="${colour}" stroke-width="${width / camera.scale}"${isBroken ? ` stroke-dasharray="${5 / camera.scale} ${4 / camera.scale}"` : ""}/>`;
}

function groupBox(frame: Frame, group: number): string {
  const { palette, scene, camera } = frame;
  const { x, y, width, height } = screenRect(frame, groupBounds(scene.layout, group));
  const size = Math.max(10, Math.min(16, 17 * camera.scale));
  const name = frame.names.fit(scene.layout.groupNames[group] ?? "", size, width - 12);
  return (
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6" fill="${palette.group}" stroke="${palette.line}"/>` +
    `<text x="${x + 8}" y="${y + size + 4}" font-size="${size}" font-weight="600" fill="${palette.ink}">${escaped(name)}</text>`
  );
}

function assetBox(frame: Frame, node: number): string {
  const { palette, scene, overlay } = frame;
  const rect = screenRect(frame, nodeBounds(scene.layout, node));
  const row = scene.rows[node] ?? 0;
  const lit = isLit(frame, node);
  const look = lookOfCode(scene.statuses.codes[row] ?? -1);
  const colour =
    overlay === null
      ? palette.fill[look.tone]
      : paintOf(overlay.classes[overlay.classOf[node] ?? 0]?.colour ?? { kind: "none" }, palette);
  const bar = Math.max(2, rect.height * 0.12);
  const box = `<rect x="${rect.x}" y="${rect.y}" width="${rect.width}" height="${rect.height}" rx="3" fill="${lit ? palette.card : palette.group}" stroke="${palette.lineStrong}"/><rect x="${rect.x}" y="${rect.y}" width="${bar}" height="${rect.height}" fill="${lit ? colour : palette.line}"/>`;
  if (rect.height < 14) return box;
  const size = Math.min(13, Math.max(8, rect.height * 0.4));
  const left = rect.x + bar + rect.height * 0.22;
  const columns = frame.focus?.columns?.texts.get(node);
  const label = `${scene.index.names[row] ?? ""}${columns === undefined ? "" : ` · ${columns}`}`;
  const name = frame.names.fit(label, size, rect.x + rect.width - left - 3);
  const title = escaped(`${scene.index.keys[row] ?? ""}: ${look.word}${columns === undefined ? "" : `, ${columns}`}`);
  return `<g><title>${title}</title>${box}<text x="${left}" y="${rect.y + rect.height / 2 + size * 0.36}" font-size="${size}" fill="${lit ? palette.ink : palette.faint}">${escaped(name)}</text></g>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
