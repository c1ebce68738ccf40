import { type ReactNode, useState } from "react";
import {
  chooseDistinction,
  chooseTheme,
  THEME_CHOICES,
  type ThemeChoice,
  themeChoice,
  useDistinction,
  useTheme,
} from "../theme/theme.ts";
import { Icon, type IconName } from "../ui/icons.tsx";
import { PopoverButton } from "../ui/popover-button.tsx";
import { Segmented } from "../ui/segmented.tsx";
import { STATE_BUTTON } from "./state-button.ts";

const LOOK: Record<ThemeChoice, { readonly label: string; readonly icon: IconName }> = {
  system: { label: "As the system", icon: "monitor" },
  light: { label: "Light", icon: "sun" },
  dark: { label: "Dark", icon: "moon" },
};

const OPTIONS = THEME_CHOICES.map((value) => ({
  value,
  label: (
    <>
      <Icon name={LOOK[value].icon} size={14} />
      {LOOK[value].label}
    </>
  ),
}));

/** Chooses between light, dark and what the system says. */
export function ThemeSwitch(): ReactNode {
  const shown = useTheme();
  const distinction = useDistinction();
  const [choice, setChoice] = useState(themeChoice);
  const choose = (value: ThemeChoice): void => {
    setChoice(value);
    chooseTheme(value);
  };
  return (
    <PopoverButton
      trigger={<Icon name={LOOK[shown].icon} size={15} />}
      label="Theme"
      className={STATE_BUTTON}
      title="Theme"
      width="w-fit"
    >
      <div className="mt-2">
        <Segmented label="Theme" value={choice} options={OPTIONS} onChange={choose} />
        <label className="mt-3 flex items-start gap-2">
          <input
            type="checkbox"
            checked={distinction === "high"}
            onChange={({ target }) => chooseDistinction(target.checked ? "high" : "normal")}
            className="mt-1 size-3.5 shrink-0 accent-[var(--accent)]"
          />
          <span>
            High distinction
            <span className="block text-xs text-muted">Fresh is blue, failed orange, running grey.</span>
          </span>
        </label>
      </div>
    </PopoverButton>
  );
}
