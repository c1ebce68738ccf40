import { type ReactNode, useEffect, useState } from "react";
import type { Deployment } from "@heddle/api";
import { useOutdatedBuild } from "../data/build-check.ts";
import { useConnection } from "../data/catalog-state.ts";
import { retryConnection } from "../data/live-catalog.ts";
import { formatCounted } from "../format/amounts.ts";
import { dismissSearchProblems, useSearchProblems } from "../search/search-problems.ts";
import type { Glyph, Tone } from "../status/status-look.ts";
import { GlyphIcon, TONE_TEXT } from "../status/status-mark.tsx";
import { IconButton } from "../ui/button.tsx";
import { Clock } from "../ui/instant.tsx";
import { SourcePlace } from "../ui/source-place.tsx";

/** What a person must know before trusting or changing anything on the page. */
export function Banners({ deployment }: { readonly deployment: Deployment | undefined }): ReactNode {
  return (
    <>
      <LostConnection />
      <OtherBuild />
      <AddressProblems />
      {deployment !== undefined && <LoadProblems deployment={deployment} />}
    </>
  );
}

interface BannerProps {
  readonly glyph: Glyph;
  readonly tone: Tone;
  readonly onDismiss?: () => void;
  readonly children: ReactNode;
}

function Banner({ glyph, tone, onDismiss, children }: BannerProps): ReactNode {
  return (
    <div
      role="status"
      className={`flex min-h-8 items-center gap-2 border-b border-line px-4 py-1 ${tone === "failed" ? "bg-failed-soft" : "bg-stale-soft"}`}
    >
      <span className={TONE_TEXT[tone]}>
        <GlyphIcon glyph={glyph} />
      </span>
      <p className="min-w-0 flex-1">{children}</p>
      {onDismiss !== undefined && <IconButton icon="close" label="Dismiss" onClick={onDismiss} />}
    </div>
  );
}

function LostConnection(): ReactNode {
  const connection = useConnection();
  if (connection.kind !== "lost") return null;
  return (
    <Banner glyph="triangle" tone="stale">
      Live updates lost, <Countdown to={connection.retryAt} />. What you see is as of <Clock at={connection.asOf} />,
      and is read anew every 10 seconds.{" "}
      <button type="button" onClick={retryConnection} className="link">
        Try now
      </button>
    </Banner>
  );
}

/** Tells the seconds that are left, for eyes alone: a screen reader hears of the loss once. */
function Countdown({ to }: { readonly to: number }): ReactNode {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.ceil((to - now) / 1_000);
  return <span aria-hidden>{seconds > 0 ? `retrying in ${seconds} s` : "retrying"}</span>;
}

function OtherBuild(): ReactNode {
  if (!useOutdatedBuild()) return null;
  return (
    <Banner glyph="triangle" tone="stale">
      The server has another version than this page.{" "}
      <button type="button" onClick={() => window.location.reload()} className="link">
        Reload
      </button>{" "}
      to get it; where you are stays.
    </Banner>
  );
}

function AddressProblems(): ReactNode {
  const problems = useSearchProblems();
  if (problems.length === 0) return null;
  return (
    <Banner glyph="triangle" tone="stale" onDismiss={dismissSearchProblems}>
      Left out of the address:{" "}
      {problems.map(({ name, given, expects }, i) => (
        <span key={name}>
          {i > 0 && "; "}
          <code className="font-mono text-xs">
            {name}={given.slice(0, 40)}
          </code>{" "}
          is not {expects}
        </span>
      ))}
      .
    </Banner>
  );
}

function LoadProblems({ deployment }: { readonly deployment: Deployment }): ReactNode {
  const broken = deployment.codeLocations.filter(({ problems }) => problems.length > 0);
  const first = broken[0]?.problems[0];
  const signature = JSON.stringify(broken.map(({ name, problems }) => [name, problems.map(({ message }) => message)]));
  const [dismissed, setDismissed] = useState("");
  if (first === undefined || dismissed === signature) return null;
  const count = broken.reduce((sum, { problems }) => sum + problems.length, 0);
  return (
    <Banner glyph="cross" tone="failed" onDismiss={() => setDismissed(signature)}>
      The newest code of {broken.map(({ name }) => name).join(", ")} does not load, the last good version stays in use.{" "}
      {first.file !== null && <SourcePlace file={first.file} line={first.line} />}{" "}
      {/* Texts of user code may turn the direction of writing: they keep it to themselves. */}
      <bdi>{first.message}</bdi>
      {count > 1 && <span className="text-muted"> ({formatCounted(count - 1, "more problem")} under “code”)</span>}
    </Banner>
  );
}
