import { PartitionSet } from "@heddle/core/internal";
import { median, round, type Benchmark } from "./benchmark.ts";
import { startDeployment, type Deployment } from "./deployment.ts";
import { fillPartitions } from "./fill-partitions.ts";
import { FIRST_ORDINAL, hoursAsset, project } from "./no-op-assets.ts";

const PORT = 4_798;
const PARTITIONS = 1_000_000;
/** Gaps that the value is measured with; other numbers of them are among the parameters. */
const PIECES = 1_000;
const ROUNDS = 21;
const MAX_KB = 150;

/** B7: the answer that the catalog draws the partitions of an asset from, when there are a million of them. */
export const partitionStatus: Benchmark = {
  name: "b7",
  description: "status of 1,000,000 partitions of one asset",
  unit: "ms",
  target: 50,
  async measure() {
    await using deployment = await startDeployment("b7", PORT, project([hoursAsset("hours", PARTITIONS)]));
    const states = [];
    for (const pieces of [1, PIECES, 100_000, 500_000]) {
      await fill(deployment, pieces);
      states.push({ pieces, ...(await ask(deployment)) });
    }
    const { ms = Number.NaN, kb = Number.NaN } = states.find(({ pieces }) => pieces === PIECES) ?? {};
    return {
      value: ms,
      parameters: {
        partitions: PARTITIONS,
        rounds: ROUNDS,
        answerKb: { value: kb, target: MAX_KB, ok: kb <= MAX_KB },
        /** From what one backfill leaves behind to what none ever does: every other partition. */
        states,
      },
      calibration: await deployment.calibrate(),
    };
  },
};

/** Lets the partitions be materialized in a number of equally long pieces with gaps between them, and some failed. */
async function fill({ db }: Deployment, pieces: number): Promise<void> {
  const length = PARTITIONS / pieces;
  const materialized: number[] = [];
  const failed: number[] = [];
  for (let piece = 0; piece < pieces; piece++) {
    const start = FIRST_ORDINAL + piece * length;
    const end = start + (pieces === 1 ? length : Math.floor(length / 2));
    materialized.push(start, end);
    if (pieces > 1 && piece % 7 === 0) failed.push(end, end + 1);
  }
  await fillPartitions(db, "hours", {
    materialized: PartitionSet.fromRanges(materialized),
    failed: PartitionSet.fromRanges(failed),
  });
}

/** What one state costs to show. */
interface Answer {
  readonly ms: number;
  readonly maxMs: number;
  /** Processor time of the server and of PostgreSQL. */
  readonly cpuMs: number;
  readonly kb: number;
  readonly runs: number;
}

async function ask({ address, times: readTimes }: Deployment): Promise<Answer> {
  const input = encodeURIComponent(JSON.stringify({ key: "hours" }));
  const url = `${address.replace(/\/$/u, "")}/api/trpc/partitions.status?input=${input}`;
  const times: number[] = [];
  let body = "";
  const before = readTimes();
  for (let round_ = 0; round_ < ROUNDS; round_++) {
    const began = performance.now();
    const response = await fetch(url, { headers: { "x-heddle": "1", "sec-fetch-site": "same-origin" } });
    body = await response.text();
    times.push(performance.now() - began);
    if (!response.ok) throw new Error(`partitions.status answered ${response.status}: ${body.slice(0, 500)}`);
  }
  const after = readTimes();
  const cpuSeconds = after.server - before.server + after.postgres - before.postgres;
  const { result } = JSON.parse(body) as { result: { data: { runs: readonly number[] } } };
  return {
    ms: round(median(times), 1),
    maxMs: round(Math.max(...times), 1),
    cpuMs: round((cpuSeconds * 1_000) / ROUNDS, 1),
    kb: round(Buffer.byteLength(body) / 1_000, 1),
    runs: result.data.runs.length / 3,
  };
}
