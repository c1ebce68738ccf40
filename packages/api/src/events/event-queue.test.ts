import { describe, expect, it } from "vitest";
import { EventQueue } from "./event-queue.ts";

describe("EventQueue", () => {
  it("yields what was pushed before and after the consumer came, until it is closed", async () => {
    const queue = new EventQueue<string>(8, "lost");
    queue.push({ id: "1", message: "a" });
    const stream = queue.drain();
    expect(await stream.next()).toEqual({ done: false, value: { id: "1", message: "a" } });
    const next = stream.next();
    queue.push({ id: "2", message: "b" });
    expect(await next).toEqual({ done: false, value: { id: "2", message: "b" } });
    const end = stream.next();
    queue.close();
    expect(await end).toEqual({ done: true, value: undefined });
  });

  it("drops a consumer that does not keep up, after telling it from where to go on", async () => {
    const queue = new EventQueue<string>(2, "lost");
    for (const id of ["1", "2", "3", "4"]) queue.push({ id, message: "a" });
    const taken: unknown[] = [];
    for await (const delivery of queue.drain()) taken.push(delivery);
    expect(taken).toEqual([{ id: "3", message: "lost" }]);
    expect(queue.isClosed).toBe(true);
  });
});
