import { useEffect, useEffectEvent, useSyncExternalStore } from "react";

/** One shortcut: `a`, `Shift+R`, `Mod+k` (Ctrl, ⌘ on a Mac), or two keys one after the other, `g a`. */
export interface Hotkey {
  readonly keys: string;
  /** What it does, for the help. */
  readonly does: string;
  readonly run: (event: KeyboardEvent) => void;
}

/** Shortcuts that belong together in the help. */
export interface HotkeyGroup {
  readonly title: string;
  readonly hotkeys: readonly Hotkey[];
}

/** After this long the first key of two is forgotten. */
const SEQUENCE_TIMEOUT_MS = 1_200;

export const isMac = /Mac|iPhone|iPad/u.test(navigator.userAgent);

/** Whether a shortcut was used since something got the focus: `Enter` opens what it has led to then, such as a line of a list. */
let hasWalked = false;

let groups: readonly HotkeyGroup[] = [];
const listeners = new Set<() => void>();

/** Offers shortcuts while the component is shown; those of components shown later win over earlier ones. */
export function useHotkeys(title: string, hotkeys: readonly Hotkey[]): void {
  const runLatest = useEffectEvent((keys: string, event: KeyboardEvent) => {
    hotkeys.find((hotkey) => hotkey.keys === keys)?.run(event);
  });
  const signature = hotkeys.map(({ keys, does }) => `${keys}\u0000${does}`).join("\u0001");
  useEffect(() => {
    if (signature === "") return;
    const stable = signature.split("\u0001").map((entry) => {
      const [keys = "", does = ""] = entry.split("\u0000");
      return { keys, does, run: (event: KeyboardEvent) => runLatest(keys, event) };
    });
    const group: HotkeyGroup = { title, hotkeys: stable };
    publish([...groups, group]);
    return () => publish(groups.filter((own) => own !== group));
  }, [title, signature]);
}

/** All shortcuts that are offered now, for the help. */
export function useHotkeyGroups(): readonly HotkeyGroup[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => groups,
  );
}

/** Begins to listen; called once when the application starts. */
export function listenForHotkeys(): void {
  let first: { readonly key: string; readonly at: number } | null = null;
  window.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const key = describeKey(event);
    if (key === null || isElsewhere(event, key)) return;
    const sequence = first !== null && event.timeStamp - first.at < SEQUENCE_TIMEOUT_MS ? `${first.key} ${key}` : null;
    const second = sequence === null ? undefined : find(sequence);
    const hotkey = second ?? find(key);
    // A key that does something by itself may begin a sequence, too: on the page of a run, g shows the graph, g a all assets.
    const mayGoOn = second === undefined && (hotkey === undefined || beginsSequence(key));
    first = mayGoOn ? { key, at: event.timeStamp } : null;
    if (hotkey === undefined) return;
    event.preventDefault();
    hotkey.run(event);
    hasWalked = true;
  });
  window.addEventListener("focusin", () => {
    hasWalked = false;
  });
}

function find(keys: string): Hotkey | undefined {
  return groups
    .toReversed()
    .flatMap(({ hotkeys }) => hotkeys)
    .find((hotkey) => hotkey.keys === keys);
}

function beginsSequence(key: string): boolean {
  return groups.some(({ hotkeys }) => hotkeys.some(({ keys }) => keys.startsWith(`${key} `)));
}

function publish(next: readonly HotkeyGroup[]): void {
  groups = next;
  for (const listener of listeners) listener();
}

function describeKey(event: KeyboardEvent): string | null {
  if (["Shift", "Control", "Alt", "Meta"].includes(event.key) || event.altKey) return null;
  const modifier = event.ctrlKey || event.metaKey ? "Mod+" : "";
  // A letter's case says Shift already; signs such as ? are named as what they type.
  const letter = /^[a-z]$/iu.test(event.key);
  const shift = event.shiftKey && (letter || event.key.length > 1) ? "Shift+" : "";
  const key = letter ? (event.shiftKey ? event.key.toUpperCase() : event.key.toLowerCase()) : event.key;
  return `${modifier}${shift}${key === " " ? "Space" : key}`;
}

/** Whether a key belongs to what has the focus: a field being typed in, or an open dialog or menu. */
function isElsewhere(event: KeyboardEvent, key: string): boolean {
  if (key.startsWith("Mod+")) return false;
  const { target } = event;
  if (!(target instanceof Element)) return false;
  if (target.closest("[role='dialog'], [role='menu'], [role='listbox']") !== null) return true;
  // The space bar presses what has the focus.
  if (key === "Space" && target.closest("button, a, summary, [role='slider']") !== null) return true;
  // Enter follows and presses it as well, unless keys have walked to something else since.
  if (key === "Enter" && !hasWalked && target.closest("button, a, summary") !== null) {
    // A card of a picture is in focus when it is pressed; what Enter does then is the picture's to say.
    return target.closest("[data-card]") === null || target.closest("[data-control]") !== null;
  }
  // Nothing is typed into a box that is ticked: only the keys that tick it and move on belong to it.
  if (target.matches("input[type='checkbox'], input[type='radio']")) return /^(?:Space|Enter|Arrow.*)$/u.test(key);
  return target.closest("input, textarea, select, [contenteditable]") !== null;
}
