import type { ContentPreview } from "@heddle/core";
import type { StoredPreview } from "@heddle/core/internal";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { trpc } from "../../../data/trpc.ts";
import { formatBytes } from "../../../format/amounts.ts";
import { Button } from "../../../ui/button.tsx";
import { copyText } from "../../../ui/copy.ts";
import { FailurePanel } from "../../../ui/failure-panel.tsx";
import { Skeleton } from "../../../ui/skeleton.tsx";
import { PreviewTable } from "./preview-table.tsx";

interface StoredPreviewViewProps {
  readonly assetKey: string;
  readonly ordinal: number;
  readonly formerId?: number | undefined;
  readonly runId: number;
}

/** Rows at first, and when somebody wants more. */
const FEW_ROWS = 100;
const MORE_ROWS = 1_000;

/** The beginning of what a materialization has stored. Leaving it ends the reading. */
export function StoredPreviewView({ assetKey, ordinal, formerId, runId }: StoredPreviewViewProps): ReactNode {
  const [rows, setRows] = useState(FEW_ROWS);
  const query = useQuery(
    trpc.partitions.preview.queryOptions(
      { key: assetKey, ordinal, assetId: formerId, runId, rows },
      // What is stored never changes; `rows` alone may replace what is shown.
      { staleTime: Infinity, trpc: { abortOnUnmount: true }, placeholderData: keepPreviousData },
    ),
  );
  const answer = query.data?.runId === runId ? query.data : undefined;
  if (query.isError) {
    return (
      <div className="p-3">
        <FailurePanel title="The data could not be read" error={query.error} onRetry={() => void query.refetch()} />
      </div>
    );
  }
  if (answer === undefined) return <Skeleton label="Reading the data" lines={4} />;
  const { preview } = answer;
  switch (preview.kind) {
    case "none":
      return <p className="px-3 py-2 text-muted">The I/O manager of this asset shows nothing of what it stores.</p>;
    case "table":
      return (
        <PreviewTable
          preview={preview}
          onMore={hasMore(preview, rows) && rows < MORE_ROWS ? () => setRows(MORE_ROWS) : null}
          isReading={query.isFetching}
        />
      );
    default:
      return <Content preview={preview} />;
  }
}

function hasMore({ rows, totalRows, isCut }: StoredPreview & { readonly kind: "table" }, asked: number): boolean {
  return !isCut && (totalRows === null ? rows.length >= asked : rows.length < totalRows);
}

function Content({ preview }: { readonly preview: ContentPreview }): ReactNode {
  const { kind, content, mediaType, shownBytes, totalBytes } = preview;
  const all = shownBytes === totalBytes;
  return (
    <div className="flex flex-col gap-2 p-3">
      <div className="flex items-center gap-3 text-xs text-muted">
        <span>
          {all ? formatBytes(totalBytes) : `the first ${formatBytes(shownBytes)} of ${formatBytes(totalBytes)}`}
          {mediaType !== null && `, ${mediaType}`}
        </span>
        {kind === "text" && (
          <Button kind="ghost" icon="copy" className="ml-auto" onClick={() => void copyText(content, "Text")}>
            Copy
          </Button>
        )}
      </div>
      {kind === "image" ? (
        <img
          src={`data:${mediaType ?? "image/png"};base64,${content}`}
          alt="What is stored"
          className="max-h-96 max-w-full self-start rounded-sm border border-line"
        />
      ) : (
        <pre
          tabIndex={0}
          aria-label={kind === "text" ? "Text" : "Bytes"}
          className="max-h-96 overflow-auto rounded-md border border-line bg-surface px-3 py-2 font-mono text-xs leading-5 whitespace-pre-wrap"
        >
          {kind === "text" ? content : hexLines(content)}
        </pre>
      )}
    </div>
  );
}

/** Bytes as people have always looked at them: 16 a line, with the signs that they stand for. */
function hexLines(base64: string): string {
  const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const signs = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".")).join("");
    lines.push(`${at.toString(16).padStart(6, "0")}  ${hex.padEnd(47)}  ${signs}`);
  }
  return lines.join("\n");
}
