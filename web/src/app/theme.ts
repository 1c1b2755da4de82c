import { useState } from "react";

type Theme = "system" | "light" | "dark";

/** The look: the system's, or the one chosen here and remembered by this browser. */
export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, set] = useState<Theme>(() => {
    const chosen = document.documentElement.dataset.theme;
    return chosen === "light" || chosen === "dark" ? chosen : "system";
  });
  return [
    theme,
    (theme) => {
      set(theme);
      const root = document.documentElement;
      try {
        if (theme === "system") localStorage.removeItem("lcms.theme");
        else localStorage.setItem("lcms.theme", theme);
      } catch {
        // Storage is switched off: the look holds until the page is closed.
      }
      if (theme === "system") delete root.dataset.theme;
      else root.dataset.theme = theme;
    },
  ];
}
