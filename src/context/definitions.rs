//! Which attribute definitions are personal, as the settings say.

use crate::{
    catalog::{Catalog, Split},
    error::Error,
    settings::Settings,
};

/// The catalogue whose collections are split as the settings say, and the split of attributes.
///
/// # Errors
/// When the settings open a definition that may not be.
pub(crate) fn split_as_configured(catalog: &Catalog, settings: &Settings) -> Result<(Catalog, Split), Error> {
    let mut catalog = catalog.clone();
    for split in catalog.resources.iter_mut().filter_map(|r| r.split.as_mut()) {
        settings.split_definitions(split)?;
    }
    let split = catalog.resources.iter().find_map(|r| r.split.clone());
    let split = split.ok_or_else(|| Error::Bug("no collection has private records".into()))?;
    Ok((catalog, split))
}
