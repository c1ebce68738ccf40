import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import type { TestProject } from "vitest/node";
import { startRadosGateway, type RadosGateway, type RadosGatewayAccess } from "./rados-gateway.ts";

declare module "vitest" {
  interface ProvidedContext {
    /**
     * Address that starts the RADOS gateway which all test files of a run share, and answers with its access; `/bucket`
     * below it makes a bucket and answers with its name as well.
     */
    radosGatewayStarter: string;
  }
}

/**
 * Offers a RADOS gateway to all test files of a run; it is started for the first that asks, in the process that outlives
 * them, and stopped at the end. Runs that need none start none.
 */
export default async function offerRadosGateway(project: TestProject): Promise<() => Promise<void>> {
  let starting: Promise<RadosGateway> | undefined;
  const answer = async (path: string | undefined, response: ServerResponse): Promise<void> => {
    try {
      starting ??= startRadosGateway();
      const { access } = await starting;
      response.end(JSON.stringify(path === "/bucket" ? { ...access, bucket: await createBucket(access) } : access));
    } catch (error) {
      response.writeHead(500).end(inspect(error));
    }
  };
  const server = createServer((request, response) => void answer(request.url, response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  // A TCP server's address is no string.
  project.provide("radosGatewayStarter", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return async () => {
    server.close();
    server.closeAllConnections();
    const gateway = await starting?.catch(() => undefined);
    await gateway?.[Symbol.asyncDispose]();
  };
}

async function createBucket({ endpoint, ...credentials }: RadosGatewayAccess): Promise<string> {
  const bucket = `heddle-${randomUUID()}`;
  const client = new S3Client({ endpoint, credentials, region: "us-east-1", forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
  return bucket;
}
