//! From what the user calls the lake's location to a store.

use std::{fs, path::Path as FsPath, sync::Arc, time::Duration};

use object_store::{
    ClientOptions, ObjectStore, ObjectStoreScheme,
    aws::{AmazonS3Builder, AmazonS3ConfigKey, S3ConditionalPut},
    memory::InMemory,
    path::Path,
    prefix::PrefixStore,
};
use url::{Host, Url};

use super::{Lake, LakeError, disk, disk_store::DiskStore};

/// The environment variables that configure S3. How puts are made conditional is not among them: publishing relies on it.
const S3_VARIABLES: &[&str] = &[
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

/// Longest time of one request to a store, the whole body included: less than the term of a lease, so that a renewal that
/// hangs does not lose it. What did not come is asked for again.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// Time to set up a connection to a store.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// What to do about a local folder that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Absent {
    /// Make it.
    Create,
    /// Say so.
    Refuse,
}

impl Lake {
    /// Opens the lake at `location`: a path, a `file://` URL, `s3://bucket/prefix` or another URL object_store
    /// understands. `env` gives the `AWS_*` variables. A local folder is created and made absolute; a remote lake is not
    /// contacted.
    ///
    /// # Errors
    /// [`LakeError::Location`] when the location or its settings cannot be used.
    pub fn open(location: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<Self, LakeError> {
        open(location, env, Absent::Create)
    }

    /// The same for those who only read: a local folder that does not exist is an error.
    ///
    /// # Errors
    /// As [`Self::open`], and when a local folder does not exist.
    pub fn open_existing(location: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<Self, LakeError> {
        open(location, env, Absent::Refuse)
    }
}

fn open(location: &str, env: &dyn Fn(&str) -> Option<String>, absent: Absent) -> Result<Lake, LakeError> {
    if let Some(meant) = misspelt(location) {
        return Err(invalid(location, &meant, None));
    }
    if !location.contains("://") && !location.starts_with("file:") {
        return open_folder(FsPath::new(location), absent);
    }
    let url = Url::parse(location).map_err(|e| invalid(location, "is not a URL", Some(Box::new(e))))?;
    if let Some(store) = other_store(&url) {
        let reason = format!(
            "is in {store}, which this program cannot write to; it takes a folder, or s3://bucket/prefix in any store that \
             speaks S3"
        );
        return Err(invalid(&format!("{}://{}", url.scheme(), url.host_str().unwrap_or_default()), &reason, None));
    }
    if !url.username().is_empty() || url.password().is_some() {
        let reason = "holds credentials; give them by AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY instead";
        return Err(invalid(url.scheme(), reason, None));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(invalid(url.scheme(), "has a query or fragment; a lake is a folder or bucket/prefix", None));
    }
    if matches!(url.scheme(), "s3" | "s3a") && url.host_str().is_none_or(str::is_empty) {
        return Err(invalid(location, "names no bucket; use s3://bucket/prefix", None));
    }
    // Here and not by the library, which refuses folders whose names it could not list.
    if url.scheme() == "file" {
        let not_local = |()| invalid(location, "is not a local path", None);
        return url.to_file_path().map_err(not_local).and_then(|path| open_folder(&path, absent));
    }
    let unknown = "is not a place this program can write to; use a path or s3://bucket/prefix";
    match ObjectStoreScheme::parse(&url).map_err(|e| invalid(location, unknown, Some(Box::new(e))))? {
        (ObjectStoreScheme::Memory, prefix) => Ok(Lake::with_store(prefixed(Arc::new(InMemory::new()), prefix), url)),
        (ObjectStoreScheme::AmazonS3, prefix) => open_s3(&url, prefix, env),
        _ => Err(invalid(location, unknown, None)),
    }
}

/// What was meant by a location that would make a folder with a strange name, such as `~` or `s3:`.
fn misspelt(location: &str) -> Option<String> {
    if location.starts_with('~') {
        let rest = location.trim_start_matches(|c| c != '/');
        return Some(format!(
            "no shell expanded the ~: write the whole path, or $HOME{rest} where a shell reads it (./{location} is a folder \
             of that name)"
        ));
    }
    if location.starts_with('$') || location.contains("${") {
        return Some("holds a variable that no shell expanded: write the whole path".to_owned());
    }
    let (scheme, rest) = location.split_once(':')?;
    let is_relative_file = scheme.eq_ignore_ascii_case("file") && !rest.starts_with('/');
    let is_url = rest.starts_with("//") || scheme.eq_ignore_ascii_case("file");
    let is_scheme = SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known));
    if is_relative_file {
        return Some(format!("is neither a path nor a URL: did you mean {rest}, or file:///{rest}?"));
    }
    (is_scheme && !is_url)
        .then(|| format!("is neither a path nor a URL: did you mean {scheme}://{}?", rest.trim_matches('/')))
}

