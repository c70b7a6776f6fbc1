//! The themes, a table each.

use super::{Pen, Sheet, Theme};
use crate::scenario::stage::ThemeName;
use ratatui::style::{Color, Modifier};

const NORMAL: Modifier = Modifier::empty();
const BOLD: Modifier = Modifier::BOLD;
const ITALIC: Modifier = Modifier::ITALIC;

const fn pen(rgb: u32, weight: Modifier) -> Pen {
    Pen { color: Color::from_u32(rgb), weight }
}

const fn sheet(rgb: u32) -> Sheet {
    Sheet { color: Color::from_u32(rgb), pen: None }
}

const fn over(rgb: u32, text: u32, weight: Modifier) -> Sheet {
    Sheet { color: Color::from_u32(rgb), pen: Some(pen(text, weight)) }
}

/// Light text on a dark page.
pub const DARK: Theme = Theme {
    name: "dark",
    pens: [
        pen(0x00d4_d7dd, NORMAL),
        pen(0x0092_99a5, NORMAL),
        pen(0x00ff_ffff, BOLD),
        pen(0x00f2_c14e, BOLD),
        pen(0x0056_c8d8, NORMAL),
        pen(0x00ff_7b7b, BOLD),
        pen(0x007f_cf8a, NORMAL),
        pen(0x00d9_a0f0, NORMAL),
        pen(0x0092_99a5, ITALIC),
        pen(0x00d4_d7dd, ITALIC),
    ],
    sheets: [
        sheet(0x0016_181d),
        over(0x003a_4150, 0x00ff_ffff, BOLD),
        over(0x002a_67b8, 0x00ff_ffff, BOLD),
        over(0x0024_3b58, 0x00ff_ffff, NORMAL),
        sheet(0x0020_242c),
        over(0x0016_181d, 0x0078_7e89, NORMAL),
    ],
};

/// Dark text on a light page.
pub const LIGHT: Theme = Theme {
    name: "light",
    pens: [
        pen(0x001f_2328, NORMAL),
        pen(0x005f_6670, NORMAL),
        pen(0x0000_0000, BOLD),
        pen(0x008a_4b00, BOLD),
        pen(0x0000_5f78, NORMAL),
        pen(0x00b0_1318, BOLD),
        pen(0x0017_672b, NORMAL),
        pen(0x0075_2a9a, NORMAL),
        pen(0x005f_6670, ITALIC),
        pen(0x001f_2328, ITALIC),
    ],
    sheets: [
        sheet(0x00fa_faf7),
        over(0x00d5_d9e0, 0x0000_0000, BOLD),
        over(0x000b_57b0, 0x00ff_ffff, BOLD),
        over(0x00c4_dcf7, 0x000d_2238, NORMAL),
        sheet(0x00ee_efec),
        over(0x00fa_faf7, 0x0072_7780, NORMAL),
    ],
};

/// For a bright room: black on white, strong colours, more weight.
pub const PROJECTOR: Theme = Theme {
    name: "projector",
    pens: [
        pen(0x0000_0000, NORMAL),
        pen(0x0045_4545, NORMAL),
        pen(0x0000_0000, BOLD),
        pen(0x0093_3a00, BOLD),
        pen(0x0000_3fa0, BOLD),
        pen(0x00b0_0000, BOLD),
        pen(0x0000_5a1c, BOLD),
        pen(0x006a_0088, BOLD),
        pen(0x0045_4545, ITALIC),
        pen(0x0000_0000, ITALIC),
    ],
    sheets: [
        sheet(0x00ff_ffff),
        over(0x0000_0000, 0x00ff_ffff, BOLD),
        over(0x0000_3fa0, 0x00ff_ffff, BOLD),
        over(0x00cf_e0ff, 0x0000_0000, BOLD),
        sheet(0x00f0_f0f0),
        over(0x00ff_ffff, 0x0070_7070, NORMAL),
    ],
};

/// The colours of Okabe and Ito, which people with colour-blindness can tell apart (Color Universal Design, 2008), on black.
pub const OKABE_ITO: Theme = Theme {
    name: "okabe-ito",
    pens: [
        pen(0x00dd_dddd, NORMAL),
        pen(0x009e_9e9e, NORMAL),
        pen(0x00ff_ffff, BOLD),
        pen(0x00f0_e442, BOLD),
        pen(0x0056_b4e9, NORMAL),
        pen(0x00e6_9f00, BOLD),
        pen(0x0000_9e73, BOLD),
        pen(0x00cc_79a7, NORMAL),
        pen(0x009e_9e9e, ITALIC),
        pen(0x00dd_dddd, ITALIC),
    ],
    sheets: [
        sheet(0x0000_0000),
        over(0x003c_3c3c, 0x00ff_ffff, BOLD),
        over(0x0000_72b2, 0x00ff_ffff, BOLD),
        over(0x0000_3a5c, 0x00ff_ffff, NORMAL),
        sheet(0x001c_1c1c),
        over(0x0000_0000, 0x0080_8080, NORMAL),
    ],
};

