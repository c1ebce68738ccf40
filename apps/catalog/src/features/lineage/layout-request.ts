import { measureTiming } from "../../timings.ts";
import type { CyclicGraph, GraphLayout, LayoutInput } from "@heddle/graph-layout";

/** What the worker gets. */
export interface LayoutTask {
  readonly id: number;
  readonly input: LayoutInput;
}

/** What it answers. */
export interface LayoutAnswer {
  readonly id: number;
  readonly layout: GraphLayout | CyclicGraph;
  readonly tookMs: number;
}

/** A layout that takes longer is given up: 30,000 assets take about a second. */
const DEADLINE_MS = 60_000;

let worker: Worker | undefined;
let lastId = 0;

/** Lays out a graph in the worker, so that the page stays responsive meanwhile. */
export function requestLayout(input: LayoutInput): Promise<GraphLayout | CyclicGraph> {
  const target = (worker ??= new Worker(new URL("./layout.worker.ts", import.meta.url), { type: "module" }));
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
      measureTiming("lineage-layout", startedAt, { workMs: data.tookMs });
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
      reject(
        new Error(
          `The layout of ${input.names.length} assets took longer than ${DEADLINE_MS / 1_000} s and was given up.`,
        ),
      );
    }, DEADLINE_MS);
    target.addEventListener("message", onMessage);
    target.addEventListener("error", onError);
    target.postMessage({ id, input } satisfies LayoutTask);
  });
}

/** The next request starts a worker anew: this one may be stuck. */
function abandonWorker(): void {
  worker?.terminate();
  worker = undefined;
}