/// What URLs of stores begin with.
const SCHEMES: &[&str] =
    &["s3", "s3a", "s3n", "gs", "gcs", "az", "adl", "azure", "abfs", "abfss", "wasb", "wasbs", "hdfs", "http", "https"];

/// The store of a URL that this program cannot write to, as people call it.
fn other_store(url: &Url) -> Option<&'static str> {
    let host = url.host_str().unwrap_or_default();
    match url.scheme() {
        "az" | "adl" | "azure" | "abfs" | "abfss" | "wasb" | "wasbs" => Some("Azure storage"),
        "https" if host.ends_with(".core.windows.net") || host.ends_with(".fabric.microsoft.com") => {
            Some("Azure storage")
        }
        "gs" | "gcs" => Some("Google Cloud Storage"),
        "https" if host == "storage.googleapis.com" => Some("Google Cloud Storage"),
        "hdfs" => Some("HDFS"),
        _ => None,
    }
}

fn open_folder(path: &FsPath, absent: Absent) -> Result<Lake, LakeError> {
    let location = path.display().to_string();
    if location.is_empty() {
        return Err(invalid("\"\"", "is empty; name a folder or s3://bucket/prefix", None));
    }
    if absent == Absent::Refuse && !path.exists() {
        return Err(invalid(
            &location,
            "does not exist; `lucca-lake sync` makes it, --lake or LUCCA_LAKE name another",
            None,
        ));
    }
    let unusable = "cannot be created or opened as a folder; check that the path exists and may be written to";
    let absolute = disk::create_folder(path)
        .and_then(|()| fs::canonicalize(path))
        .map_err(|e| invalid(&location, unusable, Some(Box::new(e))))?;
    if absolute.to_str().is_none() {
        return Err(invalid(&location, "is not UTF-8, so no view could name its files; use another folder", None));
    }
    let store = DiskStore::new(&absolute).map_err(|e| invalid(&location, unusable, Some(e.into())))?;
    let url = Url::from_directory_path(&absolute).map_err(|()| invalid(&location, unusable, None))?;
    Ok(Lake::with_store(Arc::new(store), url))
}

fn open_s3(url: &Url, prefix: Path, env: &dyn Fn(&str) -> Option<String>) -> Result<Lake, LakeError> {
    let wrong = "cannot be used with these AWS_* settings";
    // An empty variable counts as not set, as in AWS's own tools.
    let set = |name: &str| env(name).filter(|value| !value.is_empty());
    let client = ClientOptions::new().with_timeout(REQUEST_TIMEOUT).with_connect_timeout(CONNECT_TIMEOUT);
    let mut builder = AmazonS3Builder::new().with_url(url.as_str()).with_client_options(client);
    for name in S3_VARIABLES {
        let Some(value) = set(name) else { continue };
        let key: AmazonS3ConfigKey =
            name.to_ascii_lowercase().parse().map_err(|e| invalid(url.as_str(), wrong, Some(Box::new(e))))?;
        builder = builder.with_config(key, value);
    }
    let endpoint = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"].iter().find_map(|name| set(name));
    if endpoint.as_deref().is_some_and(is_plain_loopback) {
        builder = builder.with_allow_http(true);
    } else if endpoint.is_some_and(|e| e.starts_with("http:")) && set("AWS_ALLOW_HTTP").is_none() {
        let reason = "has a plain http endpoint: use https, or set AWS_ALLOW_HTTP=true if nobody can listen in";
        return Err(invalid(url.as_str(), reason, None));
    }
    let store = builder
        .with_conditional_put(S3ConditionalPut::ETagMatch)
        .build()
        .map_err(|e| invalid(url.as_str(), wrong, Some(Box::new(e))))?;
    let bucket =
        bucket_of(url).ok_or_else(|| invalid(url.as_str(), "names no bucket; use s3://bucket/prefix", None))?;
    let mut canonical =
        Url::parse(&format!("s3://{bucket}")).map_err(|e| invalid(url.as_str(), wrong, Some(Box::new(e))))?;
    canonical.set_path(prefix.as_ref());
    Ok(Lake::with_store(prefixed(Arc::new(store), prefix), canonical))
}

fn is_plain_loopback(endpoint: &str) -> bool {
    Url::parse(endpoint).is_ok_and(|url| {
        let loopback = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        url.scheme() == "http" && loopback
    })
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

fn prefixed(store: Arc<dyn ObjectStore>, prefix: Path) -> Arc<dyn ObjectStore> {
    if prefix.as_ref().is_empty() { store } else { Arc::new(PrefixStore::new(store, prefix)) }
}

fn invalid(location: &str, reason: &str, source: Option<Box<dyn std::error::Error + Send + Sync>>) -> LakeError {
    LakeError::Location { location: location.to_owned(), reason: reason.to_owned(), source }
}
