// `npm run s3`: the S3 server of the tests, for trying things out. It ends with Ctrl-C, and keeps nothing.
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { startRadosGateway } from "./rados-gateway.ts";

const bucket = "heddle";
const gateway = await startRadosGateway();
const { endpoint, ...credentials } = gateway.access;
const client = new S3Client({ endpoint, credentials, region: "us-east-1", forcePathStyle: true });
await client.send(new CreateBucketCommand({ Bucket: bucket }));
console.log(`An S3 server with a bucket; it ends with Ctrl-C, and keeps nothing.

export AWS_ACCESS_KEY_ID=${credentials.accessKeyId}
export AWS_SECRET_ACCESS_KEY=${credentials.secretAccessKey}

const store = s3Store({ bucket: "${bucket}", endpoint: "${endpoint}" });`);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void gateway[Symbol.asyncDispose]());
}
// The servers keep this process: it ends when they do.
