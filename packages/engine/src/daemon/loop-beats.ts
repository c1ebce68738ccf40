import { hostname } from "node:os";
import type { LoopBeat } from "@heddle/storage";

interface LoopState {
  /** Monotonic time at which the next round is to begin. */
  readonly dueAt: number;
  readonly lagMs: number;
  readonly durationMs: number;
  readonly failures: number;
  /** When the round that is under way began; `null` between rounds. */
  readonly beganAt: number | null;
}

const NEW: LoopState = { dueAt: Infinity, lagMs: 0, durationMs: 0, failures: 0, beganAt: null };

/** Keeps note of how the loops of a daemon go on, for people who look. */
export class LoopBeats {
  readonly #states = new Map<string, LoopState>();

  /** Carries out one round of a loop, and notes how it went. */
  async round<T>(name: string, work: () => Promise<T>): Promise<T> {
    const state = this.#states.get(name) ?? NEW;
    const beganAt = performance.now();
    this.#states.set(name, { ...state, beganAt, lagMs: Math.max(0, beganAt - state.dueAt) });
    try {
      const result = await work();
      this.#end(name, { failures: 0 });
      return result;
    } catch (error) {
      this.#end(name, { failures: state.failures + 1 });
      throw error;
    }
  }

  /** Says when the next round of a loop is to begin. */
  expect(name: string, inMs: number): void {
    this.#states.set(name, { ...(this.#states.get(name) ?? NEW), dueAt: performance.now() + inMs });
  }

  /** Where all loops stand: one that is in a round for long, or late for its next one, shows it. */
  read(): LoopBeat[] {
    const now = performance.now();
    return [...this.#states].map(([name, { dueAt, lagMs, durationMs, failures, beganAt }]) => ({
      name,
      host: hostname(),
      pid: process.pid,
      lagMs: Math.round(beganAt === null ? Math.max(lagMs, now - dueAt, 0) : lagMs),
      durationMs: Math.round(beganAt === null ? durationMs : now - beganAt),
      failures,
    }));
  }

  #end(name: string, { failures }: { readonly failures: number }): void {
    const state = this.#states.get(name) ?? NEW;
    const durationMs = state.beganAt === null ? 0 : performance.now() - state.beganAt;
    this.#states.set(name, { ...state, beganAt: null, durationMs, failures, dueAt: Infinity });
  }
}
