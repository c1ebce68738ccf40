/** What the measured page is asked; `window.heddleBench` once the script below has run in it. */
export interface Probes {
  /**
   * Longest time that the main thread was not free between two instants, in milliseconds of `performance.now()`; what had
   * begun before the first of them is not counted.
   */
  longestGap(from: number, to: number): number;
  /** Calls back in each frame for a while; answers the time between frames in milliseconds, sorted. */
  frames(durationMs: number, act: (frame: number) => void): Promise<number[]>;
  /** Start and duration of the newest timing of a name, once there is one that began after `after`. */
  timing(name: string, after?: number): Promise<{ start: number; duration: number; workMs: number | null }>;
  /** Waits until `test` holds, looking in every frame; answers the instant. */
  until(test: () => boolean): Promise<number>;
  /** Hands a message to whoever listens to the event stream. */
  emit(message: unknown): void;
}

/** Runs before the page's own scripts: watches the main thread from the start, and the event stream. */
export const PROBE_SCRIPT = `(() => {
  const ticks = [];
  let last = performance.now();
  const channel = new MessageChannel();
  const beat = () => {
    const now = performance.now();
    if (now - last > 12) ticks.push([last, now]);
    last = now;
    setTimeout(beat, 4);
  };
  beat();
  const streams = [];
  const Native = window.EventSource;
  window.EventSource = class extends Native {
    constructor(...args) { super(...args); streams.push(this); }
  };
  const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  let sent = 0;
  window.heddleBench = {
    longestGap: (from, to) => Math.max(0, ...ticks.filter(([a]) => a >= from && a <= to).map(([a, b]) => b - a)),
    async frames(durationMs, act) {
      const deltas = [];
      let before = await nextFrame();
      const start = before;
      for (let frame = 0; before - start < durationMs; frame++) {
        act(frame);
        const now = await nextFrame();
        deltas.push(now - before);
        before = now;
      }
      return deltas.sort((a, b) => a - b);
    },
    async timing(name, after = 0) {
      for (let i = 0; i < 2400; i++) {
        const entry = performance.getEntriesByName("heddle:" + name).at(-1);
        if (entry !== undefined && entry.startTime >= after)
          return { start: entry.startTime, duration: entry.duration, workMs: entry.detail?.workMs ?? null };
        await nextFrame();
      }
      throw new Error("no timing " + name + " after " + after);
    },
    async until(test) {
      for (let i = 0; i < 2400; i++) {
        if (test()) return performance.now();
        await nextFrame();
      }
      throw new Error("never: " + test);
    },
    emit(message) {
      const stream = streams.at(-1);
      stream.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(message), lastEventId: "bench-" + ++sent }));
    },
  };
})()`;

/** The value below which a part of sorted values lies. */
export function percentile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
