import { isHeddleError } from "@heddle/core";
import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { createPartitionedInput, type PartitionedSource } from "./partitioned-input.ts";

const never = new AbortController().signal;

/** An input of so many partitions whose loads end when, and in which order, a test says. */
function open<TValue>(values: readonly TValue[], over: Partial<PartitionedSource<TValue>> = {}) {
  const begun: number[] = [];
  const waiting = new Map<number, () => void>();
  let isHeld = false;
  let mostAtOnce = 0;
  let underWay = 0;
  const input = createPartitionedInput<TValue>({
    upstream: "raw",
    keys: values.map((_value, index) => `p${index}`),
    signal: never,
    async load(index) {
      begun.push(index);
      underWay += 1;
      mostAtOnce = Math.max(mostAtOnce, underWay);
      if (isHeld) await new Promise<void>((resolve) => void waiting.set(index, resolve));
      else await setImmediate();
      underWay -= 1;
      return values[index]!;
    },
    ...over,
  });
  return {
    input,
    begun,
    mostAtOnce: () => mostAtOnce,
    hold: () => (isHeld = true),
    release: (index: number) => waiting.get(index)?.(),
  };
}

async function collect<TItem>(items: AsyncIterable<TItem>): Promise<TItem[]> {
  const collected: TItem[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

describe("load", () => {
  test("gives every partition in order, whichever is there first, and never loads more at once than it may", async () => {
    for (const size of [0, 1, 2, 7, 30]) {
      for (const concurrency of [1, 2, 4, 8]) {
        const opened = open(Array.from({ length: size }, (_value, index) => index));
        const loaded = await collect(opened.input.load({ concurrency }));
        expect(loaded).toEqual(opened.input.keys.map((key, index) => [key, index]));
        expect(opened.mostAtOnce()).toBe(Math.min(size, concurrency));
      }
    }
  });

  test("waits for the first even when the others are there", async () => {
    const opened = open(["a", "b", "c"]);
    opened.hold();
    const entries = opened.input.load({ concurrency: 3 })[Symbol.asyncIterator]();
    const first = entries.next();
    await setImmediate();
    opened.release(2);
    opened.release(1);
    opened.release(0);
    expect((await first).value).toEqual(["p0", "a"]);
    expect((await entries.next()).value).toEqual(["p1", "b"]);
  });

  test("keeps at most `concurrency` beside the one that was given out", async () => {
    const opened = open(Array.from({ length: 100 }, (_value, index) => index));
    const entries = opened.input.load({ concurrency: 5 })[Symbol.asyncIterator]();
    for (let given = 1; given <= 20; given += 1) {
      await entries.next();
      for (let turn = 0; turn < 10; turn += 1) await setImmediate();
      expect(opened.begun).toHaveLength(given + 5);
    }
  });

  test("looks one ahead in a plain loop", async () => {
    const opened = open([1, 2, 3, 4]);
    const entries = opened.input[Symbol.asyncIterator]();
    await entries.next();
    await setImmediate();
    expect(opened.begun).toEqual([0, 1]);
  });

  test("begins no more when the loop is left, and forgets errors of what had begun", async () => {
    const opened = open(Array.from({ length: 100 }, (_value, index) => index));
    for await (const [, value] of opened.input.load({ concurrency: 3 })) if (value === 4) break;
    const { length } = opened.begun;
    expect(length).toBe(8);
    await setImmediate();
    expect(opened.begun).toHaveLength(length);

    const failing = open([1, 2], {
      load: async (index) => (index === 0 ? 1 : Promise.reject(new Error("nobody hears of it"))),
    });
    for await (const entry of failing.input) {
      expect(entry).toEqual(["p0", 1]);
      break;
    }
    await setImmediate();
  });

  test("throws an error of one partition when it is its turn, and loads nothing after it", async () => {
    const begun: number[] = [];
    const { input } = open(
      Array.from({ length: 20 }, (_value, index) => index),
      {
        async load(index) {
          begun.push(index);
          if (index === 3) throw new Error("partition 3 is broken");
          await setImmediate();
          return index;
        },
      },
    );
    const given: number[] = [];
    const loop = async () => {
      for await (const [, value] of input.load({ concurrency: 4 })) given.push(value);
    };
    await expect(loop()).rejects.toThrow("partition 3 is broken");
    expect(given).toEqual([0, 1, 2]);
    await setImmediate();
    expect(Math.max(...begun)).toBe(6);
  });

  test("ends with the reason when the step is aborted, also where loads know no signal", async () => {
    const controller = new AbortController();
    const opened = open([1, 2, 3], { signal: controller.signal });
    const loop = async () => {
      for await (const [, value] of opened.input) if (value === 1) controller.abort(new Error("canceled"));
    };
    await expect(loop()).rejects.toThrow("canceled");
    expect(opened.begun).toEqual([0, 1]);
  });

  test.each([0, -1, 1.5, 65, Number.NaN])("refuses a concurrency of %d", (concurrency) => {
    expect(() => open([1]).input.load({ concurrency })).toThrow(RangeError);
  });

  test("passes over a million tiny partitions with a bounded number of loads", async () => {
    let underWay = 0;
    let most = 0;
    const keys = Array.from({ length: 1_000_000 }, (_value, index) => String(index));
    const input = createPartitionedInput<number>({
      upstream: "raw",
      keys,
      signal: never,
      async load(index) {
        most = Math.max(most, (underWay += 1));
        await Promise.resolve();
        underWay -= 1;
        return index;
      },
    });
    let sum = 0;
    for await (const [, value] of input.load()) sum += value;
    expect(sum).toBe((999_999 * 1_000_000) / 2);
    expect(most).toBeLessThanOrEqual(4);
  });
});

describe("get", () => {
  test("loads the one, and says what there is of one that is not there", async () => {
    const opened = open(["a", "b"], { missing: ["p9"] });
    expect(await opened.input.get("p1")).toBe("b");
    expect(opened.begun).toEqual([1]);
    await expect(opened.input.get("p9")).rejects.toThrow(/"p9" of raw is not there/);
    await expect(opened.input.get("x")).rejects.toThrow(/"x" of raw is not among those that this step reads/);
  });
});

describe("concat", () => {
  test("joins lists into one list, in order, without those that have no value", async () => {
    const { input } = open<number[] | undefined>([undefined, [1, 2], [], undefined, [3]]);
    expect(await input.concat()).toEqual([1, 2, 3]);
  });

  test("joins tables with their own `concat`, however many there are", async () => {
    interface Table {
      readonly numRows: number;
      readonly rows: readonly number[];
      concat(...others: Table[]): Table;
    }
    const table = (rows: readonly number[]): Table => ({
      numRows: rows.length,
      rows,
      concat: (...others) => table([rows, ...others.map((other) => other.rows)].flat()),
    });
    const { input } = open(Array.from({ length: 2_500 }, (_value, index) => table([index])));
    const joined = await input.concat();
    expect(joined.rows).toEqual(Array.from({ length: 2_500 }, (_value, index) => index));
  });

  test("joins streams into one that reads a partition when the one before has ended", async () => {
    const events: string[] = [];
    const stream = (name: string): AsyncIterable<string> => ({
      async *[Symbol.asyncIterator]() {
        events.push(`open ${name}`);
        yield `${name}1`;
        yield `${name}2`;
        events.push(`close ${name}`);
      },
    });
    const { input } = open([stream("a"), stream("b")]);
    const joined = await input.concat();
    expect(events).toEqual([]);
    expect(await collect(joined)).toEqual(["a1", "a2", "b1", "b2"]);
    expect(events).toEqual(["open a", "close a", "open b", "close b"]);
  });

  test("of no partitions is what the I/O manager says, and else an error that says what to do", async () => {
    expect(await open<number[]>([], { empty: () => [] }).input.concat()).toEqual([]);
    const error: unknown = await open<number[]>([])
      .input.concat()
      .catch((thrown: unknown) => thrown);
    expect(isHeddleError(error, "STEP_INPUT_NOT_JOINABLE") && error.hint).toContain("`size`");
  });

  test.each<[string, readonly unknown[]]>([
    ["neither lists", [7]],
    ["some of its values are lists and some are not", [[1], "x"]],
  ])("refuses what cannot be joined: %s", async (message, values) => {
    const { input } = open(values as readonly number[][]);
    await expect(input.concat()).rejects.toThrow(message);
  });
});
