//! A profile's theme as the player wears it: the style sheet that stands after the player's own,
//! and the palette it makes, for checking that it can be read.
//!
//! The player's style sheet names its colours (`--lcms-…`); a theme replaces some of them. What
//! follows from a colour (the wash below an accent, what stands on it) is worked out here, so that
//! naming one colour is enough.

use std::fmt::Write as _;

use lcms_core::model::content::{Colour, Colours, Font};

use crate::player;
use crate::profile::{Logo, Settings};

/// Where the theme's style sheet stands in a package.
pub(crate) const THEME_PATH: &str = "theme/theme.css";

/// Where the logo stands in a package.
pub(crate) fn logo_path(logo: &Logo) -> String {
    format!("theme/{}", logo.asset.file_name)
}

/// Light or dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Light,
    Dark,
}

/// Two colours that stand one on the other.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    pub(crate) scheme: Scheme,
    /// What is read, and what it stands on: names of the player's colours.
    pub(crate) names: (&'static str, &'static str),
    pub(crate) colours: (Colour, Colour),
    /// Least contrast (WCAG 2.2, 1.4.3 for text, 1.4.11 for edges).
    pub(crate) least: f64,
}

/// What is read on what, and whether it is text.
const PAIRS: [(&str, &str, f64); 15] = [
    ("ink", "paper", 4.5),
    ("ink", "surface", 4.5),
    ("ink", "sunken", 4.5),
    ("ink", "accent-wash", 4.5),
    ("soft", "paper", 4.5),
    ("soft", "surface", 4.5),
    ("accent", "paper", 4.5),
    ("accent", "surface", 4.5),
    ("accent", "accent-wash", 4.5),
    ("accent-ink", "accent", 4.5),
    ("edge", "surface", 3.0),
    ("edge", "paper", 3.0),
    ("right", "surface", 4.5),
    ("wrong", "surface", 4.5),
    ("heed", "surface", 4.5),
];

/// Every pair of colours that a theme shows.
pub(crate) fn pairs(settings: &Settings) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (scheme, palette) in palettes(settings) {
        for (front, ground, least) in PAIRS {
            if let (Some(a), Some(b)) = (palette.get(front), palette.get(ground)) {
                pairs.push(Pair { scheme, names: (front, ground), colours: (a, b), least });
            }
        }
    }
    pairs
}

/// The style sheet; `None` when the player looks as it always does.
pub(crate) fn style_sheet(settings: &Settings) -> Option<String> {
    let Settings { theme, player, .. } = settings;
    let mut sheet = String::new();
    let [light, dark] = palettes(settings).map(|(_, palette)| palette.changed());
    if let Some(tokens) = light {
        let _ = writeln!(sheet, ":root {{\n{tokens}}}\n");
    }
    if let Some(tokens) = dark {
        let _ =
            writeln!(sheet, "@media (prefers-color-scheme: dark) {{\n:root {{\n{tokens}}}\n}}\n");
    }
    let fonts = [("text", theme.fonts.text), ("display", theme.fonts.headings)];
    for (token, font) in fonts {
        if let Some(font) = font {
            let _ = writeln!(sheet, ":root {{ --lcms-{token}: {}; }}", stack(font));
        }
    }
    if !player.contents {
        sheet.push_str(".lcms-contents, .lcms-toggle { display: none !important; }\n");
        sheet.push_str(
            "@media (min-width: 64rem) { [data-lcms] body { grid-template: auto 1fr / 1fr; } }\n",
        );
    }
    if !player.print {
        sheet.push_str("@media print { body > * { display: none !important; } }\n");
    }
    sheet.push_str(&theme.css);
    (!sheet.is_empty()).then_some(sheet)
}

