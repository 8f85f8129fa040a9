//! What charts are drawn on.

use minijinja::HtmlEscape;
use plotters::{
    coord::Shift,
    element::{PathElement, Polygon, Rectangle, Text},
    prelude::{Color as _, DrawingArea, IntoDrawingArea as _, IntoFont as _, RGBColor, SVGBackend, ShapeStyle},
    style::{
        TextStyle,
        text_anchor::{HPos, Pos, VPos},
    },
};

use crate::html::{HtmlError, Markup};

/// A colour of the page's style, as the drawing library takes it: one that no chart shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    /// One of eight that are told apart, counted from 1.
    Series(u8),
    /// Text beside the matter.
    Muted,
    /// Lines behind the matter.
    Line,
    /// What it stands on.
    Paper,
}

/// Where a text stands by its point.
#[derive(Debug, Clone, Copy)]
pub(super) enum Anchor {
    Left,
    Middle,
    Right,
}

/// How large texts are; the library writes them smaller by 1.24.
const TEXT: f64 = 13.0 * 1.24;

type Area<'s> = DrawingArea<SVGBackend<'s>, Shift>;

/// A chart that is being drawn.
pub(super) struct Canvas<'s> {
    area: Area<'s>,
}

/// A chart with what it is called and says.
pub(super) fn chart(
    size: (u32, u32),
    title: &str,
    says: &str,
    draw: impl FnOnce(&Canvas<'_>) -> Result<(), HtmlError>,
) -> Result<Markup, HtmlError> {
    let mut svg = String::new();
    {
        let canvas = Canvas { area: SVGBackend::with_string(&mut svg, size).into_drawing_area() };
        draw(&canvas)?;
        canvas.area.present().map_err(failed)?;
    }
    let (_, drawn) = svg.split_once('>').ok_or_else(|| HtmlError::Chart("it has no beginning".to_owned()))?;
    let mut drawn = drawn.replace(" opacity=\"1\"", "").replace(" font-family=\"sans-serif\"", "");
    for ink in (1..=8).map(Ink::Series).chain([Ink::Muted, Ink::Line, Ink::Paper]) {
        let RGBColor(red, green, blue) = ink.reserved();
        drawn = drawn.replace(&format!("\"#{red:02X}{green:02X}{blue:02X}\""), &format!("\"var({})\"", ink.property()));
    }
    let (width, height) = size;
    let (title, says) = (HtmlEscape(title), HtmlEscape(says));
    Ok(Markup::of_own(format!(
        "<svg role=\"img\" viewBox=\"0 0 {width} {height}\" xmlns=\"http://www.w3.org/2000/svg\">\
         <title>{title}</title><desc>{says}</desc>{drawn}"
    )))
}

impl Canvas<'_> {
    /// A filled rectangle between two corners.
    pub(super) fn bar(&self, from: (i32, i32), to: (i32, i32), ink: Ink) -> Result<(), HtmlError> {
        let (left, right) = (from.0.min(to.0), from.0.max(to.0));
        let (top, bottom) = (from.1.min(to.1), from.1.max(to.1));
        if left == right || top == bottom {
            return Ok(());
        }
        self.area.draw(&Rectangle::new([(left, top), (right, bottom)], ink.reserved().filled())).map_err(failed)
    }

    /// A filled area.
    pub(super) fn area(&self, points: Vec<(i32, i32)>, ink: Ink) -> Result<(), HtmlError> {
        self.area.draw(&Polygon::new(points, ShapeStyle::from(ink.reserved()).filled())).map_err(failed)
    }

    /// A line.
    pub(super) fn line(&self, points: Vec<(i32, i32)>, ink: Ink, width: u32) -> Result<(), HtmlError> {
        self.area.draw(&PathElement::new(points, ShapeStyle::from(ink.reserved()).stroke_width(width))).map_err(failed)
    }

    /// A text, in the middle of its height.
    pub(super) fn text(&self, text: &str, at: (i32, i32), anchor: Anchor) -> Result<(), HtmlError> {
        let horizontal = match anchor {
            Anchor::Left => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::Right => HPos::Right,
        };
        let ink = Ink::Muted.reserved();
        let style = TextStyle::from(("sans-serif", TEXT).into_font()).color(&ink);
        let style = style.pos(Pos::new(horizontal, VPos::Center));
        self.area.draw(&Text::new(text.to_owned(), at, style)).map_err(failed)
    }
}

impl Ink {
    fn reserved(self) -> RGBColor {
        match self {
            Self::Series(number) => RGBColor(1, 0, number),
            Self::Muted => RGBColor(2, 0, 1),
            Self::Line => RGBColor(2, 0, 2),
            Self::Paper => RGBColor(2, 0, 3),
        }
    }

    fn property(self) -> String {
        match self {
            Self::Series(number) => format!("--series-{number}"),
            Self::Muted => "--muted".to_owned(),
            Self::Line => "--line".to_owned(),
            Self::Paper => "--paper".to_owned(),
        }
    }
}

fn failed(error: impl std::fmt::Display) -> HtmlError {
    HtmlError::Chart(error.to_string())
}

/// A round step that parts `most` into at most five.
pub(super) fn step(most: i64) -> i64 {
    let mut unit = 1;
    loop {
        for step in [unit, unit * 2, unit * 5] {
            if step * 5 >= most {
                return step;
            }
        }
        unit *= 10;
    }
}

/// Where a value stands on a length: `value` of `most` of `length` pixels.
pub(super) fn scaled(value: i64, most: i64, length: i32) -> i32 {
    i32::try_from(i128::from(value) * i128::from(length) / i128::from(most.max(1))).unwrap_or(length)
}

/// A text of at most so many characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}
