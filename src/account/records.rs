//! Records by their ids.

use serde_json::value::RawValue;

use super::Account;
use crate::{
    api::{ApiError, Single},
    catalog::Resource,
};

impl Account {
    /// One record, as the API sent it; `None` when there is none of that id, or the application may not see it.
    ///
    /// # Errors
    /// As for any request.
    pub(crate) async fn record(
        &self,
        resource: &Resource,
        id: &str,
        embedded: bool,
    ) -> Result<Option<Box<RawValue>>, ApiError> {
        let include: &[(&str, &str)] = if embedded { &[("include", "embedded")] } else { &[] };
        let Some(url) = self.client.tenant().record(&resource.name, id, include) else { return Ok(None) };
        match self.client.single(Single::get(&resource.name, &resource.scope, &url)).await {
            Ok(answer) => answer.json(&resource.name).map(Some),
            Err(error) if error.is_unknown_record() => Ok(None),
            Err(error) => Err(error),
        }
    }
}
