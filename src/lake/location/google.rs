//! Lakes in Google Cloud Storage.

use std::sync::Arc;

use object_store::{
    ClientConfigKey,
    gcp::{GoogleCloudStorageBuilder, GoogleConfigKey as Key},
    path::Path,
};

use super::{
    super::{Lake, LakeError, google_store::GoogleStore},
    given::{Given, client, lake_in},
};

/// The environment variables that configure Google Cloud Storage, with what they stand for. Of several that stand for the same the
/// first counts.
const VARIABLES: &[(&str, Key)] = &[
    ("GOOGLE_SERVICE_ACCOUNT", Key::ServiceAccount),
    ("GOOGLE_SERVICE_ACCOUNT_PATH", Key::ServiceAccount),
    ("GOOGLE_SERVICE_ACCOUNT_KEY", Key::ServiceAccountKey),
    ("GOOGLE_APPLICATION_CREDENTIALS", Key::ApplicationCredentials),
    ("GOOGLE_BASE_URL", Key::BaseUrl),
    ("GOOGLE_PROXY_URL", Key::Client(ClientConfigKey::ProxyUrl)),
];

/// Opens the lake at `gs://bucket/prefix`.
pub(super) fn open(given: Given<'_>, prefix: Path) -> Result<Lake, LakeError> {
    let wrong = "cannot be used with these GOOGLE_* settings: check that the file of credentials exists and is JSON of Google's";
    let configured = given.configured(VARIABLES);
    let endpoint = configured.iter().find(|(key, _)| *key == Key::BaseUrl).map(|(_, value)| value.as_str());
    let allow_http = given.plain_http(endpoint, "GOOGLE_ALLOW_HTTP")?;
    let bucket = given.url.host_str().unwrap_or_default();
    if !configured
        .iter()
        .any(|(key, _)| matches!(key, Key::ServiceAccount | Key::ServiceAccountKey | Key::ApplicationCredentials))
    {
        tracing::debug!("no GOOGLE_* credentials are set: the file of gcloud or this machine's identity is asked for");
    }
    let mut builder = GoogleCloudStorageBuilder::new()
        .with_client_options(client().with_allow_http(allow_http))
        .with_bucket_name(bucket);
    for (key, value) in configured {
        builder = builder.with_config(key, value);
    }
    let store = builder.build().map_err(|e| given.invalid(wrong, Some(Box::new(e))))?;
    lake_in(Arc::new(GoogleStore::over(store)), &format!("gs://{bucket}"), prefix)
}
