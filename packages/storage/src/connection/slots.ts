import type { Deadline } from "./deadline.ts";

/** A counted permission, handed out in the order of asking. */
export interface Slots {
  /** Waits for a slot. @throws what `onPassed` makes, at the deadline */
  readonly take: (deadline: Deadline, onPassed: () => Error) => Promise<void>;
  readonly giveBack: () => void;
  /** Fails everybody who waits. */
  readonly rejectAll: (error: Error) => void;
}

interface Waiter {
  readonly grant: () => void;
  readonly reject: (error: Error) => void;
}

export function createSlots(count: number): Slots {
  let free = count;
  const waiters = new Set<Waiter>();
  return {
    take: async (deadline, onPassed) => {
      if (free > 0) {
        free -= 1;
        return;
      }
      const turn = Promise.withResolvers<void>();
      const waiter: Waiter = { grant: turn.resolve, reject: turn.reject };
      waiters.add(waiter);
      await deadline.race(turn.promise, () => {
        // Leaving the queue and failing are one step, so a slot is never granted to somebody who has gone.
        waiters.delete(waiter);
        return onPassed();
      });
    },
    giveBack: () => {
      const [waiter] = waiters;
      if (waiter === undefined) {
        free += 1;
        return;
      }
      waiters.delete(waiter);
      waiter.grant();
    },
    rejectAll: (error) => {
      for (const waiter of waiters) waiter.reject(error);
      waiters.clear();
    },
  };
}
