import { expect, it } from "vitest";
import { asset, definitions, hourlyPartitions, PartitionSet, snapshotDefinitions } from "@heddle/core";
import { launch } from "./launch.ts";
import { StepRunner } from "./step-runner.ts";
import { register, startTestServer } from "./test-server.ts";

it("1M", async () => {
  const test = await startTestServer();
  const hours = hourlyPartitions({ start: "1900-01-01", end: "2014-02-01" });
  const big = asset({ key: "big", partitions: hours, materialize: () => 1 });
  await register(
    test.db,
    snapshotDefinitions(definitions({ assets: [big] }), { codeVersionOf: () => "v", projectDirectory: "/" }),
  );
  let t = performance.now();
  const id = await launch(test.client, { keys: ["big"] });
  console.log("plan+launch", performance.now() - t);
  const runner = await StepRunner.start(test.db);
  await runner.admit(id);
  const q = await test.client.partitions.status.query({ key: "big" });
  console.log(q.total, q.counts);
  for (const [label, every] of [
    ["2k runs", 1000],
    ["20k", 100],
    ["180k", 11],
  ] as const) {
    await test.db.transaction("fill", async ({ sql }) => {
      const rows = await sql<{ chunk: number }[]>`select chunk from asset_chunk`;
      const env = 1;
      for (const { chunk } of rows) {
        const a = chunk * 8192;
        const failed = PartitionSet.of(Array.from({ length: Math.floor(8192 / every) }, (_, i) => a + i * every));
        const mat = PartitionSet.range(a, a + 8192).subtract(
          PartitionSet.of(Array.from({ length: Math.floor(8192 / every / 3) }, (_, i) => a + 5 + i * every * 3)),
        );
        await sql`update asset_chunk set materialized=${mat.encode()}, failed=${failed.encode()} where chunk=${chunk} and environment_id=${env}`;
        await sql`update run_chunk set ready = ${PartitionSet.range(a, a + 50).encode()} where chunk=${chunk}`;
      }
    });
    const times: number[] = [];
    let size = 0;
    for (let i = 0; i < 15; i += 1) {
      t = performance.now();
      const res = await fetch(
        `${test.server.address}/api/trpc/partitions.status?input=${encodeURIComponent('{"key":"big"}')}`,
        { headers: { "accept-encoding": "gzip" } },
      );
      const text = await res.text();
      times.push(performance.now() - t);
      size = text.length;
    }
    const raw = await (
      await import("node:zlib")
    ).gzipSync(
      await (
        await fetch(`${test.server.address}/api/trpc/partitions.status?input=${encodeURIComponent('{"key":"big"}')}`)
      ).text(),
    ).length;
    times.sort((a, b) => a - b);
    console.log(label, "median", times[7], "min", times[0], "max", times[14], "bytes", size, "gz", raw);
  }
  await test[Symbol.asyncDispose]();
  expect(1).toBe(1);
}, 120_000);
