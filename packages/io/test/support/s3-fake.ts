import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as the fake has read it. */
export interface FakeRequest {
  readonly method: string;
  /** Of the object, without the bucket; `""` for a request about the bucket. */
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
  /** Path and query as they came. */
  readonly url: string;
}

/** What a fault gets to do its work. */
export interface FaultyAnswer {
  readonly response: ServerResponse;
  /** Does what the server would have done, and gives the answer without sending it. */
  handle(): FakeAnswer;
}

/** An answer to be sent. */
export interface FakeAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

/** Looks at each request; one for which it gives a function is answered by that. */
export type Fault = (request: FakeRequest) => ((answer: FaultyAnswer) => void) | undefined;

interface FakeObject {
  readonly body: Buffer;
  readonly metadata: Record<string, string>;
}

/** A server in this process that knows just enough of S3 to be wrong in ways a real one is not. */
export interface S3Fake extends AsyncDisposable {
  readonly endpoint: string;
  readonly objects: Map<string, FakeObject>;
  /** Uploads in parts that are not complete, by their id. */
  readonly uploads: ReadonlyMap<string, FakeUpload>;
  readonly requests: FakeRequest[];
  fault: Fault;
}

interface FakeUpload {
  readonly key: string;
  readonly metadata: Record<string, string>;
  readonly parts: Map<number, Buffer>;
}

/** Starts a fake on a free port. */
export async function startS3Fake(): Promise<S3Fake> {
  const objects = new Map<string, FakeObject>();
  const uploads = new Map<string, FakeUpload>();
  const requests: FakeRequest[] = [];
  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await read(incoming);
    requests.push(request);
    const handle = () => handleRequest(request, objects, uploads);
    const faulty = fake.fault(request);
    if (faulty === undefined) send(response, handle());
    else faulty({ response, handle });
  };
  const server = createServer((incoming, response) => {
    // A client that gives up in the middle of a request wants no answer.
    answer(incoming, response).catch(() => response.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  // A TCP server's address is no string.
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const fake: S3Fake = {
    endpoint,
    objects,
    uploads,
    requests,
    fault: () => undefined,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return fake;
}

/** Sends an answer as it is. */
export function send(response: ServerResponse, { status, headers, body }: FakeAnswer): void {
  response.writeHead(status, { "content-length": String(body.length), ...headers }).end(body);
}

/** An error as S3 tells it. */
export function errorAnswer(status: number, code: string): FakeAnswer {
  const text = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code} was injected</Message></Error>`;
  return { status, headers: { "content-type": "application/xml" }, body: Buffer.from(text) };
}

async function read(incoming: IncomingMessage): Promise<FakeRequest> {
  const chunks: Buffer[] = [];
  // A request without an encoding yields buffers.
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  const url = incoming.url ?? "";
  const [path = "", query = ""] = url.split("?");
  const key = path.split("/").slice(2).join("/");
  const { method = "", headers } = incoming;
  return {
    method,
    key: decodeURIComponent(key),
    query: new URLSearchParams(query),
    headers,
    body: Buffer.concat(chunks),
    url,
  };
}

const ok = (headers: Record<string, string> = {}, body: Buffer | string = ""): FakeAnswer => ({
  status: 200,
  headers,
  body: Buffer.from(body),
});

const etagOf = (body: Buffer): string => `"${createHash("md5").update(body).digest("hex")}"`;

const metadataOf = ({ headers }: FakeRequest): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      name.startsWith("x-amz-meta-") && typeof value === "string" ? [[name, value]] : [],
    ),
  );

function handleRequest(
  request: FakeRequest,
  objects: Map<string, FakeObject>,
  uploads: Map<string, FakeUpload>,
): FakeAnswer {
  if (request.query.has("uploads") || request.query.has("uploadId")) return handleUpload(request, objects, uploads);
  const { method, key, body } = request;
  const object = objects.get(key);
  switch (method) {
    case "PUT": {
      if (request.headers["if-none-match"] === "*" && object !== undefined)
        return errorAnswer(412, "PreconditionFailed");
      objects.set(key, { body, metadata: metadataOf(request) });
      return ok({ etag: etagOf(body) });
    }
    case "HEAD": {
      if (object === undefined) return { ...errorAnswer(404, "NoSuchKey"), body: Buffer.alloc(0) };
      return ok({ ...object.metadata, etag: etagOf(object.body), "content-length": String(object.body.length) });
    }
    case "GET": {
      return object === undefined ? errorAnswer(404, "NoSuchKey") : content(request, object);
    }
    case "DELETE": {
      objects.delete(key);
      return { ...ok(), status: 204 };
    }
    default: {
      return errorAnswer(501, "NotImplemented");
    }
  }
}

function content({ headers }: FakeRequest, { body, metadata }: FakeObject): FakeAnswer {
  const range = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? "");
  if (range === null) return ok({ ...metadata, etag: etagOf(body) }, body);
  const [first = 0, last = 0] = range.slice(1).map(Number);
  if (first >= body.length) return errorAnswer(416, "InvalidRange");
  const part = body.subarray(first, last + 1);
  const end = first + part.length - 1;
  return { status: 206, headers: { "content-range": `bytes ${first}-${end}/${body.length}` }, body: part };
}

function handleUpload(
  request: FakeRequest,
  objects: Map<string, FakeObject>,
  uploads: Map<string, FakeUpload>,
): FakeAnswer {
  const { method, key, query, body } = request;
  const xml = (text: string): FakeAnswer => ok({ "content-type": "application/xml" }, `<?xml version="1.0"?>${text}`);
  if (query.has("uploads") && method === "POST") {
    const id = `upload-${uploads.size + objects.size}-${key.length}`;
    uploads.set(id, { key, metadata: metadataOf(request), parts: new Map() });
    return xml(`<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
  }
  const id = query.get("uploadId") ?? "";
  const upload = uploads.get(id);
  if (upload === undefined) return errorAnswer(404, "NoSuchUpload");
  if (method === "PUT") {
    upload.parts.set(Number(query.get("partNumber")), body);
    return ok({ etag: etagOf(body) });
  }
  if (method === "DELETE") {
    uploads.delete(id);
    return { ...ok(), status: 204 };
  }
  if (request.headers["if-none-match"] === "*" && objects.has(key)) return errorAnswer(412, "PreconditionFailed");
  const parts = [...upload.parts].toSorted(([a], [b]) => a - b).map(([, part]) => part);
  objects.set(key, { body: Buffer.concat(parts), metadata: upload.metadata });
  uploads.delete(id);
  return xml(`<CompleteMultipartUploadResult><ETag>"done"</ETag></CompleteMultipartUploadResult>`);
}
