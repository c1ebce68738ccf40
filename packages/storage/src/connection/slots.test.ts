import { expect, test } from "vitest";
import { deadlineIn } from "./deadline.ts";
import { createSlots } from "./slots.ts";

const late = (): Error => new Error("late");

test("slots are granted in the order of asking", async () => {
  const slots = createSlots(1);
  const order: number[] = [];
  await slots.take(deadlineIn(1_000), late);
  const turns = [1, 2, 3].map(async (n) => {
    await slots.take(deadlineIn(1_000), late);
    order.push(n);
    slots.giveBack();
  });
  slots.giveBack();
  await Promise.all(turns);
  expect(order).toEqual([1, 2, 3]);
});

test("who gives up leaves the queue, and the slot goes to the next", async () => {
  const slots = createSlots(1);
  await slots.take(deadlineIn(1_000), late);
  const impatient = slots.take(deadlineIn(1), late);
  const patient = slots.take(deadlineIn(10_000), late);
  await expect(impatient).rejects.toThrow("late");
  slots.giveBack();
  await patient;
  // Nothing was lost: it is given back and can be taken again.
  slots.giveBack();
  expect(await slots.take(deadlineIn(1_000), late)).toBeUndefined();
});

test("everybody who waits can be sent away", async () => {
  const slots = createSlots(0);
  const waiting = [1, 2].map(() => slots.take(deadlineIn(10_000), late));
  slots.rejectAll(new Error("closed"));
  for (const turn of waiting) await expect(turn).rejects.toThrow("closed");
});
