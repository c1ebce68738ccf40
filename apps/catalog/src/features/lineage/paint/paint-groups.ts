import { PARTITION_STATUSES } from "@heddle/core/internal";
import { GROUP_PART_SEPARATOR } from "@heddle/graph-layout";
import { STATUS_COUNT } from "../../../data/status-table.ts";
import { formatShortCount } from "../../../format/amounts.ts";
import { codeOf, PARTITION_LOOK } from "../../../status/status-look.ts";
import { CANVAS_FONT, CATEGORIES } from "../../../theme/canvas-palette.ts";
import { type OverlayClass, paintOf } from "../overlay/overlay.ts";
import { groupBounds } from "../scene.ts";
import { type Frame, type ScreenRect, screenRect, useScreen } from "./frame.ts";

const LABEL_PX = 12;
const HEADER_PX = 40;

/** The boxes of the groups in view. */
export function paintGroupBoxes(frame: Frame): void {
  const { context, palette, camera } = frame;
  useScreen(frame);
  context.lineWidth = 1;
  context.fillStyle = palette.group;
  context.strokeStyle = frame.level === "groups" ? palette.lineStrong : palette.line;
  context.beginPath();
  for (const group of frame.groups) {
    const { x, y, width, height } = screenRect(frame, groupBounds(frame.scene.layout, group));
    context.roundRect(
      x + 0.5,
      y + 0.5,
      Math.max(1, width - 1),
      Math.max(1, height - 1),
      Math.min(8, 14 * camera.scale + 1),
    );
  }
  context.fill();
  context.stroke();
  if (frame.level === "groups") for (const group of frame.groups) paintStatusBar(frame, group);
  else paintHues(frame);
}

const HUE_PX = 3;

/** A bar of the group's own hue at the left of its box: the same name has the same hue everywhere. */
function paintHues(frame: Frame): void {
  const { context, palette, scene } = frame;
  for (const group of frame.groups) {
    const rect = screenRect(frame, groupBounds(scene.layout, group));
    if (rect.height < 24) continue;
    context.fillStyle = palette.categories[hueOf(scene.layout.groupNames[group] ?? "")] ?? palette.line;
    context.globalAlpha = frame.focus !== null && !hasLit(frame, group) ? 0.25 : 0.85;
    context.beginPath();
    context.roundRect(rect.x + 1, rect.y + 6, HUE_PX, rect.height - 12, HUE_PX / 2);
    context.fill();
  }
  context.globalAlpha = 1;
}

/** Number of a group's hue, by its name up to where it was split. */
function hueOf(name: string): number {
  const own = name.split(GROUP_PART_SEPARATOR, 1)[0] ?? "";
  let hash = 0;
  for (let i = 0; i < own.length; i++) hash = (Math.imul(hash, 31) + own.charCodeAt(i)) | 0;
  return ((hash % CATEGORIES) + CATEGORIES) % CATEGORIES;
}

/** From left to right in a bar: what holds, then trouble, then what is missing. */
const BAR_ORDER = (["fresh", "skipped", "stale", "failed", "running", "queued", "missing"] as const).map(codeOf);

/** One part of a bar. */
interface BarPart {
  readonly count: number;
  readonly colour: string;
  /** Gets two pixels also when there are few of it. */
  readonly loud: boolean;
  readonly alpha: number;
}

/** All of a group's assets by status, or by the overlay, as one bar: what its cells would show if there were room. */
function paintStatusBar(frame: Frame, group: number): void {
  const { context, palette, scene } = frame;
  const bar = barRect(screenRect(frame, groupBounds(scene.layout, group)));
  const total = (scene.layout.groupStart[group + 1] ?? 0) - (scene.layout.groupStart[group] ?? 0);
  const grey = frame.focus !== null && !hasLit(frame, group);
  let x = bar.x;
  for (const { count, colour, loud, alpha } of barParts(frame, group)) {
    if (count === 0) continue;
    const width = Math.max(loud ? 2 : 0.5, (count / total) * bar.width);
    context.globalAlpha = alpha;
    context.fillStyle = grey ? palette.lineStrong : colour;
    context.fillRect(x, bar.y, Math.min(width, Math.max(0, bar.x + bar.width - x)), bar.height);
    x += width;
  }
  context.globalAlpha = 1;
}

