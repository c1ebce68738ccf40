import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { EmptyState } from "../../ui/empty-state.tsx";

interface UnknownAssetProps {
  readonly assetKey: string;
  readonly nearest: readonly string[];
}

/** Says that no asset has a key, and which keys come near. */
export function UnknownAsset({ assetKey, nearest }: UnknownAssetProps): ReactNode {
  return (
    <>
      <h1 className="sr-only">Unknown asset</h1>
      <EmptyState title="No asset has this key.">
        <code className="rounded-sm bg-hover px-1.5 py-0.5 font-mono text-xs break-all text-ink">{assetKey}</code>
        {nearest.length > 0 && (
          <div>
            <p className="mb-1">Perhaps one of these is meant:</p>
            <ul className="flex flex-col gap-1">
              {nearest.map((key) => (
                <li key={key}>
                  <Link to="/assets/$" params={{ _splat: key }} className="link">
                    {key}
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        )}
        <Link to="/assets" className="link">
          All assets
        </Link>
      </EmptyState>
    </>
  );
}
