import { Fail, RetryAfter, type Logger } from "@heddle/core";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { SubSteps, type RecordedSubStep } from "./sub-steps.ts";

function setUp(known: readonly RecordedSubStep[] = []) {
  const written: RecordedSubStep[] = [];
  const lines: string[] = [];
  const write = (message: string): void => void lines.push(message);
  const log: Logger = { debug: write, info: write, warn: write, error: write };
  const controller = new AbortController();
  const read = vi.fn<() => Promise<readonly RecordedSubStep[]>>(async () => known);
  const { step, map } = new SubSteps({
    record: { read, write: async (done) => void written.push(done) },
    signal: controller.signal,
    log,
    random: () => 0.5,
  }).functions;
  return { step, map, written, lines, read, controller };
}

const done = (name: string, result: unknown): RecordedSubStep => ({
  name,
  result: result === undefined ? null : JSON.stringify(result),
  startedAt: 0,
  durationMs: 1,
  tries: 1,
});

describe("a sub-step", () => {
  it("gives what its function returns, and is recorded first", async () => {
    const { step, written } = setUp();
    expect(await step("count", () => 7)).toBe(7);
    expect(await step("rows", async () => [{ id: 1, name: undefined }])).toEqual([{ id: 1 }]);
    expect(await step("send", async () => {})).toBeUndefined();
    expect(written.map(({ name, result, tries }) => [name, result, tries])).toEqual([
      ["count", "7", 1],
      ["rows", '[{"id":1}]', 1],
      ["send", null, 1],
    ]);
  });

  it("that was done before is not done again", async () => {
    const { step, written, read } = setUp([done("count", { rows: 3 }), done("send", undefined)]);
    expect(await step("count", () => expect.unreachable())).toEqual({ rows: 3 });
    expect(await step("send", () => expect.unreachable())).toBeUndefined();
    expect(await step("new", () => 1)).toBe(1);
    expect(written.map(({ name }) => name)).toEqual(["new"]);
    expect(read).toHaveBeenCalledTimes(1);
  });

  it("is tried again by its own policy, and then fails with its name and its cause", async () => {
    const { step, written, lines } = setUp();
    let calls = 0;
    const flaky = async ({ attempt }: { attempt: number }) => {
      calls += 1;
      if (attempt < 3) throw new Error(`no luck ${attempt}`);
      return attempt;
    };
    expect(await step("flaky", flaky, { retry: { attempts: 3 } })).toBe(3);
    expect(written).toMatchObject([{ name: "flaky", tries: 3 }]);
    expect(lines).toEqual([
      "failed and is tried again in 0 ms: no luck 1",
      "failed and is tried again in 0 ms: no luck 2",
    ]);
    await expect(step("broken", flaky, { retry: { attempts: 2 } })).rejects.toMatchObject({
      code: "SUB_STEP_FAILED",
      message: 'the sub-step "broken" failed, 2 times: no luck 2',
      cause: { message: "no luck 2" },
    });
    expect([calls, written.length]).toEqual([5, 1]);
  });

  it("ends the whole step when its function says that nothing will help", async () => {
    const { step } = setUp();
    const gone = new Fail("the page is gone");
    await expect(step("page", () => Promise.reject(gone), { retry: { attempts: 9 } })).rejects.toBe(gone);
  });

  it("gives its place to others when it has to wait for long", async () => {
    const { step } = setUp();
    const limited = () => Promise.reject(new RetryAfter(3_600_000, "rate limited"));
    await expect(step("page", limited)).rejects.toMatchObject({
      code: "STEP_RETRY_AFTER",
      details: { delayMs: 3_600_000 },
    });
  });

  it("that takes too long is told so, and is not waited for", async () => {
    const { step } = setUp();
    let told: unknown;
    const endless = ({ signal }: { signal: AbortSignal }) => {
      signal.addEventListener("abort", () => (told = signal.reason));
      return new Promise<number>(() => {});
    };
    await expect(step("slow", endless, { timeoutMs: 5 })).rejects.toMatchObject({ cause: { code: "STEP_TIMEOUT" } });
    expect(told).toMatchObject({ message: 'the sub-step "slow" took longer than its limit of 5 ms' });
  });

  it("stops trying when the step is canceled", async () => {
    const { step, controller } = setUp();
    const failing = step("x", () => Promise.reject(new Error("no")), { retry: { attempts: 50, delayMs: 50_000 } });
    setTimeout(() => controller.abort(new Error("canceled")), 5);
    await expect(failing).rejects.toMatchObject({ name: "AbortError" });
    await expect(step("y", () => 1)).rejects.toThrow("canceled");
  });

  it.each([
    ["", "cannot be the name of a sub-step"],
    ["a\nb", "cannot be the name of a sub-step"],
    ["x".repeat(600), "cannot be the name of a sub-step"],
  ])("needs a name that can be recorded: %j", async (name, message) => {
    await expect(setUp().step(name, () => 1)).rejects.toMatchObject({
      code: "SUB_STEP_INVALID",
      message: expect.stringContaining(message),
    });
  });

  it("needs a name of its own", async () => {
    const { step } = setUp();
    await step("page", () => 1);
    await expect(step("page", () => 2)).rejects.toThrow('two sub-steps of this step are named "page"');
  });

  it("needs a result that is JSON and small", async () => {
    const { step, written } = setUp();
    const big = "x".repeat(70_000);
    await expect(step("date", () => ({ at: new Date(0) }) as never)).rejects.toThrow("its result.at is a Date");
    await expect(step("big", () => big)).rejects.toThrow('the result of the sub-step "big" is 70002 characters');
    expect(written).toEqual([]);
  });

  it("refuses a policy that cannot be meant", async () => {
    await expect(setUp().step("x", () => 1, { retry: { attempts: 0 } })).rejects.toThrow("retry.attempts is 0");
  });
});

