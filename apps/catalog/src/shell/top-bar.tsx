import type { Deployment } from "@heddle/api";
import { Link, useLocation } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { isMac } from "../keyboard/hotkeys.ts";
import { IconButton, Key } from "../ui/button.tsx";
import { copyText } from "../ui/copy.ts";
import { Icon } from "../ui/icons.tsx";
import { Breadcrumb } from "./breadcrumb.tsx";
import { commandOf } from "./command-of.ts";
import { CodeState } from "./code-state.tsx";
import { HealthState } from "./health-state.tsx";
import { Mark } from "./mark.tsx";
import { ThemeSwitch } from "./theme-switch.tsx";
import { TimeZoneSwitch } from "./time-zone-switch.tsx";

interface TopBarProps {
  readonly deployment: Deployment | undefined;
  readonly onSearch: () => void;
  readonly onHelp: () => void;
}

/** Where one is, what state everything is in, and the way to anywhere else. */
export function TopBar({ deployment, onSearch, onHelp }: TopBarProps): ReactNode {
  return (
    <header className="flex h-11 items-center gap-2 border-b border-line bg-surface pr-3">
      <Link
        to="/"
        aria-label="Heddle"
        className="flex h-full w-[76px] shrink-0 max-md:w-14 items-center justify-center border-r border-line"
      >
        <Mark />
      </Link>
      <Breadcrumb />
      {/* As wide as there is room, and what is known late stands first: nothing moves when it comes. */}
      <div className="flex flex-1 items-center justify-end gap-1">
        {deployment !== undefined && (
          <>
            <HealthState deployment={deployment} />
            <CodeState deployment={deployment} />
          </>
        )}
        <button
          type="button"
          onClick={onSearch}
          className="mx-1 flex h-7 w-56 shrink-0 items-center gap-2 rounded-md border border-line-strong bg-canvas px-2 text-xs text-muted hover:border-faint max-md:w-auto"
        >
          <Icon name="search" size={14} />
          <span className="max-md:sr-only">Go to…</span>
          <span className="ml-auto flex gap-0.5 max-md:hidden">
            <Key>{isMac ? "⌘" : "Ctrl"}</Key>
            <Key>K</Key>
          </span>
        </button>
        <IconButton
          icon="link"
          label="Copy link to this view"
          className="max-md:hidden"
          onClick={() => void copyText(window.location.href, "Link")}
        />
        <CommandButton />
        <IconButton icon="keyboard" label="Keyboard shortcuts" className="max-md:hidden" onClick={onHelp} />
        <div className="max-md:hidden">
          <TimeZoneSwitch />
        </div>
        <ThemeSwitch />
      </div>
    </header>
  );
}

/** Copies the command that tells in a terminal what this page shows. */
function CommandButton(): ReactNode {
  const { pathname, search } = useLocation();
  const command = commandOf(pathname, search);
  if (command === null) return null;
  return (
    <IconButton
      icon="terminal"
      label={`Copy as command: ${command.length > 120 ? `${command.slice(0, 119)}…` : command}`}
      className="max-md:hidden"
      onClick={() => void copyText(command, "Command")}
    />
  );
}
