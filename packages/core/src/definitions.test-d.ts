import { expectTypeOf, test } from "vitest";
import { asset } from "./asset.ts";
import { assetCheck } from "./asset-check.ts";
import { pass } from "./check-result.ts";
import { definitions, type Definitions } from "./definitions.ts";
import { externalAsset } from "./external-asset.ts";
import type { IoManager, SameAsStored } from "./io-manager.ts";
import { resource } from "./resource.ts";
import type { JsonValue } from "./types.ts";

declare const any: IoManager<unknown, SameAsStored>;
declare const json: IoManager<JsonValue, SameAsStored>;
declare const numbers: IoManager<number, SameAsStored>;

interface Writes {
  put(key: string): void;
}
interface Reads {
  get(key: string): string;
}

const writes = resource.required<Writes>()("bucket");
const reads = resource.required<Reads>()("bucket");
const writer = asset({
  key: "writer",
  resources: { writes },
  materialize: ({ resources }) => resources.writes.put("x"),
});
const reader = asset({ key: "reader", resources: { reads }, materialize: ({ resources }) => resources.reads.get("x") });
const plain = asset({ key: "plain", materialize: () => 1 });
const external = externalAsset({ key: "external" });
const check = assetCheck({ asset: plain, name: "ok", resources: { reads }, check: () => pass() });

const full = resource({ key: "full", create: () => ({ put(_key: string) {}, get: (key: string) => key }) });
const half = resource({ key: "half", create: () => ({ put(_key: string) {} }) });

test("definitions of any assets, in lists of any kind", () => {
  expectTypeOf(definitions({ assets: [plain, external] })).toEqualTypeOf<Definitions>();
  definitions({ assets: [] });
  const readers = [plain, reader];
  definitions({ assets: [writer, ...readers], checks: [check], resources: { bucket: full } });
  const list = [plain, external, writer];
  definitions({ assets: [...list, plain], resources: { bucket: half, other: full } });
  definitions({ assets: new Array<typeof plain>() });
});

test("a slot that is not filled is an error", () => {
  // @ts-expect-error the resource "bucket" is missing
  definitions({ assets: [plain, writer] });
  // @ts-expect-error the resource "bucket" has another name
  definitions({ assets: [writer], resources: { buckt: full } });
  // @ts-expect-error the resource "bucket" cannot read, and `reader` does
  definitions({ assets: [writer, reader], resources: { bucket: half } });
  // @ts-expect-error a check needs the resource "bucket"
  definitions({ assets: [plain], checks: [check] });
  const list = [plain, external, writer];
  // @ts-expect-error the resource "bucket" is missing, for a list that was made before too
  definitions({ assets: list });
});

test("what is not an asset, a check or a resource is an error", () => {
  // @ts-expect-error a number is not an asset
  definitions({ assets: [plain, 3] });
  // @ts-expect-error a check is not an asset
  definitions({ assets: [check], resources: { bucket: full } });
  // @ts-expect-error an asset is not a check
  definitions({ assets: [plain], checks: [plain] });
  // @ts-expect-error a client is not a resource; it needs a key and a life cycle
  definitions({ assets: [plain], resources: { bucket: { put() {} } } });
});

test("the default I/O manager must take any JSON and give it back as it was", () => {
  definitions({ assets: [plain], io: any });
  definitions({ assets: [plain], io: json });
  // @ts-expect-error it stores numbers only
  definitions({ assets: [plain], io: numbers });
});
