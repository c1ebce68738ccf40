import { type KeyboardEvent, type ReactNode, useRef } from "react";

/** One tab of a {@link TabBar}. */
export interface Tab<TName extends string> {
  readonly name: TName;
  readonly label: string;
  /** Small print beside the label, such as a count. */
  readonly mark?: ReactNode;
}

interface TabBarProps<TName extends string> {
  /** What the tabs are parts of. */
  readonly label: string;
  readonly tabs: readonly Tab<TName>[];
  readonly value: TName;
  /** Id of the element with `role="tabpanel"`. */
  readonly panelId: string;
  readonly onChange: (name: TName) => void;
}

const STEPS: Readonly<Record<string, 1 | -1>> = { ArrowRight: 1, ArrowLeft: -1 };

/** The parts of a page, one of them shown: one stop of the tab key, arrows choose. A narrow window scrolls it sideways. */
export function TabBar<TName extends string>(props: TabBarProps<TName>): ReactNode {
  const { label, tabs, value, panelId, onChange } = props;
  const list = useRef<HTMLDivElement>(null);
  const chosen = tabs.findIndex(({ name }) => name === value);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = STEPS[event.key];
    const ends: Readonly<Record<string, number>> = { Home: 0, End: tabs.length - 1 };
    const next = step === undefined ? ends[event.key] : (chosen + step + tabs.length) % tabs.length;
    const tab = next === undefined ? undefined : tabs[next];
    if (next === undefined || tab === undefined) return;
    event.preventDefault();
    onChange(tab.name);
    list.current?.querySelectorAll("button")[next]?.focus();
  };
  return (
    <div
      ref={list}
      role="tablist"
      aria-label={label}
      onKeyDown={onKeyDown}
      className="flex shrink-0 gap-5 overflow-x-auto overflow-y-hidden border-b border-line px-4 [scrollbar-width:none]"
    >
      {tabs.map((tab) => (
        <button
          key={tab.name}
          type="button"
          role="tab"
          aria-selected={tab.name === value}
          aria-controls={panelId}
          tabIndex={tab.name === value ? 0 : -1}
          onClick={() => onChange(tab.name)}
          className="border-b-2 border-transparent py-1.5 font-medium whitespace-nowrap text-muted hover:text-ink aria-selected:border-ink aria-selected:text-ink"
        >
          {tab.label}
          {tab.mark !== undefined && <span className="ml-1.5 text-xs font-normal text-muted">{tab.mark}</span>}
        </button>
      ))}
    </div>
  );
}
