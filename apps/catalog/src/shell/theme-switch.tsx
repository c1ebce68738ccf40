import { Menu } from "@base-ui/react/menu";
import { type ReactNode, useState } from "react";
import { chooseTheme, THEME_CHOICES, type ThemeChoice, themeChoice, useTheme } from "../theme/theme.ts";
import { IconButton } from "../ui/button.tsx";
import { Icon, type IconName } from "../ui/icons.tsx";
import { MENU_ITEM } from "../ui/menu-style.ts";

const LOOK: Record<ThemeChoice, { readonly label: string; readonly icon: IconName }> = {
  system: { label: "As the system", icon: "monitor" },
  light: { label: "Light", icon: "sun" },
  dark: { label: "Dark", icon: "moon" },
};

/** Chooses between light, dark and what the system says. */
export function ThemeSwitch(): ReactNode {
  const shown = useTheme();
  const [choice, setChoice] = useState(themeChoice);
  return (
    <Menu.Root>
      <Menu.Trigger render={<IconButton icon={LOOK[shown].icon} label="Theme" />} />
      <Menu.Portal>
        <Menu.Positioner sideOffset={6} align="end" className="z-50">
          <Menu.Popup className="popup w-44 p-1">
            <Menu.RadioGroup
              value={choice}
              onValueChange={(value: ThemeChoice) => {
                setChoice(value);
                chooseTheme(value);
              }}
            >
              {THEME_CHOICES.map((option) => (
                <Menu.RadioItem key={option} value={option} className={MENU_ITEM}>
                  <Icon name={LOOK[option].icon} size={14} />
                  {LOOK[option].label}
                  <Menu.RadioItemIndicator className="ml-auto">
                    <Icon name="check" size={12} />
                  </Menu.RadioItemIndicator>
                </Menu.RadioItem>
              ))}
            </Menu.RadioGroup>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
