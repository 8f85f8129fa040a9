//! What the application may read: its scopes, and each collection.

use super::{client::Client, error::ApiError};
use crate::{
    catalog::Resource,
    page::{NothingKept, ReadPage},
};

/// What a collection is for this application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Access {
    /// It may be read, and has that many records, where the API says.
    Allowed(Option<u64>),
    /// 403: the scope, or the permission of a key, is missing.
    MissingScope(String),
    /// 404 or 410: the collection is not there, as when its module is not active or Lucca has ended it.
    Hidden(String),
}

impl Client {
    /// The scopes that the application was not granted. From now on tokens are asked for without them.
    ///
    /// # Errors
    /// When the token endpoint cannot be asked, or does not know the application.
    pub(crate) async fn missing_scopes(&self) -> Result<Vec<String>, ApiError> {
        self.authorization().drop_missing_scopes().await
    }

    /// What `resource` is for this application, for one request that reads no record.
    ///
    /// # Errors
    /// As for any page, but for 403, 404 and 410, which are answers.
    pub(crate) async fn access<R: ReadPage>(
        &self,
        resource: &Resource,
        parameters: &[(&str, &str)],
        reader: &R,
    ) -> Result<Access, ApiError>
    where
        R::Rows: Sync,
    {
        match self.count(resource, parameters, reader, &NothingKept).await {
            Ok(records) => Ok(Access::Allowed(records)),
            Err(ApiError::Refused { status, said, .. }) if status.as_u16() == 403 => Ok(Access::MissingScope(said)),
            Err(ApiError::Refused { status, said, .. }) if matches!(status.as_u16(), 404 | 410) => {
                Ok(Access::Hidden(said))
            }
            Err(error) => Err(error),
        }
    }
}
