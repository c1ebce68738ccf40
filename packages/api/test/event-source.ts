import { pageHeaders } from "./test-server.ts";

/** One message of an event stream. */
export interface StreamMessage {
  readonly id: string;
  readonly data: unknown;
}

/**
 * Reads a subscription as a browser does: server-sent events by GET. Ends with the stream; leaving the loop hangs up.
 * The data of messages is what the procedure yielded.
 */
export async function* readStream(
  address: string,
  path: string,
  input: Record<string, unknown>,
): AsyncGenerator<StreamMessage, undefined> {
  const hangUp = new AbortController();
  const url = `${address}/api/trpc/${path}?input=${encodeURIComponent(JSON.stringify(input))}`;
  const { origin: _, ...headers } = pageHeaders(address);
  const response = await fetch(url, { headers: { ...headers, accept: "text/event-stream" }, signal: hangUp.signal });
  if (!response.ok || response.body === null)
    throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  let buffer = "";
  try {
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      buffer += chunk;
      const blocks = buffer.split("\n\n");
      buffer = blocks.pop() ?? "";
      for (const block of blocks) {
        const fields = new Map(
          block.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]),
        );
        const event = fields.get("event");
        if (event === "return") return undefined;
        if (event === "serialized-error") throw new Error(fields.get("data"));
        if (event === undefined && fields.has("data"))
          yield { id: fields.get("id") ?? "", data: JSON.parse(fields.get("data") ?? "") };
      }
    }
  } finally {
    hangUp.abort();
  }
  return undefined;
}
