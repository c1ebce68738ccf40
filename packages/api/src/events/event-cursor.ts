import type { EventCursor } from "@heddle/storage";

/** Says whether text has the form of a place in the event stream. */
export function isEventCursor(text: string): text is EventCursor {
  return /^\d{1,20}\.\d{1,16}$/.test(text);
}

/** Negative when the place `a` is before `b`, 0 when they are the same. Both must be places. */
export function compareCursors(a: EventCursor, b: EventCursor): number {
  const [xidA = "0", idA = "0"] = a.split(".");
  const [xidB = "0", idB = "0"] = b.split(".");
  const byTransaction = BigInt(xidA) - BigInt(xidB);
  return byTransaction === 0n ? Number(idA) - Number(idB) : Number(byTransaction);
}
