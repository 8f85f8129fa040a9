//! Pages that people open in a browser: one file each, with everything in it.
//!
//! A page needs no network, no server and no script: its policy of contents forbids all three. What is not text is made of
//! HTML and CSS (`<details>`, anchors, tables) and of SVG that stands in it. Whatever a template writes is escaped, unless
//! it is [`Markup`], which only templates and the filters of this room make.
//!
//! A room that has pages gives its [`Templates`]: HTML files, and the sentences of each language in files of their own.

mod dates;
mod error;
mod filters;
mod numbers;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod texts;

use std::{fmt, sync::Arc};

use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context, syntax::SyntaxConfig, value::Serde};
use serde::Serialize;

pub(crate) use self::{dates::month_name, error::HtmlError, numbers::number, texts::Texts};
use crate::language::Language;

/// The page around everything.
const FRAME: (&str, &str) = ("frame.html", include_str!("frame.html"));
/// What all pages look like.
const STYLE: &str = include_str!("style.css");
/// The sentences of the frame, and how dates are written.
pub(crate) const TEXTS: [&str; 2] = [include_str!("texts/en.toml"), include_str!("texts/fr.toml")];

/// What a room has to make pages of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Templates {
    /// Name and text of each template.
    pub(crate) files: &'static [(&'static str, &'static str)],
    /// Macros that each of them may call.
    pub(crate) macros: &'static str,
    /// The sentences, in English and in French, as TOML.
    pub(crate) texts: [&'static str; 2],
    /// Rules of style, after those of all pages.
    pub(crate) style: &'static str,
}

/// HTML that is what it says: nothing in it is escaped again.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub(crate) struct Markup(Value);

impl Markup {
    /// HTML or SVG that this program made, with everything of others in it escaped already.
    pub(crate) fn of_own(html: String) -> Self {
        Self(Value::from_safe_string(html))
    }

    /// No text at all.
    pub(crate) fn empty() -> Self {
        Self::of_own(String::new())
    }
}

impl fmt::Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A whole page.
#[derive(Debug, Serialize)]
pub(crate) struct Page {
    /// What the window and the heading say.
    pub(crate) title: String,
    /// Below the heading.
    pub(crate) subtitle: Markup,
    /// Where one can go on the page, or from it.
    pub(crate) navigation: Vec<Link>,
    /// What it says.
    pub(crate) main: Markup,
    /// The last lines, before the name of this program.
    pub(crate) footer: Markup,
}

/// An entry of the navigation.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Link {
    /// `#anchor`, or the relative address of another page.
    pub(crate) href: String,
    /// What it says.
    pub(crate) text: String,
    /// Whether it is the page itself.
    pub(crate) is_here: bool,
}

/// Makes pages of templates, in one language.
#[derive(Debug)]
pub(crate) struct Pages {
    environment: Environment<'static>,
    texts: Arc<Texts>,
    style: &'static str,
}

impl Pages {
    /// Pages of a room, in a language.
    ///
    /// # Errors
    /// When a template or a file of texts does not parse; tests of each room make sure that none does.
    pub(crate) fn new(language: Language, templates: &Templates) -> Result<Self, HtmlError> {
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
        let texts = Arc::new(Texts::of(language, &[TEXTS, templates.texts])?);
        filters::register(&mut environment, &texts);
        environment.add_template(FRAME.0, FRAME.1)?;
        for (name, text) in templates.files {
            environment.add_template_owned(*name, format!("{}{text}", templates.macros))?;
        }
        Ok(Self { environment, texts, style: templates.style })
    }

    /// The sentences of these pages.
    pub(crate) fn texts(&self) -> &Texts {
        &self.texts
    }

    /// What a template says of `context`.
    ///
    /// # Errors
    /// When the template asks for something that is not there.
    pub(crate) fn part(&self, template: &str, context: impl Serialize) -> Result<Markup, HtmlError> {
        let template = self.environment.get_template(template)?;
        Ok(Markup::of_own(template.render(Value::from(Serde(context)))?))
    }

    /// The bytes of a file: the frame around a page.
    ///
    /// # Errors
    /// As [`Self::part`].
    pub(crate) fn whole(&self, page: &Page) -> Result<String, HtmlError> {
        let frame = context! {
            language => self.texts.language().code(),
            version => env!("CARGO_PKG_VERSION"),
            style => Value::from_safe_string(format!("{STYLE}{}", self.style)),
            page => Value::from(Serde(page)),
        };
        Ok(self.environment.get_template(FRAME.0)?.render(frame)?)
    }
}
