import type { AssetsSnapshotResult, AssetStatuses } from "@heddle/api";

/** What the page asks for before its scripts are there, see index.html: the texts of the answers, `null` for what failed. */
interface EarlyRequests {
  readonly snapshot: Promise<string | null>;
  readonly statuses: Promise<string | null>;
}

declare global {
  interface Window {
    heddleEarly?: EarlyRequests;
    /** The worker that the page itself has started where it shows the whole lineage, see build/early-loads.ts. */
    heddleLayoutWorker?: Worker;
  }
}

/** The answers to these. The snapshot is there well before the statuses are. */
export interface EarlyAnswers {
  readonly snapshot: Promise<AssetsSnapshotResult | null>;
  readonly statuses: Promise<AssetStatuses | null>;
}

/**
 * The first snapshot and statuses, asked for by the page itself: the first time; `null` from then on. An answer that could
 * not be had is `null`: it is asked for in the usual way then, which also tells what is wrong.
 */
export function takeEarlyAnswers(): EarlyAnswers | null {
  const early = window.heddleEarly;
  delete window.heddleEarly;
  if (early === undefined) return null;
  // The server that answers served this page: it keeps to the contract that the client was built with.
  return {
    snapshot: early.snapshot.then((answer) => dataOf(answer) as AssetsSnapshotResult | null),
    statuses: early.statuses.then((answer) => dataOf(answer) as AssetStatuses | null),
  };
}

/** What an answer holds, as tRPC wraps it; `null` for what is no answer. */
export function dataOf(text: string | null): unknown {
  const answer: { readonly result?: { readonly data?: unknown } } | null = text === null ? null : JSON.parse(text);
  return answer?.result?.data ?? null;
}
