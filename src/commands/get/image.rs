//! The image that a record describes, into a file: `get portrait ID -o FILE`.

use std::{io::Write as _, path::Path};

use crate::{
    account::Account,
    api::ApiError,
    catalog::{Content, Resource},
    commands::answer,
    context::Context,
    engine::output::Format,
    error::{Error, NoRecord},
    image_type::{Looked, look},
    modes::Access,
    settings::Settings,
};

/// What came is something else.
#[derive(Debug, thiserror::Error)]
#[error("{resource}: what came for {id} is no image")]
struct NoImage {
    resource: String,
    id: String,
}

/// The content and the file, where it is an image that is asked for: a collection with images is called by what one record is
/// called, and the answer goes to a file whose name is not that of records.
pub(super) fn is_wanted<'a>(
    resource: &'a Resource,
    called: &str,
    output: Option<&'a Path>,
) -> Option<(&'a Content, &'a Path)> {
    let path = output.filter(|path| called == resource.item_type && Format::of_file(path).is_none())?;
    resource.content.as_ref().map(|content| (content, path))
}

/// Writes the image of one record.
///
/// # Errors
/// When there is no such record; when what came is no image; what is wrong with the API or the file.
pub(super) async fn write(
    context: &Context,
    settings: &Settings,
    resource: &Resource,
    (content, path): (&Content, &Path),
    ids: &[String],
) -> Result<(), Error> {
    let [id] = ids else {
        return Err(Error::Usage(format!("{} images do not go into one file: ask for one after another", ids.len())));
    };
    settings.check_application("get of an image")?;
    let tenant = settings.tenant()?;
    let turn = context.turn(settings, &tenant, &format!("get (process {})", std::process::id()))?;
    let client = context.client(settings, vec![resource.scope.clone()], &turn)?;
    let image = Account::new(client).image(resource, content, id).await?;
    let missing = || NoRecord { place: resource.name.clone(), ids: vec![id.clone()], printed: 0 };
    let image = image.ok_or_else(missing)?;
    // Of any type: nobody has said which.
    if look(&image, Some("image/*")) == Looked::Nothing {
        let no_image = NoImage { resource: resource.name.clone(), id: id.clone() };
        return Err(ApiError::Breach(Box::new(no_image)).into());
    }
    let what = || path.display().to_string();
    let write =
        async |mut file: std::fs::File| file.write_all(&image).map_err(|source| Error::Io { what: what(), source });
    answer::into_file(path, Access::Private, write).await
}
