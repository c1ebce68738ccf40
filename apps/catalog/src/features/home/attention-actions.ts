import type { AttentionItem } from "@heddle/api";
import { client, queryClient, trpc } from "../../data/trpc.ts";
import { announce, announceFailure } from "../../ui/toasts.tsx";

/** How long problems can be left alone. */
export const SNOOZES = [
  { label: "until something changes", ms: null },
  { label: "1 hour", ms: 3_600_000 },
  { label: "8 hours", ms: 28_800_000 },
  { label: "1 day", ms: 86_400_000 },
  { label: "1 week", ms: 604_800_000 },
] as const;

/** Records that the problems of an asset were seen. */
export async function acknowledgeItem(
  { asset, problem }: AttentionItem,
  { text = "", snoozeMs = null }: { readonly text?: string; readonly snoozeMs?: number | null } = {},
): Promise<void> {
  try {
    await client.home.acknowledge.mutate({ asset: asset.key, problem, text, snoozeMs });
    announce(snoozeMs === null ? "Acknowledged" : "Snoozed", asset.key);
  } catch (error) {
    announceFailure(`${asset.key} could not be acknowledged`, error);
  }
  await queryClient.invalidateQueries({ queryKey: trpc.home.attention.queryKey() });
}

/** Takes that back. */
export async function unacknowledgeItem({ asset }: AttentionItem): Promise<void> {
  try {
    await client.home.unacknowledge.mutate({ asset: asset.key });
  } catch (error) {
    announceFailure(`The note about ${asset.key} could not be taken back`, error);
  }
  await queryClient.invalidateQueries({ queryKey: trpc.home.attention.queryKey() });
}
