import type { SentencePart } from "@heddle/api";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { At } from "./instant.tsx";

/** A sentence whose names lead to what they name. */
export function Sentence({ parts }: { readonly parts: readonly SentencePart[] }): ReactNode {
  return (
    <span className="sentence">
      {parts.map((part, i) => (
        <Part key={i} part={part} />
      ))}
    </span>
  );
}

function Part({ part }: { readonly part: SentencePart }): ReactNode {
  switch (part.kind) {
    case "text":
      return part.text;
    case "asset":
      return (
        <Link to="/assets/$" params={{ _splat: part.key }} className="link">
          {part.key}
        </Link>
      );
    case "partition":
      return (
        <Link to="/assets/$" params={{ _splat: part.assetKey }} search={{ partition: part.ordinal }} className="link">
          {part.partitionKey}
        </Link>
      );
    case "run":
      return (
        <Link to="/runs/$runId" params={{ runId: String(part.runId) }} className="link">
          run {part.runId}
        </Link>
      );
    case "check":
      return (
        <Link to="/assets/$" params={{ _splat: part.assetKey }} hash="checks" className="link">
          {part.name}
        </Link>
      );
    case "instant":
      return <At at={part.at} />;
  }
}