function barParts({ groupCounts, overlay, palette }: Frame, group: number): readonly BarPart[] {
  if (overlay !== null) {
    return overlay.classes.map(({ colour }: OverlayClass, i) => ({
      count: groupCounts[group * overlay.classes.length + i] ?? 0,
      colour: paintOf(colour, palette),
      loud: colour.kind !== "none",
      alpha: 1,
    }));
  }
  return BAR_ORDER.map((code) => {
    const { tone } = PARTITION_LOOK[PARTITION_STATUSES[code] ?? "missing"];
    return {
      count: groupCounts[group * (STATUS_COUNT + 1) + code] ?? 0,
      colour: palette.fill[tone],
      loud: tone === "failed" || tone === "running" || tone === "stale",
      alpha: tone === "fresh" ? 0.6 : 1,
    };
  });
}

/** A bar at the foot of a box that has room for a name above it, else the whole box. */
function barRect({ x, y, width, height }: ScreenRect): ScreenRect {
  const inset = Math.min(3, width / 8, height / 8);
  const roomForName = height >= 34 && width >= 48;
  const top = roomForName ? y + 22 : y + inset;
  return { x: x + inset, y: top, width: width - 2 * inset, height: y + height - inset - top };
}

/** Names of the groups, at a size that can be read at every zoom. */
export function paintGroupNames(frame: Frame): void {
  const { context, scene, camera } = frame;
  useScreen(frame);
  context.textAlign = "left";
  context.textBaseline = "middle";
  const header = HEADER_PX * camera.scale;
  for (const group of frame.groups) {
    const rect = screenRect(frame, groupBounds(scene.layout, group));
    const size = Math.max(LABEL_PX, Math.min(16, header * 0.42));
    if (frame.level === "groups") {
      if (rect.height >= 34 && rect.width >= 48)
        paintName(frame, group, { x: rect.x + 5, y: rect.y + 12, room: rect.width - 10, size: 11 });
    } else if (header >= 18) {
      const left = Math.max(rect.x + 14 * Math.min(1, camera.scale * 1.4), 10);
      paintName(frame, group, { x: left, y: rect.y + header / 2, room: rect.x + rect.width - left - 10, size });
    } else if (rect.width >= 56) {
      paintPill(frame, group, rect);
    }
  }
}

interface NamePlace {
  readonly x: number;
  readonly y: number;
  readonly room: number;
  readonly size: number;
}

function paintName(frame: Frame, group: number, { x, y, room, size }: NamePlace): void {
  const { context, palette, scene, names } = frame;
  const name = scene.layout.groupNames[group] ?? "";
  const text = names.fit(name, size, room);
  if (text === "") return;
  context.font = `600 ${size}px ${CANVAS_FONT}`;
  context.fillStyle = frame.focus !== null && !hasLit(frame, group) ? palette.faint : palette.ink;
  context.fillText(text, x, y);
  const count = formatShortCount((scene.layout.groupStart[group + 1] ?? 0) - (scene.layout.groupStart[group] ?? 0));
  const used = names.widthOf(text, size) + size * 0.6;
  if (text !== name || used + size * count.length * 0.62 > room) return;
  context.font = `400 ${size}px ${CANVAS_FONT}`;
  context.fillStyle = palette.faint;
  context.fillText(count, x + used, y);
}

/** A name on a ground of its own where the header has no room for letters: on the top edge of the box, where no asset is. */
function paintPill(frame: Frame, group: number, rect: ScreenRect): void {
  const { context, palette, scene, names } = frame;
  const size = 11;
  const text = names.fit(scene.layout.groupNames[group] ?? "", size, rect.width - 10);
  if (text === "") return;
  const width = names.widthOf(text, size) + 10;
  const top = rect.y - 13;
  context.fillStyle = palette.canvas;
  context.globalAlpha = 0.88;
  context.beginPath();
  context.roundRect(rect.x, top, width, 16, 4);
  context.fill();
  context.globalAlpha = 1;
  context.font = `600 ${size}px ${CANVAS_FONT}`;
  context.fillStyle = frame.focus !== null && !hasLit(frame, group) ? palette.faint : palette.ink;
  context.fillText(text, rect.x + 5, top + 8.5);
}

function hasLit({ scene: { layout }, focus }: Frame, group: number): boolean {
  for (let k = layout.groupStart[group] ?? 0; k < (layout.groupStart[group + 1] ?? 0); k++) {
    if (focus?.lit[layout.groupMember[k] ?? 0] === 1) return true;
  }
  return false;
}
