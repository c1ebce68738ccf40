import { lookup } from "node:dns/promises";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import { checkAddress, checkUrl, type AddressPolicy } from "./address-policy.ts";

/** A POST request. */
export interface CheckedRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** For all of it, in milliseconds. */
  readonly timeoutMs: number;
  readonly policy: AddressPolicy;
  /** Certificates besides those that Node trusts. @default none */
  readonly ca?: string | undefined;
}

/** What was answered. */
export interface CheckedAnswer {
  readonly status: number;
  readonly retryAfter: string | null;
  /** The beginning of it. */
  readonly body: string;
}

/** Of an answer so much is read. */
const MAX_ANSWER_BYTES = 4_096;

/**
 * Posts to an address that may be wrong or hostile: the host is looked up once, what was found is judged, and the request
 * goes to exactly that address, so that a name which answers differently the next time gains nothing. Redirects are not
 * followed, and proxies of the environment are not used.
 * @throws NOTIFICATION_ADDRESS_REFUSED, and errors of the network
 */
export async function postChecked(request: CheckedRequest): Promise<CheckedAnswer> {
  const url = checkUrl(request.url, request.policy);
  const signal = AbortSignal.timeout(request.timeoutMs);
  const { address, family } = await withSignal(resolve(url, request.policy), signal);
  return withSignal(post(url, { ...request, address, family, signal }), signal);
}

async function resolve(url: URL, policy: AddressPolicy): Promise<{ address: string; family: number }> {
  const hostname = url.hostname.replace(/^\[(?<inner>.*)\]$/u, "$<inner>");
  const literal = isIP(hostname);
  // A dot at the end means the same name.
  const found =
    literal === 0
      ? await lookup(hostname.replace(/\.$/u, ""), { all: true })
      : [{ address: hostname, family: literal }];
  // One private address among public ones is as bad: the sender must not be led there by chance.
  for (const { address } of found) checkAddress(url, address, policy);
  const [first] = found;
  if (first === undefined) throw new Error(`${hostname} has no address`);
  return first;
}

function post(
  url: URL,
  {
    headers,
    body,
    ca,
    address,
    family,
    signal,
  }: CheckedRequest & { readonly address: string; readonly family: number; readonly signal: AbortSignal },
): Promise<CheckedAnswer> {
  return new Promise((done, failed) => {
    const send = url.protocol === "https:" ? httpsRequest : httpRequest;
    const sent = send(
      url,
      {
        method: "POST",
        headers: { ...headers, "content-length": String(Buffer.byteLength(body)) },
        signal,
        // A connection of its own: nobody else's address is reused.
        agent: false,
        ...(ca !== undefined && { ca }),
        lookup: (_hostname, options, callback) => {
          if (options.all === true) callback(null, [{ address, family }]);
          else callback(null, address, family);
        },
      },
      (answer) => done(read(answer)),
    );
    sent.on("error", failed);
    sent.end(body);
  });
}

async function read(answer: IncomingMessage): Promise<CheckedAnswer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of answer) {
    // A response stream without an encoding gives bytes.
    const bytes = part as Buffer;
    parts.push(bytes);
    size += bytes.length;
    if (size >= MAX_ANSWER_BYTES) break;
  }
  answer.destroy();
  const body = Buffer.concat(parts).subarray(0, MAX_ANSWER_BYTES).toString("utf8");
  return { status: answer.statusCode ?? 0, retryAfter: answer.headers["retry-after"] ?? null, body };
}

/** Also what cannot be aborted, such as looking up a name, is not waited for longer. */
async function withSignal<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
