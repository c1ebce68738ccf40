import type { ListedObject } from "@heddle/core";
import type { MultipartUpload } from "@aws-sdk/client-s3";
import { assertObjectKey } from "../object-key.ts";
import { isAbsent, unless, type S3Connection } from "./s3-connection.ts";

/** Lists the objects whose key begins with `prefix`, a page at a time. */
export async function* listS3Objects(connection: S3Connection, prefix: string): AsyncGenerator<ListedObject> {
  const { bucket, prefix: root } = connection.settings;
  const request = { verb: "list", location: connection.locate(prefix), signal: new AbortController().signal };
  let token: string | undefined;
  do {
    const from = token;
    const page = await connection.call(request, ({ client, sdk }, abortSignal) =>
      client.send(
        new sdk.ListObjectsV2Command({
          Bucket: bucket,
          Prefix: `${root}${prefix}`,
          ...(from !== undefined && { ContinuationToken: from }),
        }),
        { abortSignal },
      ),
    );
    for (const { Key = "", Size = 0, LastModified } of page.Contents ?? []) {
      const key = Key.slice(root.length);
      if (isObjectKey(key)) yield { key, bytes: Size, modifiedAt: LastModified?.getTime() ?? 0 };
    }
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}

/** What else lies in a bucket, such as the folders that consoles make, is not ours. */
function isObjectKey(key: string): boolean {
  try {
    assertObjectKey(key);
    return true;
  } catch {
    return false;
  }
}

/** What is to be removed. */
export interface Abandoned {
  readonly olderThanMs: number;
  readonly signal: AbortSignal;
}

/** Removes uploads below the store's prefix to which nothing was added for so long; returns how many. */
export async function removeAbandonedUploads(connection: S3Connection, { olderThanMs, signal }: Abandoned) {
  const before = Date.now() - olderThanMs;
  let removed = 0;
  for await (const upload of listUploads(connection, signal)) {
    if ((upload.Initiated?.getTime() ?? 0) >= before) continue;
    if ((await lastPartAt(connection, upload, signal)) >= before) continue;
    if (await abortUpload(connection, upload, signal)) removed += 1;
  }
  return removed;
}

async function* listUploads(connection: S3Connection, signal: AbortSignal): AsyncGenerator<MultipartUpload> {
  const { bucket, prefix } = connection.settings;
  const request = { verb: "list the uploads of", location: connection.locate(""), signal };
  let marker: { KeyMarker?: string; UploadIdMarker?: string } | undefined = {};
  while (marker !== undefined) {
    const from: { KeyMarker?: string; UploadIdMarker?: string } = marker;
    const page = await connection.call(request, ({ client, sdk }, abortSignal) =>
      client.send(new sdk.ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix, ...from }), { abortSignal }),
    );
    yield* page.Uploads ?? [];
    const { IsTruncated, NextKeyMarker, NextUploadIdMarker } = page;
    marker =
      IsTruncated === true && NextKeyMarker !== undefined
        ? { KeyMarker: NextKeyMarker, ...(NextUploadIdMarker !== undefined && { UploadIdMarker: NextUploadIdMarker }) }
        : undefined;
  }
}

/** When the newest part of an upload was written, in epoch milliseconds; 0 when it has none. */
async function lastPartAt(connection: S3Connection, upload: MultipartUpload, signal: AbortSignal): Promise<number> {
  const address = { Bucket: connection.settings.bucket, Key: upload.Key, UploadId: upload.UploadId };
  let newest = 0;
  let marker: string | undefined;
  do {
    const from = marker;
    const page = await connection.call(
      { verb: "look at", location: locateUpload(connection, upload), signal },
      (aws, abortSignal) =>
        unless(
          aws.client.send(
            new aws.sdk.ListPartsCommand({ ...address, ...(from !== undefined && { PartNumberMarker: from }) }),
            { abortSignal },
          ),
          ({ status }) => status === 404,
          undefined,
        ),
    );
    for (const { LastModified } of page?.Parts ?? []) newest = Math.max(newest, LastModified?.getTime() ?? 0);
    marker = page?.IsTruncated === true ? page.NextPartNumberMarker : undefined;
  } while (marker !== undefined);
  return newest;
}

async function abortUpload(connection: S3Connection, upload: MultipartUpload, signal: AbortSignal): Promise<boolean> {
  const address = { Bucket: connection.settings.bucket, Key: upload.Key, UploadId: upload.UploadId };
  const request = { verb: "abort", location: locateUpload(connection, upload), signal };
  return connection.call(request, async ({ client, sdk }, abortSignal) => {
    const aborting = client.send(new sdk.AbortMultipartUploadCommand(address), { abortSignal });
    return (await unless(aborting, ({ status }) => status === 404, undefined)) !== undefined;
  });
}

function locateUpload({ settings }: S3Connection, { Key = "" }: MultipartUpload): string {
  return `s3://${settings.bucket}/${Key}`;
}

/** Removes an object; one that is not there is no error. */
export async function deleteS3Object(connection: S3Connection, key: string): Promise<void> {
  const address = connection.address(key);
  const request = { verb: "delete", location: connection.locate(key), signal: new AbortController().signal };
  await connection.call(request, ({ client, sdk }, abortSignal) =>
    unless(client.send(new sdk.DeleteObjectCommand(address), { abortSignal }), isAbsent, undefined),
  );
}
