import type { CodeFileDifference, CodeHunk } from "@heddle/api";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { trpc } from "../../../data/trpc.ts";
import { formatCounted } from "../../../format/amounts.ts";
import { FailurePanel } from "../../../ui/failure-panel.tsx";
import { At } from "../../../ui/instant.tsx";
import { Skeleton } from "../../../ui/skeleton.tsx";
import { numberLines } from "./number-lines.ts";

interface LineDifferencesProps {
  readonly assetKey: string;
  /** Version of the code that is compared with the one before. */
  readonly version: number;
}

/** The lines that came and went in the files of a project with a version of its code. */
export function LineDifferences({ assetKey, version }: LineDifferencesProps): ReactNode {
  // Versions never change.
  const query = useQuery(
    trpc.code.difference.queryOptions({ key: assetKey, version }, { staleTime: Number.POSITIVE_INFINITY }),
  );
  if (query.isError) {
    return (
      <FailurePanel title="The lines could not be read" error={query.error} onRetry={() => void query.refetch()} />
    );
  }
  if (query.isPending) return <Skeleton label="Reading the lines" lines={6} />;
  const { data } = query;
  if (data.kind === "unknown") return <p className="text-muted">The version before it is not kept any more.</p>;
  if (data.kind === "without_sources") {
    return <p className="text-muted">One of the two versions was stored without its sources.</p>;
  }
  if (data.files.length === 0) {
    return <p className="text-muted">The project's own files are the same: a package that it uses has changed.</p>;
  }
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <p className="text-xs text-muted">
        {formatCounted(data.files.length + data.more, "file")} of the project since <At at={data.before.createdAt} />,{" "}
        <code className="font-mono" title={`Deployment ${data.before.hash}`}>
          {data.before.hash.slice(0, 12)}
        </code>
      </p>
      {data.files.map((own) => (
        <FileLines key={own.file} own={own} />
      ))}
      {data.more > 0 && <p className="text-xs text-muted">and {formatCounted(data.more, "more file")}</p>}
    </div>
  );
}

function FileLines({
  own: { file, change, isDeclaring, hunks, isCut },
}: {
  readonly own: CodeFileDifference;
}): ReactNode {
  return (
    <figure className="min-w-0 overflow-hidden rounded-md border border-line">
      <figcaption className="flex items-baseline gap-2 border-b border-line bg-surface px-3 py-1 text-xs">
        <code className="min-w-0 truncate font-mono font-medium" title={file}>
          {file}
        </code>
        <span className="shrink-0 text-muted">{change === "changed" ? isDeclaring && "declares it" : change}</span>
      </figcaption>
      <div
        role="region"
        aria-label={`Lines of ${file}`}
        tabIndex={0}
        className="max-h-96 overflow-auto py-1 font-mono text-xs leading-5"
      >
        {hunks.map((hunk, at) => (
          <Hunk key={hunk.now} hunk={hunk} isFirst={at === 0} />
        ))}
        {isCut && <p className="px-3 text-muted">More lines differ.</p>}
      </div>
    </figure>
  );
}

const TONES = { gone: "bg-failed-soft", came: "bg-accent-soft", kept: "text-muted" } as const;
const SIGNS = { gone: "−", came: "+", kept: "" } as const;
const WORDS = { gone: "before: ", came: "now: ", kept: "" } as const;

function Hunk({ hunk, isFirst }: { readonly hunk: CodeHunk; readonly isFirst: boolean }): ReactNode {
  return (
    <div className={`w-max min-w-full ${isFirst ? "" : "mt-1 border-t border-line pt-1"}`}>
      {numberLines(hunk).map(({ kind, number, text }, at) => (
        <div key={at} className={`flex pr-4 ${TONES[kind]}`}>
          <span aria-hidden className="w-11 shrink-0 pr-2 text-right text-muted select-none">
            {number}
          </span>
          <span aria-hidden className="w-4 shrink-0 select-none">
            {SIGNS[kind]}
          </span>
          <code className="whitespace-pre">
            <span className="sr-only">{WORDS[kind]}</span>
            {text === "" ? " " : text}
          </code>
        </div>
      ))}
    </div>
  );
}
