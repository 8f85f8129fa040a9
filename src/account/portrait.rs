//! What a record describes, such as the image of a portrait.

use bytes::Bytes;

use super::Account;
use crate::{
    api::{ApiError, Single},
    catalog::{Content, Resource},
};

impl Account {
    /// The content of a record, byte for byte; `None` when there is no record of that id, or the application may not see it.
    ///
    /// # Errors
    /// As for any request.
    pub(crate) async fn image(
        &self,
        resource: &Resource,
        Content { accept, .. }: &Content,
        id: &str,
    ) -> Result<Option<Bytes>, ApiError> {
        let Some(url) = self.client.tenant().record(&resource.name, id, &[]) else { return Ok(None) };
        match self.client.single(Single { accept, ..Single::get(&resource.name, &resource.scope, &url) }).await {
            Ok(answer) => Ok(Some(answer.body)),
            Err(error) if error.is_unknown_record() => Ok(None),
            Err(error) => Err(error),
        }
    }
}
