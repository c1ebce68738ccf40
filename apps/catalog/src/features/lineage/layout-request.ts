import { measureTiming } from "../../timings.ts";
import type { CyclicGraph, GraphLayout, LayoutInput } from "@heddle/graph-layout";

/** What the worker gets. */
export type LayoutTask =
  | { readonly kind: "graph"; readonly id: number; readonly input: LayoutInput }
  /** The text of the first snapshot, from the page itself: all assets are laid out before anybody asks for it. */
  | { readonly kind: "snapshot"; readonly text: string }
  /** Asks for that, if it is of this version. */
  | { readonly kind: "whole"; readonly id: number; readonly version: string };

/** What it answers. */
export interface LayoutAnswer {
  readonly id: number;
  /** `null` when the whole is asked for and not there. */
  readonly layout: GraphLayout | CyclicGraph | null;
  readonly tookMs: number;
}

/** A layout that takes longer is given up: 30,000 assets take about a second. */
const DEADLINE_MS = 60_000;

let worker: Worker | undefined;
let lastId = 0;

/** Starts the worker before there is something to lay out, or takes the one that the page has started itself. */
export function startLayoutWorker(): Worker {
  worker ??=
    window.heddleLayoutWorker ?? new Worker(new URL("./layout.worker.ts", import.meta.url), { type: "module" });
  return worker;
}

/** Lays out a graph in the worker, so that the page stays responsive meanwhile. */
export async function requestLayout(input: LayoutInput): Promise<GraphLayout | CyclicGraph> {
  const layout = await request((id) => ({ kind: "graph", id, input }));
  if (layout === null) throw new Error("The worker has no answer to a layout.");
  return layout;
}

/** The layout of all assets of a version, which may be there already. @param input what to lay out when it is not */
export async function requestWholeLayout(
  version: string,
  input: () => LayoutInput,
): Promise<GraphLayout | CyclicGraph> {
  const isEarly = window.heddleLayoutWorker !== undefined && worker === window.heddleLayoutWorker;
  // What fails there is tried once more by a worker of our own, which tells why if it fails again.
  const early = isEarly ? await request((id) => ({ kind: "whole", id, version })).catch(() => null) : null;
  return early ?? requestLayout(input());
}

function request(taskOf: (id: number) => LayoutTask): Promise<LayoutAnswer["layout"]> {
  const target = startLayoutWorker();
  const id = ++lastId;
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const finish = (): void => {
      clearTimeout(deadline);
      target.removeEventListener("message", onMessage);
      target.removeEventListener("error", onError);
    };
    const onMessage = ({ data }: MessageEvent<LayoutAnswer>): void => {
      if (data.id !== id) return;
      finish();
      if (data.layout !== null) measureTiming("lineage-layout", startedAt, { workMs: data.tookMs });
      resolve(data.layout);
    };
    const onError = (event: ErrorEvent): void => {
      finish();
      abandonWorker();
      reject(new Error(`The layout failed: ${event.message}`));
    };
    const deadline = setTimeout(() => {
      finish();
      abandonWorker();
      reject(new Error(`The layout took longer than ${DEADLINE_MS / 1_000} s and was given up.`));
    }, DEADLINE_MS);
    target.addEventListener("message", onMessage);
    target.addEventListener("error", onError);
    target.postMessage(taskOf(id));
  });
}

/** The next request starts a worker anew: this one may be stuck. */
function abandonWorker(): void {
  worker?.terminate();
  worker = undefined;
  delete window.heddleLayoutWorker;
}
