import { expect, test } from "vitest";
import { TEST_IO_MANAGERS } from "../test/test-io-managers.ts";
import { TEST_STORES } from "../test/test-stores.ts";
import { unaborted } from "../test/unaborted.ts";
import { describeIoManager } from "./conformance/describe-io-manager.ts";
import { memoryStore } from "./memory.ts";

// A new one is added to TEST_IO_MANAGERS and passes all of it.
for (const manager of TEST_IO_MANAGERS) describeIoManager(manager, TEST_STORES);

test("an I/O manager with a store of its own uses it, and not the deployment's", async () => {
  const { json } = await import("./json.ts");
  const [own, deployment] = [memoryStore(), memoryStore()];
  const io = json({ store: own });
  const place = { assetKey: "weather/raw", partitionKey: null, store: deployment, ...unaborted };
  const stored = await io.write({ a: 1 }, { ...place, attemptId: "17-1", fence: 1 });
  expect([own.objects.size, deployment.objects.size]).toEqual([1, 0]);
  expect(await io.load({ ...place, stored })).toEqual({ a: 1 });
});
