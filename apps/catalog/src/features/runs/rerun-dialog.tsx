import type { RunAssetProgress, RunDetail } from "@heddle/api";
import type { JsonValue } from "@heddle/core";
import { type ReactNode, useState } from "react";
import { formatCounted } from "../../format/amounts.ts";
import { Button } from "../../ui/button.tsx";
import { Modal } from "../../ui/modal.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { ConfigFields, useBrokenConfig } from "../launch/config-fields.tsx";
import type { RunChanges } from "./use-run-changes.ts";

interface RerunDialogProps {
  readonly run: RunDetail;
  readonly changes: RunChanges;
  readonly onClose: () => void;
}

/** Everything of a run once more, with other config where its assets take some. */
export function RerunDialog({ run, changes, onClose }: RerunDialogProps): ReactNode {
  const configurable = run.progress.filter(({ config }) => config !== null);
  const [config, setConfig] = useState(() => givenConfig(run));
  const { broken, onBroken } = useBrokenConfig();
  const [code, setCode] = useState<"newest" | "same">("newest");
  const changed = run.progress.filter(({ codeChanged }) => codeChanged);
  const made = run.counts.success;
  return (
    <Modal title={`Run everything of run ${run.id} again`} open onClose={onClose} width="w-[560px]">
      <div className="flex flex-col gap-4 overflow-y-auto p-4">
        <p>
          {formatCounted(run.total, "step")} of {formatCounted(run.assetCount, "asset")} will be made by a new run
          {made > 0 && `, ${formatCounted(made, "materialization")} of this one ${made === 1 ? "is" : "are"} replaced`}.
        </p>
        {changed.length > 0 && (
          <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
            <Segmented label="Which code" value={code} options={CODES} onChange={setCode} />
            <span className="text-muted">{describeChanged(changed)}</span>
          </div>
        )}
        {configurable.length === 0 ? (
          <p className="text-muted">No asset of it takes config.</p>
        ) : (
          <ConfigFields planned={configurable} config={config} onConfig={setConfig} onBroken={onBroken} />
        )}
        <div className="flex justify-end gap-2">
          <Button kind="ghost" onClick={onClose}>
            Leave it
          </Button>
          <Button
            kind="solid"
            icon="retry"
            disabled={changes.busy || broken.size > 0}
            onClick={() => {
              onClose();
              changes.retry("all", { code, config });
            }}
          >
            Run {formatCounted(run.total, "step")} again
          </Button>
        </div>
      </div>
    </Modal>
  );
}

const CODES = [
  { value: "newest", label: "Code in force" },
  { value: "same", label: "Code of this run" },
] as const;

function describeChanged([first, ...others]: readonly RunAssetProgress[]): string {
  const also = others.length === 0 ? "" : ` and ${formatCounted(others.length, "other")}`;
  return `${first?.asset.key ?? ""}${also} changed since this run.`;
}

function givenConfig({ progress }: RunDetail): { readonly [assetKey: string]: JsonValue } | undefined {
  const given = progress.filter((own) => own.givenConfig !== null);
  return given.length === 0 ? undefined : Object.fromEntries(given.map((own) => [own.asset.key, own.givenConfig]));
}
