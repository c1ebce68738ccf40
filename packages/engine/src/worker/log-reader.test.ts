import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { LOG_FRAME_MARK, type LogFrame } from "./protocol.ts";
import { readLog } from "./log-reader.ts";

/** What is made of output that comes in the given pieces. */
async function read(pieces: readonly (string | Buffer)[]): Promise<{ frames: string[]; raw: string[] }> {
  const stream = new PassThrough();
  const [frames, raw]: [string[], string[]] = [[], []];
  readLog(stream, "stdout", { frame: (frame) => frames.push(frame.m), raw: (_, line) => raw.push(line) });
  for (const piece of pieces) stream.write(piece);
  stream.end();
  await new Promise((resolve) => stream.once("close", resolve));
  return { frames, raw };
}

function frame(message: string): string {
  return `${LOG_FRAME_MARK}${JSON.stringify({ i: 1, t: 0, l: "info", m: message } satisfies LogFrame)}\n`;
}

describe("output of a process", () => {
  it("is told apart from log lines, however it is cut", async () => {
    const text = `raw one\n${frame("an é and a \n")}raw two\n${frame("last")}`;
    const bytes = Buffer.from(text);
    for (let at = 0; at <= bytes.length; at += 1) {
      expect(await read([bytes.subarray(0, at), bytes.subarray(at)])).toEqual({
        frames: ["an é and a \n", "last"],
        raw: ["raw one", "raw two"],
      });
    }
  });

  it("without a line end does not swallow the log line that follows it", async () => {
    expect(await read(["no end", frame("a line")])).toEqual({ frames: ["a line"], raw: ["no end"] });
    const { frames } = await read(["\0".repeat(60_000), frame("a line")]);
    expect(frames).toEqual(["a line"]);
  });

  it("that only looks like a log line is kept as it is", async () => {
    const forged = `${LOG_FRAME_MARK}{"i":"x"}`;
    expect(await read([`${forged}\n${LOG_FRAME_MARK}{\n`])).toEqual({
      frames: [],
      raw: [forged, `${LOG_FRAME_MARK}{`],
    });
  });

  it("of one endless line is given out in bounded pieces", async () => {
    const { raw } = await read(Array.from({ length: 40 }, () => "x".repeat(10_000)));
    expect(raw.length).toBeGreaterThan(4);
    expect(Math.max(...raw.map((line) => line.length))).toBeLessThanOrEqual(65_536);
  });
});
