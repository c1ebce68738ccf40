import type { RunAssetProgress, StepCounts } from "@heddle/api";
import type { StepStatus } from "@heddle/core";

/** Assets that a picture shows; of a larger run only those that are not simply made, with what is next to them. */
export const MAX_NODES = 200;

const URGENCY: readonly StepStatus[] = [
  "failed",
  "running",
  "backoff",
  "ready",
  "waiting",
  "canceled",
  "skipped",
  "success",
];

/** The state that an asset of a run is shown in: the most urgent that a step of it is in. */
export function worstStep(counts: StepCounts): StepStatus {
  return URGENCY.find((status) => counts[status] > 0) ?? "success";
}

/** The part of a run that is drawn. */
export interface RunGraph {
  readonly nodes: readonly RunAssetProgress[];
  /** Places in `nodes`, upstream first. */
  readonly edges: readonly (readonly [from: number, to: number])[];
  /** Assets that are left out. */
  readonly hidden: number;
}

/** Chooses what is drawn of a run: all of it, or what needs a person with its neighbours. */
export function runGraph(progress: readonly RunAssetProgress[], most: number = MAX_NODES): RunGraph {
  const nodes = progress.length <= most ? progress : choose(progress, most);
  const placeOf = new Map(nodes.map(({ asset }, place) => [asset.id, place]));
  const edges = nodes.flatMap(({ upstream }, to) =>
    upstream.flatMap(({ assetId }): (readonly [number, number])[] => {
      const from = placeOf.get(assetId);
      return from === undefined ? [] : [[from, to]];
    }),
  );
  return { nodes, edges, hidden: progress.length - nodes.length };
}

function choose(progress: readonly RunAssetProgress[], most: number): readonly RunAssetProgress[] {
  const byId = new Map(progress.map((own) => [own.asset.id, own]));
  const chosen = new Set<RunAssetProgress>();
  const loud = progress.filter(({ counts }) => worstStep(counts) !== "success");
  for (const own of loud.length === 0 ? progress : loud) {
    if (chosen.size >= most) break;
    chosen.add(own);
    for (const { assetId } of own.upstream) {
      const neighbour = byId.get(assetId);
      if (neighbour !== undefined && chosen.size < most) chosen.add(neighbour);
    }
  }
  return progress.filter((own) => chosen.has(own));
}
