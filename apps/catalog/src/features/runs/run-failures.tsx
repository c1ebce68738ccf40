import type { FailureGroup } from "@heddle/api";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { formatCount, formatCounted } from "../../format/amounts.ts";
import { GlyphIcon } from "../../status/status-mark.tsx";
import { Ago } from "../../ui/instant.tsx";
import { RecordedErrorView } from "../asset/recorded-error.tsx";

/** Failed attempts, equal ones together, the largest group first. */
export function RunFailures({ failures }: { readonly failures: readonly FailureGroup[] }): ReactNode {
  if (failures.length === 0) return <p className="text-muted">Nothing has failed.</p>;
  return (
    <ul className="flex flex-col gap-3">
      {failures.map((group, i) => (
        <li key={group.fingerprint} className="rounded-md border border-line">
          <Failure group={group} open={i === 0} />
        </li>
      ))}
    </ul>
  );
}

function Failure({ group, open }: { readonly group: FailureGroup; readonly open: boolean }): ReactNode {
  const { example, assets, cause } = group;
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-3 border-b border-line bg-surface px-4 py-2 text-xs text-muted">
        <span className="flex items-center gap-1.5 font-medium text-failed-ink">
          <GlyphIcon glyph="cross" />
          {formatCounted(group.count, "attempt")}
        </span>
        <span>{cause.replaceAll("_", " ")}</span>
        <span title={assets.map(({ key }) => key).join("\n")}>
          {assets.length === 1 ? assets[0]?.key : formatCounted(assets.length, "asset")}
        </span>
        <span className="ml-auto">
          last <Ago at={group.lastAt} />
        </span>
      </div>
      <div className="flex flex-col gap-2 px-4 py-3">
        {example.error === null ? (
          <p className="font-medium">{group.message}</p>
        ) : (
          <RecordedErrorView error={example.error} open={open} />
        )}
        <p className="text-xs text-muted">
          for example attempt {formatCount(example.attempt)} at{" "}
          <Link
            to="/assets/$"
            params={{ _splat: example.asset.key }}
            search={{ partition: example.ordinal }}
            className="link"
          >
            {example.asset.key}
            {example.partitionKey !== "" && ` ${example.partitionKey}`}
          </Link>
        </p>
      </div>
    </>
  );
}
