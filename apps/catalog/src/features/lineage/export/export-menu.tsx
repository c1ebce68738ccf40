import { type ReactNode, type RefObject, useState } from "react";
import { formatCounted } from "../../../format/amounts.ts";
import { announceProblem } from "../../../ui/toasts.tsx";
import type { LineageRenderer } from "../lineage-renderer.ts";
import type { Scene } from "../scene.ts";
import { download } from "./download.ts";
import { graphText, type TextFormat } from "./graph-text.ts";
import { pictureSvg } from "./picture-svg.ts";

interface ExportMenuProps {
  readonly scene: Scene;
  readonly renderer: RefObject<LineageRenderer | null>;
  /** What was picked, or is lit, or else everything. */
  readonly nodes: readonly number[];
  readonly onDone: () => void;
}

const ITEM = "flex h-8 w-full items-center gap-3 rounded-sm px-2 text-left hover:bg-hover";
const TEXTS: readonly {
  readonly format: TextFormat;
  readonly label: string;
  readonly type: string;
  readonly file: string;
}[] = [
  { format: "mermaid", label: "Mermaid", type: "text/plain", file: "lineage.mmd" },
  { format: "dot", label: "Graphviz DOT", type: "text/vnd.graphviz", file: "lineage.dot" },
  { format: "csv", label: "CSV", type: "text/csv", file: "lineage.csv" },
];

/** Takes the view or the selection elsewhere. */
export function ExportMenu({ scene, renderer, nodes, onDone }: ExportMenuProps): ReactNode {
  const [copied, setCopied] = useState(false);
  const savePicture = (kind: "png" | "svg"): void => {
    const picture = renderer.current?.picture() ?? null;
    if (picture === null) {
      announceProblem("There is no picture to export", "On a small screen the lineage is a list; take it as text.");
      return;
    }
    if (kind === "svg") download("lineage.svg", new Blob([pictureSvg(picture.frame)], { type: "image/svg+xml" }));
    else picture.canvas.toBlob((blob) => blob !== null && download("lineage.png", blob), "image/png");
    onDone();
  };
  const saveText = ({ format, type, file }: (typeof TEXTS)[number]): void => {
    download(file, new Blob([graphText(scene, nodes, format)], { type }));
    onDone();
  };
  return (
    <div className="flex flex-col pt-2">
      <p className="label px-2 pb-1">The view</p>
      <button type="button" className={ITEM} onClick={() => savePicture("png")}>
        PNG
      </button>
      <button type="button" className={ITEM} onClick={() => savePicture("svg")}>
        SVG
      </button>
      <p className="label px-2 pt-3 pb-1">{formatCounted(nodes.length, "asset")} as text</p>
      {TEXTS.map((text) => (
        <button key={text.format} type="button" className={ITEM} onClick={() => saveText(text)}>
          {text.label}
        </button>
      ))}
      <button
        type="button"
        className={ITEM}
        onClick={() => {
          void navigator.clipboard.writeText(graphText(scene, nodes, "mermaid")).then(
            () => setCopied(true),
            () => announceProblem("The clipboard is not open to this page", "Download the file instead."),
          );
        }}
      >
        {copied ? "Copied" : "Copy as Mermaid"}
      </button>
    </div>
  );
}
