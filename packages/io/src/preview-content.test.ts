import type { InputContext } from "@heddle/core";
import { expect, test } from "vitest";
import { flipBit } from "../test/contents.ts";
import { bytes, bytesStream, text } from "./bytes.ts";
import { memoryStore } from "./memory.ts";

const PNG = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), Buffer.alloc(100)]);

async function stored(content: Uint8Array): Promise<InputContext> {
  const store = memoryStore();
  const context = { assetKey: "a", partitionKey: null, store, signal: new AbortController().signal };
  const value = await bytes().write(content, { ...context, attemptId: "1", fence: 1 });
  return { ...context, stored: value };
}

const show = async (content: Uint8Array) => bytes().previewContent?.(await stored(content));

test("what bytes are follows from their beginning", async () => {
  expect(await show(PNG)).toEqual({
    kind: "image",
    content: PNG.toString("base64"),
    mediaType: "image/png",
    shownBytes: 108,
    totalBytes: 108,
  });
  expect(await show(Buffer.from("grün\n"))).toMatchObject({ kind: "text", content: "grün\n", totalBytes: 6 });
  expect(await show(Buffer.from([1, 0, 255]))).toMatchObject({ kind: "binary", content: "AQD/", mediaType: null });
  // Scripts could be in it.
  expect(await show(Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>"))).toMatchObject({ kind: "text" });
  expect(await show(new Uint8Array())).toMatchObject({ kind: "text", content: "", totalBytes: 0 });
});

test("of what is long the beginning is shown, cut between two characters", async () => {
  const long = await show(Buffer.from(`x${"ü".repeat(100_000)}`));
  expect(long).toMatchObject({ kind: "text", shownBytes: 65_536, totalBytes: 200_001 });
  expect(long?.content.endsWith("\ufffd")).toBe(false);
  const photo = await show(Buffer.concat([PNG, Buffer.alloc(2_000_000)]));
  expect(photo).toMatchObject({ kind: "binary", mediaType: "image/png", shownBytes: 512, totalBytes: 2_000_108 });
});

test("text and streams are shown the same way, and what is damaged is told", async () => {
  const context = await stored(Buffer.from("one\ntwo"));
  expect(await bytesStream().previewContent?.(context)).toMatchObject({ kind: "text", content: "one\ntwo" });
  const asText = { ...context, stored: { ...context.stored, io: "text" } };
  expect(await text().previewContent?.(asText)).toMatchObject({ kind: "text", content: "one\ntwo" });
  const [object] = context.stored.objects;
  if (object === undefined) throw new Error("nothing was stored");
  const store = memoryStore();
  await store.put(object.key, flipBit(Buffer.from("one\ntwo")), { signal: context.signal });
  await expect(bytes().previewContent?.({ ...context, store })).rejects.toMatchObject({ code: "IO_OBJECT_CORRUPT" });
});
