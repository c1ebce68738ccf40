import { randomUUID } from "node:crypto";
import type { EventMessage } from "@heddle/api";
import { afterEach, describe, expect, test, vi } from "vitest";
import { EventFeed, type FeedState, type StreamListener } from "./event-feed.ts";

/** A tab with the streams that it has opened. */
interface Tab {
  readonly feed: EventFeed;
  readonly heard: string[];
  readonly states: FeedState[];
  readonly streams: { readonly from: string; readonly on: StreamListener; closed: boolean }[];
}

const tabs: Tab[] = [];

function openTab(name: string, { hasLocks = true } = {}): Tab {
  const tab: Omit<Tab, "feed"> = { heard: [], states: [], streams: [] };
  const feed = new EventFeed({
    name,
    locks: hasLocks ? navigator.locks : undefined,
    openStream: (from, on) => {
      const stream = { from, on, closed: false };
      tab.streams.push(stream);
      return { unsubscribe: () => void (stream.closed = true) };
    },
    listener: {
      onMessage: (message) => tab.heard.push(message.kind === "resync" ? message.reason : "changes"),
      onState: (state) => tab.states.push(state),
    },
  });
  const made = { ...tab, feed };
  tabs.push(made);
  return made;
}

const message = (reason: "slow_client" | "long_absence" | "unknown_cursor"): EventMessage => ({
  kind: "resync",
  reason,
});

afterEach(() => {
  vi.useRealTimers();
  for (const { feed } of tabs.splice(0)) feed.stop();
});

describe("the events of all tabs", () => {
  test("come by one stream, and the next tab takes over where it was left", async () => {
    const name = randomUUID();
    const first = openTab(name);
    first.feed.start("10");
    await vi.waitFor(() => expect(first.streams).toHaveLength(1));
    const second = openTab(name);
    second.feed.start("11");
    first.streams[0]?.on.onLive();
    first.streams[0]?.on.onMessage("12", message("slow_client"));
    await vi.waitFor(() => expect(second.heard).toEqual(["slow_client"]));
    expect(second.states.at(-1)).toEqual({ kind: "live" });
    expect(second.streams).toHaveLength(0);
    first.feed.stop();
    await vi.waitFor(() => expect(second.streams).toHaveLength(1));
    expect(first.streams[0]?.closed).toBe(true);
    expect(second.streams[0]?.from).toBe("12");
    second.streams[0]?.on.onMessage("13", message("long_absence"));
    expect(second.heard).toEqual(["slow_client", "long_absence"]);
  });

  test("are kept until a tab has read what they continue", async () => {
    const name = randomUUID();
    const first = openTab(name);
    first.feed.start("1");
    await vi.waitFor(() => expect(first.streams).toHaveLength(1));
    const second = openTab(name);
    first.streams[0]?.on.onMessage("2", message("unknown_cursor"));
    // What a third tab has heard, the second has heard as well: one channel delivers in order.
    const third = openTab(name);
    third.feed.start("1");
    first.streams[0]?.on.onMessage("3", message("slow_client"));
    await vi.waitFor(() => expect(third.heard).toEqual(["slow_client"]));
    expect(second.heard).toEqual([]);
    second.feed.start("1");
    expect(second.heard).toEqual(["unknown_cursor", "slow_client"]);
  });

  test("are asked for again after a loss, later each time, and at once when somebody wants", () => {
    vi.useFakeTimers();
    const tab = openTab(randomUUID(), { hasLocks: false });
    tab.feed.start("5");
    const stream = () => tab.streams.at(-1);
    stream()?.on.onLive();
    stream()?.on.onLost();
    stream()?.on.onLost();
    expect(tab.states).toEqual([{ kind: "live" }, { kind: "lost", retryAt: Date.now() + 1_000 }]);
    vi.advanceTimersByTime(999);
    expect(tab.streams).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(tab.streams).toHaveLength(2);
    expect(stream()?.from).toBe("5");
    stream()?.on.onLost();
    expect(tab.states.at(-1)).toEqual({ kind: "lost", retryAt: Date.now() + 2_000 });
    tab.feed.retryNow();
    expect(tab.streams).toHaveLength(3);
    stream()?.on.onLive();
    stream()?.on.onLost();
    expect(tab.states.at(-1)).toEqual({ kind: "lost", retryAt: Date.now() + 1_000 });
  });

  test("are as good as lost when nobody answers", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
    const name = randomUUID();
    // A tab that holds the lock and never says anything.
    let release: () => void = () => {};
    const held = navigator.locks.request(name, () => new Promise<void>((resolve) => (release = resolve)));
    const tab = openTab(name);
    tab.feed.start("1");
    vi.advanceTimersByTime(5_000);
    expect(tab.states.map(({ kind }) => kind)).toEqual(["lost"]);
    release();
    await held;
  });
});
