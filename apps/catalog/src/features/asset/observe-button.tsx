import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { client } from "../../data/trpc.ts";
import { formatCounted } from "../../format/amounts.ts";
import { Button } from "../../ui/button.tsx";
import { announce, announceFailure } from "../../ui/toasts.tsx";
import { selectionOfKeys } from "../../data/selection-of-keys.ts";

/** Looks at an external asset now: at the newest window of what is cut by time, else at all of it. */
export function ObserveButton({ assetKey }: { readonly assetKey: string }): ReactNode {
  const queries = useQueryClient();
  const observe = useMutation({
    mutationFn: () =>
      client.assets.observe.mutate({
        selection: selectionOfKeys([assetKey]),
        idempotencyKey: `observe-${crypto.randomUUID()}`,
      }),
    onSuccess: ({ runId, partitions }) =>
      announce(`Run ${runId} is looking`, `At ${formatCounted(partitions, "partition")} of ${assetKey}.`),
    onError: (error) => announceFailure("Nothing was observed", error),
    onSettled: () => void queries.invalidateQueries({ queryKey: [["runs"]] }),
  });
  return (
    <Button kind="solid" icon="play" disabled={observe.isPending} onClick={() => observe.mutate()}>
      Observe
    </Button>
  );
}