const fn own(color: Color, weight: Modifier) -> Pen {
    Pen { color, weight }
}

const fn ground(weight: Modifier) -> Sheet {
    Sheet { color: Color::Reset, pen: Some(own(Color::Reset, weight)) }
}

/// Sheets without colours: what is chosen or selected is reversed.
const REVERSED: [Sheet; 6] = [
    Sheet { color: Color::Reset, pen: None },
    ground(Modifier::REVERSED.union(BOLD)),
    ground(Modifier::REVERSED.union(Modifier::UNDERLINED).union(BOLD)),
    ground(Modifier::UNDERLINED.union(BOLD)),
    Sheet { color: Color::Reset, pen: None },
    ground(Modifier::DIM),
];

/// The terminal's own sixteen colours on its own background. Its grey is not among them: in some palettes it is next to the
/// background.
pub const TERMINAL: Theme = Theme {
    name: "terminal",
    pens: [
        own(Color::Reset, NORMAL),
        own(Color::Reset, NORMAL),
        own(Color::Reset, BOLD),
        own(Color::Yellow, BOLD),
        own(Color::Cyan, NORMAL),
        own(Color::LightRed, BOLD),
        own(Color::Green, NORMAL),
        own(Color::LightMagenta, NORMAL),
        own(Color::Reset, ITALIC),
        own(Color::Reset, ITALIC),
    ],
    sheets: REVERSED,
};

/// No colours at all: weight, slant and signs.
pub const NONE: Theme = Theme {
    name: "none",
    pens: [
        own(Color::Reset, NORMAL),
        own(Color::Reset, NORMAL),
        own(Color::Reset, BOLD),
        own(Color::Reset, BOLD),
        own(Color::Reset, NORMAL),
        own(Color::Reset, BOLD),
        own(Color::Reset, NORMAL),
        own(Color::Reset, NORMAL),
        own(Color::Reset, ITALIC),
        own(Color::Reset, ITALIC),
    ],
    sheets: REVERSED,
};

/// All of them.
pub const ALL: [&Theme; 6] = [&DARK, &LIGHT, &PROJECTOR, &OKABE_ITO, &TERMINAL, &NONE];

/// The one that follows another; the first after the last.
pub fn after(theme: &Theme) -> &'static Theme {
    let at = ALL.iter().position(|known| known.name == theme.name);
    ALL[at.map_or(0, |at| (at + 1) % ALL.len())]
}

/// The theme of a name; `None` for the one that fits the terminal.
pub fn named(name: ThemeName) -> Option<&'static Theme> {
    ALL.into_iter().find(|theme| theme.name == name.name())
}

#[cfg(test)]
mod tests {
    use super::super::contrast;
    use super::*;
    use crate::tui::ink::Ground;
    use crate::view::Role;

    /// WCAG 2.1, success criterion 1.4.3, asks for 4.5:1; what the spotlight leaves in the dark need only be seen to be
    /// there, as in its exception for what is not in use.
    #[test]
    fn all_text_can_be_read_in_every_theme() {
        for theme in ALL {
            for role in Role::ALL {
                for ground in Ground::ALL {
                    let least = if ground == Ground::Faded { 3.0 } else { 4.5 };
                    // Reversed or not, the ratio is the same.
                    let (text, under, _) = theme.look(role, ground);
                    let found = contrast(text, under);
                    assert!(found >= least, "{} {role:?} on {ground:?}: {found:.2}", theme.name);
                }
            }
        }
    }

    #[test]
    fn every_name_but_that_of_the_choice_has_its_theme() {
        for name in ThemeName::ALL {
            assert_eq!(named(name).is_none(), name == ThemeName::Auto, "{name:?}");
        }
    }

    #[test]
    fn a_ground_is_told_from_the_page_without_colour() {
        for theme in [&TERMINAL, &NONE] {
            let look = |ground| theme.look(Role::Plain, ground).2;
            for (one, other) in [
                (Ground::Page, Ground::Chosen),
                (Ground::Page, Ground::Selected),
                (Ground::Page, Ground::Tied),
                (Ground::Chosen, Ground::Selected),
                (Ground::Selected, Ground::Tied),
            ] {
                assert_ne!(look(one), look(other), "{} {one:?} {other:?}", theme.name);
            }
        }
    }
}
