//! Lines, boxes and texts of a drawing.

use std::fmt::Write as _;

use minijinja::HtmlEscape;

/// Width of a letter; all are as wide, since names are set in a font of typewriters.
const LETTER: f64 = 7.3;
/// Between a text and the edge of its box.
const PADDING: f64 = 10.0;
/// Height of a box of one line.
pub(super) const LINE: f64 = 26.0;
/// Letters of a name that are shown.
const LONGEST: usize = 44;

/// A point of a drawing, in pixels from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// A drawing, piece by piece.
#[derive(Debug, Default)]
pub(super) struct Drawing {
    lines: String,
    boxes: String,
}

/// How wide the box of a text is.
pub(super) fn width(text: &str) -> f64 {
    text.chars().count().min(LONGEST) as f64 * LETTER + 2.0 * PADDING
}

impl Drawing {
    /// A line through some points, which leaves and arrives level. `about` is told where it is pointed at.
    pub(super) fn line(&mut self, points: &[Point], class: &str, about: &str) {
        let mut path = String::new();
        for (at, point) in points.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|before| points.get(before));
            let _ = match before {
                None => write!(path, "M{:.1} {:.1}", point.x, point.y),
                Some(before) => {
                    let middle = (before.x + point.x) / 2.0;
                    write!(
                        path,
                        "C{middle:.1} {:.1} {middle:.1} {:.1} {:.1} {:.1}",
                        before.y, point.y, point.x, point.y
                    )
                }
            };
        }
        let _ = write!(self.lines, "<path class=\"{class}\" d=\"{path}\"><title>{}</title></path>", HtmlEscape(about));
    }

    /// A box with its upper left corner there.
    pub(super) fn frame(&mut self, at: Point, wide: f64, high: f64, class: &str) {
        let _ = write!(
            self.boxes,
            "<rect class=\"{class}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{wide:.1}\" height=\"{high:.1}\" rx=\"6\"/>",
            at.x, at.y
        );
    }

    /// A text in a line of a box whose upper left corner is there, perhaps leading somewhere.
    pub(super) fn text(&mut self, at: Point, text: &str, class: &str, href: Option<&str>) {
        let shown: String = match text.chars().count() > LONGEST {
            true => text.chars().take(LONGEST - 1).chain(['…']).collect(),
            false => text.to_owned(),
        };
        let (open, close) = match href {
            Some(href) => (format!("<a href=\"{}\">", HtmlEscape(href)), "</a>"),
            None => (String::new(), ""),
        };
        let _ = write!(
            self.boxes,
            "{open}<text class=\"{class}\" x=\"{:.1}\" y=\"{:.1}\">{}</text>{close}",
            at.x + PADDING,
            at.y + LINE / 2.0 + 4.5,
            HtmlEscape(&shown)
        );
    }

    /// The drawing, so wide and high, with a name and a description for those who do not see it.
    pub(super) fn svg(self, size: Point, name: &str, description: &str) -> String {
        let Point { x: wide, y: high } = size;
        format!(
            "<svg class=\"graph\" role=\"group\" aria-label=\"{}\" width=\"{wide:.0}\" height=\"{high:.0}\" \
             viewBox=\"0 0 {wide:.0} {high:.0}\"><desc>{}</desc>{}{}</svg>",
            HtmlEscape(name),
            HtmlEscape(description),
            self.lines,
            self.boxes
        )
    }
}
