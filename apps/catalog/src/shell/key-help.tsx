import type { ReactNode } from "react";
import { isMac, useHotkeyGroups } from "../keyboard/hotkeys.ts";
import { Key } from "../ui/button.tsx";
import { Modal } from "../ui/modal.tsx";

/** Names of keys that are not what they type. */
const NAMES: Readonly<Record<string, string>> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
  Mod: isMac ? "⌘" : "Ctrl",
};

/** All shortcuts that work on this page now. */
export function KeyHelp({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }): ReactNode {
  const groups = useHotkeyGroups();
  return (
    <Modal title="Keyboard" open={open} onClose={onClose} width="w-[560px]">
      <div className="grid gap-x-8 gap-y-4 overflow-y-auto p-4 sm:grid-cols-2">
        {groups.map(({ title, hotkeys }, i) => (
          <section key={`${title}${i}`} aria-label={title}>
            <h3 className="label mb-1.5">{title}</h3>
            <dl className="flex flex-col gap-1">
              {hotkeys.map(({ keys, does }) => (
                <div key={keys} className="flex items-center gap-2">
                  <dt className="order-2 ml-auto flex gap-1">
                    {keys.split(/[ +](?=.)/u).map((key, k) => (
                      <Key key={k}>{NAMES[key] ?? key}</Key>
                    ))}
                  </dt>
                  <dd className="truncate text-muted">{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}
