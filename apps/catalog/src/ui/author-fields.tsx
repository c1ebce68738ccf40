import { type ReactNode, useId, useState } from "react";
import { rememberAuthor, rememberedAuthor } from "./author.ts";

/** Who changes something, and why. */
export interface Author {
  readonly actor: string;
  readonly reason: string;
}

/** The fields of {@link AuthorFields}, with the name that was given the last time. */
export function useAuthor(): readonly [Author, (author: Author) => void] {
  const [author, setAuthor] = useState<Author>(() => ({ actor: rememberedAuthor(), reason: "" }));
  return [
    author,
    (next) => {
      if (next.actor !== author.actor) rememberAuthor(next.actor.trim());
      setAuthor(next);
    },
  ];
}

/** The author as the API takes one. */
export interface AuthorInput {
  actor?: string;
  reason?: string;
}

/** The author as the API takes it: what is left empty is left out. */
export function authorInput({ actor, reason }: Author): AuthorInput {
  return {
    ...(actor.trim() !== "" && { actor: actor.trim() }),
    ...(reason.trim() !== "" && { reason: reason.trim() }),
  };
}

interface AuthorFieldsProps {
  readonly author: Author;
  readonly onAuthor: (author: Author) => void;
  /** The reason has to be given. */
  readonly required?: boolean;
}

/** Asks why something is changed, and by whom; the name is remembered in this browser. */
export function AuthorFields({ author, onAuthor, required = false }: AuthorFieldsProps): ReactNode {
  const id = useId();
  return (
    <div className="grid grid-cols-[minmax(0,2fr)_minmax(0,1fr)] gap-3 max-md:grid-cols-1">
      <div className="flex min-w-0 flex-col gap-1">
        <label htmlFor={`${id}-reason`} className="text-xs text-muted">
          Reason{required ? "" : " (may be left out)"}
        </label>
        <input
          id={`${id}-reason`}
          value={author.reason}
          required={required}
          maxLength={1_000}
          autoComplete="off"
          onChange={(event) => onAuthor({ ...author, reason: event.target.value })}
          className={INPUT}
        />
      </div>
      <div className="flex min-w-0 flex-col gap-1">
        <label htmlFor={`${id}-actor`} className="text-xs text-muted">
          Your name
        </label>
        <input
          id={`${id}-actor`}
          value={author.actor}
          maxLength={200}
          autoComplete="off"
          onChange={(event) => onAuthor({ ...author, actor: event.target.value })}
          className={INPUT}
        />
      </div>
    </div>
  );
}

const INPUT =
  "h-7 min-w-0 rounded-md border border-line-strong bg-canvas px-2 text-sm text-ink focus:border-accent focus:outline focus:outline-1 focus:outline-accent";
