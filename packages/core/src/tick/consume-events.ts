/**
 * How a sensor takes events, as data. `each`: one after the other. `latest`: what has gathered, at once, of which it sees
 * the newest. `batch`: up to `size` at once, as soon as they are there or the first of them is `withinMs` old. `debounce`:
 * what lies together without a pause of `quietMs`, when that pause is over.
 */
export type Consumption =
  | { readonly kind: "each" }
  | { readonly kind: "latest" }
  | { readonly kind: "batch"; readonly size: number; readonly withinMs: number }
  | { readonly kind: "debounce"; readonly quietMs: number };

/** What a sensor takes now: the first `count` events, of which its function sees those from `from` on; or how long it waits. */
export type TakenEvents =
  | { readonly kind: "take"; readonly count: number; readonly from: number }
  | { readonly kind: "wait"; readonly until: number };

/** Most events that one evaluation takes, whatever the policy. */
export const MAX_TAKEN_EVENTS = 1_000;

/**
 * Says which events a sensor takes. It goes by when they happened and not by when they are looked at: the same events make
 * the same batches however fast the daemon is, and whenever it was away.
 *
 * @param events when each happened, in their order; epoch milliseconds
 * @param now epoch milliseconds by the same clock
 */
export function takeEvents(policy: Consumption, events: readonly number[], now: number): TakenEvents {
  const [first] = events;
  if (first === undefined) return { kind: "wait", until: Infinity };
  switch (policy.kind) {
    case "each":
      return { kind: "take", count: 1, from: 0 };
    case "latest": {
      const count = Math.min(events.length, MAX_TAKEN_EVENTS);
      return { kind: "take", count, from: count - 1 };
    }
    case "batch":
      return takeBatch(policy, { events, first, now });
    case "debounce":
      return takeTogether(policy.quietMs, events, now);
  }
}

function takeBatch(
  { size, withinMs }: { readonly size: number; readonly withinMs: number },
  { events, first, now }: { readonly events: readonly number[]; readonly first: number; readonly now: number },
): TakenEvents {
  const most = Math.min(size, MAX_TAKEN_EVENTS);
  const late = events.findIndex((at) => at > first + withinMs);
  const count = Math.min(late === -1 ? events.length : late, most);
  const isWhole = count === most || late !== -1 || now > first + withinMs;
  return isWhole ? { kind: "take", count, from: 0 } : { kind: "wait", until: first + withinMs + 1 };
}

function takeTogether(quietMs: number, events: readonly number[], now: number): TakenEvents {
  let last = events[0] ?? now;
  for (const [index, at] of events.entries()) {
    // Events are in the order of their commits: one may be a little older than the one before.
    if (at - last > quietMs || index === MAX_TAKEN_EVENTS) return { kind: "take", count: index, from: 0 };
    last = Math.max(last, at);
  }
  if (now > last + quietMs) return { kind: "take", count: events.length, from: 0 };
  return { kind: "wait", until: last + quietMs + 1 };
}
