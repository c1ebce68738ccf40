import type { AssetDetail } from "@heddle/api";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { trpc } from "../../../data/trpc.ts";
import { rowOfCondition } from "../../automation/automation-rows.ts";
import { SwitchDialog } from "../../automation/switch-dialog.tsx";

/** Asks why the condition of an asset is switched off, or on again. */
export function PauseDialog({
  detail,
  onClose,
}: {
  readonly detail: AssetDetail;
  readonly onClose: () => void;
}): ReactNode {
  const { data } = useQuery(trpc.automation.conditions.queryOptions({}));
  const own = data?.conditions.find(({ asset, check }) => asset.id === detail.id && check === null);
  return own === undefined ? null : <SwitchDialog row={rowOfCondition(own)} onClose={onClose} />;
}
