import { useSyncExternalStore } from "react";

/** A parameter of an address that was not understood and is left out. */
export interface SearchProblem {
  readonly name: string;
  readonly given: string;
  readonly expects: string;
}

let problems: readonly SearchProblem[] = [];
const listeners = new Set<() => void>();

/** Notes a problem until it is dismissed. The same one is noted once, however often the address is read. */
export function reportSearchProblem(problem: SearchProblem): void {
  if (problems.some(({ name, given }) => name === problem.name && given === problem.given)) return;
  problems = [...problems, problem];
  // Addresses are read while components render; listeners hear of it afterwards.
  queueMicrotask(notify);
}

/** Forgets all problems: dismissed, or another page was opened. */
export function dismissSearchProblems(): void {
  if (problems.length === 0) return;
  problems = [];
  notify();
}

/** The problems of the address that was opened, for components. */
export function useSearchProblems(): readonly SearchProblem[] {
  return useSyncExternalStore(subscribe, () => problems);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function notify(): void {
  for (const listener of listeners) listener();
}
