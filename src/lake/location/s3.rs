//! Lakes in S3.

use std::sync::Arc;

use object_store::{
    aws::{AmazonS3Builder, AmazonS3ConfigKey, S3ConditionalPut},
    path::Path,
};
use url::Url;

use super::{
    super::{Lake, LakeError},
    given::{Given, client, lake_in},
};

/// The environment variables that configure S3. How puts are made conditional is not among them: publishing relies on it.
const VARIABLES: &[&str] = &[
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
    "AWS_ENDPOINT",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_ENDPOINT_URL_STS",
    "AWS_ALLOW_HTTP",
    "AWS_VIRTUAL_HOSTED_STYLE_REQUEST",
    "AWS_S3_EXPRESS",
    "AWS_UNSIGNED_PAYLOAD",
    "AWS_CHECKSUM_ALGORITHM",
    "AWS_SKIP_SIGNATURE",
    "AWS_REQUEST_PAYER",
    "AWS_DISABLE_TAGGING",
    "AWS_IMDSV1_FALLBACK",
    "AWS_METADATA_ENDPOINT",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_SERVER_SIDE_ENCRYPTION",
    "AWS_SSE_KMS_KEY_ID",
    "AWS_SSE_BUCKET_KEY_ENABLED",
    "AWS_SSE_CUSTOMER_KEY_BASE64",
    "AWS_PROXY_URL",
];

/// Opens the lake at an S3 address: `s3://bucket/prefix`, or the https form of AWS.
pub(super) fn open(given: Given<'_>, prefix: Path) -> Result<Lake, LakeError> {
    let wrong = "cannot be used with these AWS_* settings";
    let mut builder = AmazonS3Builder::new().with_url(given.url.as_str()).with_client_options(client());
    for name in VARIABLES {
        let Some(value) = given.set(name) else { continue };
        let key: AmazonS3ConfigKey =
            name.to_ascii_lowercase().parse().map_err(|e| given.invalid(wrong, Some(Box::new(e))))?;
        builder = builder.with_config(key, value);
    }
    let endpoint = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"].iter().find_map(|name| given.set(name));
    if given.plain_http(endpoint.as_deref(), "AWS_ALLOW_HTTP")? {
        builder = builder.with_allow_http(true);
    }
    let store = builder
        .with_conditional_put(S3ConditionalPut::ETagMatch)
        .build()
        .map_err(|e| given.invalid(wrong, Some(Box::new(e))))?;
    let bucket = bucket_of(given.url).ok_or_else(|| given.invalid("names no bucket; use s3://bucket/prefix", None))?;
    lake_in(Arc::new(store), &format!("s3://{bucket}"), prefix)
}

/// The bucket of an S3 URL: the host of `s3://`, else the first label of a virtual host or the first path segment.
fn bucket_of(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    let bucket = match (url.scheme(), host.split_once(".s3")) {
        ("s3" | "s3a", _) => host,
        (_, Some((bucket, _))) => bucket,
        _ => url.path_segments()?.next()?,
    };
    (!bucket.is_empty()).then(|| bucket.to_owned())
}
