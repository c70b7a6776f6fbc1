//! How well text can be read: the contrast ratio of WCAG 2.1.

use ratatui::style::Color;

/// The contrast ratio of text to what is under it: 1 for none, 21 for black on white (WCAG 2.1, "contrast ratio"). A
/// terminal's own colours are taken to be xterm's, on black.
pub fn contrast(text: Color, under: Color) -> f64 {
    let (text, under) = (rgb(text, (0xe5, 0xe5, 0xe5)), rgb(under, (0, 0, 0)));
    let (one, other) = (luminance(text), luminance(under));
    let (light, dark) = if one > other { (one, other) } else { (other, one) };
    (light + 0.05) / (dark + 0.05)
}

/// Relative luminance, from 0 for black to 1 for white (WCAG 2.1).
fn luminance((r, g, b): (u8, u8, u8)) -> f64 {
    let linear = |part: u8| {
        let part = f64::from(part) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
}

/// A colour's red, green and blue; `usual` for the terminal's own.
pub fn rgb(color: Color, usual: (u8, u8, u8)) -> (u8, u8, u8) {
    match color {
        Color::Rgb(r, g, b) => (r, g, b),
        Color::Indexed(index) => {
            let color = anstyle_lossy::xterm_to_rgb(index.into(), anstyle_lossy::palette::VGA);
            (color.r(), color.g(), color.b())
        }
        Color::Black => (0, 0, 0),
        Color::DarkGray => (0x7f, 0x7f, 0x7f),
        Color::Yellow => (0xcd, 0xcd, 0),
        Color::Cyan => (0, 0xcd, 0xcd),
        Color::Green => (0, 0xcd, 0),
        Color::LightRed => (0xff, 0, 0),
        Color::LightMagenta => (0xff, 0, 0xff),
        _ => usual,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn black_on_white_is_twenty_one() {
        let white = Color::Rgb(255, 255, 255);
        assert!((contrast(Color::Black, white) - 21.0).abs() < 1e-9);
        assert!((contrast(white, white) - 1.0).abs() < 1e-9);
        // #767676 is the lightest grey that may stand on white.
        assert!(contrast(Color::Rgb(0x76, 0x76, 0x76), white) >= 4.5);
        assert!(contrast(Color::Rgb(0x77, 0x77, 0x77), white) < 4.5);
    }
}