/// A colour by its name in the player's style sheet, with whether the theme decides it.
#[derive(Clone, Debug, Default)]
struct Palette(Vec<(&'static str, Colour, bool)>);

/// The player's colours that a theme decides or that follow from those.
const TOKENS: [&str; 13] = [
    "paper",
    "surface",
    "sunken",
    "ink",
    "soft",
    "line",
    "edge",
    "accent",
    "accent-ink",
    "accent-wash",
    "right",
    "wrong",
    "heed",
];

impl Palette {
    /// The player's own.
    fn of_player(scheme: Scheme) -> Self {
        let sheet = player::style();
        let (light, dark) = sheet.split_once("prefers-color-scheme: dark").unwrap_or((sheet, ""));
        let colours = TOKENS.into_iter().filter_map(|name| {
            let of = |sheet: &str| {
                let (_, rest) = sheet.split_once(&format!("--lcms-{name}: "))?;
                rest.split_once(';')?.0.parse::<Colour>().ok()
            };
            let night = of(dark).filter(|_| scheme == Scheme::Dark);
            Some((name, night.or_else(|| of(light))?, false))
        });
        Self(colours.collect())
    }

    fn get(&self, name: &str) -> Option<Colour> {
        self.0.iter().find(|(known, ..)| *known == name).map(|(_, colour, _)| *colour)
    }

    fn set(&mut self, name: &str, colour: Colour) {
        for entry in self.0.iter_mut().filter(|(known, ..)| *known == name) {
            (entry.1, entry.2) = (colour, true);
        }
    }

    /// The palette with a theme's colours, and those that follow from them.
    fn wearing(mut self, colours: &Colours, scheme: Scheme) -> Self {
        let Colours { accent, accent_ink, paper, surface, ink, soft } = *colours;
        let given = [
            ("paper", paper),
            ("surface", surface),
            ("ink", ink),
            ("soft", soft),
            ("accent", accent),
        ];
        for (name, colour) in given {
            if let Some(colour) = colour {
                self.set(name, colour);
            }
        }
        let all = ["paper", "surface", "ink", "accent"].map(|name| self.get(name));
        let [Some(page), Some(ground), Some(text), Some(strong)] = all else { return self };
        if accent.is_some() || surface.is_some() {
            let share = if scheme == Scheme::Dark { 0.2 } else { 0.1 };
            self.set("accent-wash", mixed(strong, ground, share));
        }
        if accent.is_some() || accent_ink.is_some() {
            self.set("accent-ink", accent_ink.unwrap_or_else(|| readable_on(strong)));
        }
        if paper.is_some() || surface.is_some() || ink.is_some() {
            self.set("sunken", mixed(text, page, 0.06));
            self.set("line", mixed(text, ground, 0.16));
            self.set("edge", mixed(text, ground, 0.56));
            if soft.is_none() {
                self.set("soft", mixed(text, ground, 0.74));
            }
        }
        self
    }

    /// The declarations of what a theme changes.
    fn changed(&self) -> Option<String> {
        let mut tokens = String::new();
        for (name, colour, _) in self.0.iter().filter(|(.., changed)| *changed) {
            let _ = writeln!(tokens, "  --lcms-{name}: {colour};");
        }
        (!tokens.is_empty()).then_some(tokens)
    }
}

fn palettes(settings: &Settings) -> [(Scheme, Palette); 2] {
    let theme = &settings.theme;
    let light = Palette::of_player(Scheme::Light).wearing(&theme.colours, Scheme::Light);
    let own = Palette::of_player(Scheme::Dark);
    let mut night = theme.dark;
    if let (None, Some(accent), Some(surface)) =
        (night.accent, theme.colours.accent, night.surface.or(own.get("surface")))
    {
        night.accent = Some(lightened(accent, surface));
    }
    let dark = own.wearing(&night, Scheme::Dark);
    [(Scheme::Light, light), (Scheme::Dark, dark)]
}

/// Relative luminance (WCAG 2.2, definition).
fn luminance(colour: Colour) -> f64 {
    let linear = |part: u8| {
        let share = f64::from(part) / 255.0;
        if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    let Colour { red, green, blue } = colour;
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

/// Contrast ratio of two colours, 1 to 21 (WCAG 2.2, definition).
pub(crate) fn contrast(a: Colour, b: Colour) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// So much of the first, the rest of the second.
fn mixed(a: Colour, b: Colour, share: f64) -> Colour {
    let part = |a: u8, b: u8| {
        let mixed = f64::from(a) * share + f64::from(b) * (1.0 - share);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between two bytes"
        )]
        let byte = mixed.round() as u8;
        byte
    };
    Colour { red: part(a.red, b.red), green: part(a.green, b.green), blue: part(a.blue, b.blue) }
}

const WHITE: Colour = Colour { red: 255, green: 255, blue: 255 };
const BLACK: Colour = Colour { red: 0, green: 0, blue: 0 };

fn readable_on(ground: Colour) -> Colour {
    if contrast(WHITE, ground) >= contrast(BLACK, ground) { WHITE } else { BLACK }
}

/// The colour, as light as it must be to be read on a dark ground and on a wash of itself.
fn lightened(colour: Colour, ground: Colour) -> Colour {
    let steps = (0..=20).map(|n| mixed(WHITE, colour, f64::from(n) / 20.0));
    let mut readable = steps.filter(|light| {
        contrast(*light, ground) >= 4.5 && contrast(*light, mixed(*light, ground, 0.2)) >= 4.5
    });
    readable.next().unwrap_or(WHITE)
}

/// What each system has of a family of type.
fn stack(font: Font) -> &'static str {
    match font {
        Font::System => "system-ui, -apple-system, \"Segoe UI\", Roboto, \"Noto Sans\", sans-serif",
        Font::Humanist => {
            "Seravek, \"Gill Sans Nova\", Ubuntu, Calibri, \"DejaVu Sans\", \"Noto Sans\", sans-serif"
        }
        Font::Geometric => {
            "Avenir, Montserrat, Corbel, \"URW Gothic\", \"Century Gothic\", sans-serif"
        }
        Font::Grotesque => {
            "Bahnschrift, \"DIN Alternate\", \"Franklin Gothic Medium\", \"Nimbus Sans Narrow\", Arial, sans-serif"
        }
        Font::Serif => {
            "Charter, \"Bitstream Charter\", \"Sitka Text\", Cambria, \"Noto Serif\", Georgia, serif"
        }
        Font::Slab => {
            "Rockwell, \"Rockwell Nova\", \"Roboto Slab\", \"DejaVu Serif\", \"Sitka Small\", serif"
        }
        Font::Monospace => {
            "ui-monospace, \"Cascadia Code\", Menlo, Consolas, \"DejaVu Sans Mono\", monospace"
        }
    }
}

#[cfg(test)]
mod tests {
    use lcms_core::model::content::Theme;

    use super::*;

    fn wearing(theme: serde_json::Value) -> Settings {
        let theme: Theme = serde_json::from_value(theme).unwrap();
        Settings { theme, ..Settings::default() }
    }

    fn unreadable(settings: &Settings) -> Vec<(Scheme, (&'static str, &'static str))> {
        let pairs = pairs(settings).into_iter();
        let faint = pairs.filter(|pair| contrast(pair.colours.0, pair.colours.1) < pair.least);
        faint.map(|pair| (pair.scheme, pair.names)).collect()
    }

    #[test]
    fn contrast_is_the_ratio_that_wcag_defines() {
        let of = |a: &str, b: &str| contrast(a.parse().unwrap(), b.parse().unwrap());
        assert!((of("#000", "#fff") - 21.0).abs() < 1e-9);
        assert!((of("#777777", "#ffffff") - 4.478).abs() < 1e-3);
        assert!((of("#ffffff", "#767676") - 4.542).abs() < 1e-3);
    }

    #[test]
    fn the_players_own_palettes_are_known_and_can_be_read() {
        for scheme in [Scheme::Light, Scheme::Dark] {
            assert_eq!(Palette::of_player(scheme).0.len(), TOKENS.len(), "{scheme:?}");
        }
        let own = Settings::default();
        assert_eq!(unreadable(&own), []);
        assert_eq!(style_sheet(&own), None);
    }

    #[test]
    fn one_accent_makes_a_whole_palette_by_day_and_by_night() {
        for accent in ["#7a1f5c", "#003366", "#b00020", "#205020", "#5b2be0"] {
            let settings = wearing(serde_json::json!({"colours": {"accent": accent}}));
            assert_eq!(unreadable(&settings), [], "{accent}");
            let sheet = style_sheet(&settings).unwrap();
            assert!(sheet.contains(&format!("--lcms-accent: {accent};")), "{sheet}");
            assert!(sheet.contains("prefers-color-scheme: dark"), "{sheet}");
        }
    }

    #[test]
    fn a_ground_of_ones_own_brings_its_lines_and_edges() {
        let settings = wearing(serde_json::json!({"colours": {
            "paper": "#fffbe8", "surface": "#fffdf5", "ink": "#2a1a00", "accent": "#8a3b00"}}));
        assert_eq!(unreadable(&settings), []);
    }

    #[test]
    fn faint_colours_are_found_by_name() {
        let settings = wearing(serde_json::json!({"colours": {"accent": "#ffd400"}}));
        let found = unreadable(&settings);
        assert!(found.contains(&(Scheme::Light, ("accent", "surface"))), "{found:?}");
        assert!(!found.iter().any(|(scheme, _)| *scheme == Scheme::Dark), "{found:?}");
    }
}
