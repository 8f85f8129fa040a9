//! Lists: the records of a collection, printed as its pages come.

use std::io;

use super::{
    AnswerOptions,
    change::connect,
    pages::Pages,
    printed::{Printed, resource},
};
use crate::{
    catalog::{Privacy, Resource},
    commands::answer::{self, Asked},
    context::Context,
    engine::output::Format,
    error::Error,
    modes::Access,
    screen,
    settings::Settings,
};

/// What to list.
#[derive(Debug, Default)]
pub(crate) struct ListOptions {
    /// The collection.
    pub(crate) resource: &'static str,
    /// Filters: names and values of query parameters.
    pub(crate) filters: Vec<(&'static str, String)>,
    /// Most records.
    pub(crate) limit: Option<u64>,
    /// How they are printed, a table by default, and where.
    pub(crate) answer: AnswerOptions,
}

/// Prints the records of a collection.
///
/// # Errors
/// When a page cannot be read, or what was asked for cannot be written.
pub(crate) async fn list(context: &Context, settings: &Settings, options: ListOptions) -> Result<(), Error> {
    let ListOptions { resource: name, filters, limit, answer: AnswerOptions { format, safe, output } } = options;
    let resource = resource(context, name)?;
    let asked = Asked { format, safe, output: output.as_deref(), at: context.clock.now() };
    let style = answer::style(asked, Format::Table, settings)?;
    let printed = Printed::new(context, resource, style);
    if output.is_none() {
        printed.check_screen()?;
        warn_of_what_is_sensitive(resource);
    }
    let connected = connect(context, settings, &resource.scope)?;
    let pages = Pages::new(connected.account.clone(), resource.clone(), filters, limit);
    match output {
        Some(path) => answer::into_file(&path, Access::Private, async |file| printed.pages(pages, file).await).await,
        None => printed.on_screen().pages(pages, io::stdout()).await,
    }
}

fn warn_of_what_is_sensitive(resource: &Resource) {
    let sensitive = resource.columns.iter().filter(|column| column.privacy == Privacy::Sensitive);
    let warning = answer::warning(&sensitive.map(|column| column.name.as_str()).collect::<Vec<_>>());
    if let Some(warning) = warning.filter(|_| screen::of_stdout().is_some()) {
        tracing::warn!("{warning}");
    }
}
