import type { CheckSilence, CheckSummary } from "@heddle/api";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { client } from "../../data/trpc.ts";
import { formatInstant } from "../../format/instants.ts";
import { AuthorFields, authorInput, useAuthor } from "../../ui/author-fields.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { Icon } from "../../ui/icons.tsx";
import { At } from "../../ui/instant.tsx";
import { DialogActions } from "../../ui/dialog-actions.tsx";
import { Modal } from "../../ui/modal.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { announce, announceFailure } from "../../ui/toasts.tsx";

type Silenced = Pick<CheckSummary, "asset" | "name" | "silence">;

/** Says that a check is silenced, until when and why. */
export function SilencedMark({ silence }: { readonly silence: CheckSilence }): ReactNode {
  const text = `silenced until ${formatInstant(silence.until)}: ${silence.reason}`;
  return (
    <span role="img" aria-label={text} title={text} className="text-muted">
      <Icon name="pause" size={12} />
    </span>
  );
}

/** The button that silences a check for some time, or lifts that. */
export function SilenceButton({
  check,
  compact = false,
}: {
  readonly check: Silenced;
  readonly compact?: boolean;
}): ReactNode {
  const [open, setOpen] = useState(false);
  const lifts = check.silence !== null;
  return (
    <>
      {compact ? (
        <IconButton
          icon={lifts ? "play" : "pause"}
          label={`${lifts ? "Lift the silence of" : "Silence"} ${check.name} of ${check.asset.key}`}
          onClick={() => setOpen(true)}
        />
      ) : (
        <Button icon={lifts ? "play" : "pause"} onClick={() => setOpen(true)}>
          {lifts ? "Lift the silence" : "Silence"}
        </Button>
      )}
      {open &&
        (lifts ? (
          <LiftDialog check={check} onClose={() => setOpen(false)} />
        ) : (
          <SilenceDialog check={check} onClose={() => setOpen(false)} />
        ))}
    </>
  );
}

interface DialogProps {
  readonly check: Silenced;
  readonly onClose: () => void;
}

const HOUR = 3_600_000;
const SPANS = [
  { value: "hour", label: "1 hour", ms: HOUR },
  { value: "day", label: "1 day", ms: 24 * HOUR },
  { value: "week", label: "1 week", ms: 7 * 24 * HOUR },
  { value: "month", label: "30 days", ms: 30 * 24 * HOUR },
] as const;
type Span = (typeof SPANS)[number]["value"];

function SilenceDialog({ check, onClose }: DialogProps): ReactNode {
  const [author, setAuthor] = useAuthor();
  const [span, setSpan] = useState<Span>("day");
  const [opened] = useState(() => Date.now());
  const until = opened + (SPANS.find(({ value }) => value === span)?.ms ?? HOUR);
  const change = useSilence(check, onClose);
  return (
    <Modal title={`Silence ${check.name}?`} open onClose={onClose} width="w-[520px]">
      <form
        className="flex flex-col gap-4 p-4"
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate({ until, ...authorInput(author), reason: author.reason.trim() });
        }}
      >
        <p>
          Nobody is told of what it finds in <span className="font-medium">{check.asset.key}</span> until{" "}
          <At at={until} />. It goes on checking, and blocks as before.
        </p>
        <Segmented label="For" value={span} options={SPANS} onChange={setSpan} />
        <AuthorFields author={author} onAuthor={setAuthor} required />
        <DialogActions
          leave="Keep telling"
          onLeave={onClose}
          disabled={change.isPending || author.reason.trim() === ""}
        >
          Silence it
        </DialogActions>
      </form>
    </Modal>
  );
}

function LiftDialog({ check, onClose }: DialogProps): ReactNode {
  const [author, setAuthor] = useAuthor();
  const change = useSilence(check, onClose);
  const { silence } = check;
  return (
    <Modal title={`Lift the silence of ${check.name}?`} open onClose={onClose} width="w-[520px]">
      <form
        className="flex flex-col gap-4 p-4"
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate({ until: null, ...authorInput(author), reason: author.reason.trim() || "lifted" });
        }}
      >
        {silence !== null && (
          <p>
            Silenced until <At at={silence.until} />
            {silence.actor !== null && ` by ${silence.actor}`}: {silence.reason}
          </p>
        )}
        <AuthorFields author={author} onAuthor={setAuthor} />
        <DialogActions leave="Leave it silenced" onLeave={onClose} disabled={change.isPending}>
          Lift the silence
        </DialogActions>
      </form>
    </Modal>
  );
}

function useSilence({ asset, name }: Silenced, onDone: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: { until: number | null; reason: string; actor?: string }) =>
      client.checks.silence.mutate({ key: asset.key, check: name, ...change }),
    onSuccess: (_, { until }) => {
      announce(
        until === null ? `${name} is told of again` : `${name} is silenced`,
        until === null ? undefined : `until ${formatInstant(until)}`,
      );
      onDone();
    },
    onError: (error) => announceFailure(`${name} could not be silenced`, error),
    onSettled: () => {
      for (const path of ["checks", "home"]) void queries.invalidateQueries({ queryKey: [[path]] });
    },
  });
}