describe("map", () => {
  it("does the same to every item, so many at a time, and keeps their order", async () => {
    const { map, written } = setUp([done("c", "before")]);
    let [running, most] = [0, 0];
    const results = await map(
      ["a", "b", "c", "d", "e"],
      async (item) => {
        most = Math.max(most, (running += 1));
        await pause(item === "a" ? 10 : 1);
        running -= 1;
        return item.toUpperCase();
      },
      { concurrency: 2 },
    );
    expect(results).toEqual(["A", "B", "before", "D", "E"]);
    expect(most).toBe(2);
    expect(written.map(({ name }) => name).toSorted()).toEqual(["a", "b", "d", "e"]);
  });

  it("begins no more when one has failed, and lets those that run be recorded", async () => {
    const { map, written } = setUp();
    const began: number[] = [];
    const failing = map(
      [0, 1, 2, 3, 4, 5],
      async (item) => {
        began.push(item);
        if (item === 1) throw new Error("no");
        await pause(5);
        return item;
      },
      { concurrency: 3, name: (item) => `page ${item}` },
    );
    await expect(failing).rejects.toMatchObject({ code: "SUB_STEP_FAILED", details: { subStep: "page 1" } });
    expect(began).toEqual([0, 1, 2]);
    expect(written.map(({ name }) => name)).toEqual(["page 0", "page 2"]);
  });

  it("takes nothing, and names objects by their place", async () => {
    const { map, written } = setUp();
    expect(await map([], () => 1)).toEqual([]);
    await map([{ id: 7 }, { id: 8 }], ({ id }) => id);
    expect(written.map(({ name }) => name)).toEqual(["0", "1"]);
    await expect(map([{ id: 9 }], ({ id }) => id)).rejects.toThrow('two sub-steps of this step are named "0"');
    await expect(map([1], () => 1, { concurrency: 0 })).rejects.toThrow("the concurrency is 0");
  });
});
