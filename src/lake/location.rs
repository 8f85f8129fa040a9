//! From what the user calls the lake's location to a store.

mod azure;
mod given;
mod google;
mod misspelt;
mod s3;

use std::{fs, path::Path as FsPath, sync::Arc};

use object_store::{ObjectStoreScheme, memory::InMemory};
use url::Url;

use self::{
    given::{Given, below, invalid},
    misspelt::{instead_of, misspelt},
};
use super::{Lake, LakeError, disk, disk_store::DiskStore};

/// What to do about a local folder that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Absent {
    /// Make it.
    Create,
    /// Say so.
    Refuse,
}

impl Lake {
    /// Opens the lake at `location`: a path, a `file://` URL, `s3://bucket/prefix`, `az://container/prefix`,
    /// `abfss://container@account.dfs.core.windows.net/prefix` or `gs://bucket/prefix`. `env` gives the variables of the store,
    /// such as `AWS_*`. A local folder is created and made absolute; a remote lake is not contacted.
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
    if let Some(reason) = instead_of(&url) {
        return Err(invalid(&format!("{}://{}", url.scheme(), url.host_str().unwrap_or_default()), &reason, None));
    }
    if url.password().is_some() || (!url.username().is_empty() && !has_container_before_host(&url)) {
        let reason = format!("holds credentials; give them by {} instead", credentials(url.scheme()));
        return Err(invalid(url.scheme(), &reason, None));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(invalid(url.scheme(), "has a query or fragment; a lake is a folder or bucket/prefix", None));
    }
    if let Some(example) = example(url.scheme()).filter(|_| url.host_str().is_none_or(str::is_empty)) {
        return Err(invalid(location, &format!("names no bucket; use {example}"), None));
    }
    // Here and not by the library, which refuses folders whose names it could not list.
    if url.scheme() == "file" {
        let not_local = |()| invalid(location, "is not a local path", None);
        return url.to_file_path().map_err(not_local).and_then(|path| open_folder(&path, absent));
    }
    let unknown = "is not a place this program can write to; use a path, s3://bucket/prefix, az://container/prefix or \
                   gs://bucket/prefix";
    let given = Given { url: &url, env };
    match ObjectStoreScheme::parse(&url).map_err(|e| invalid(location, unknown, Some(Box::new(e))))? {
        (ObjectStoreScheme::Memory, prefix) => Ok(Lake::with_store(below(Arc::new(InMemory::new()), prefix), url)),
        (ObjectStoreScheme::AmazonS3, prefix) => s3::open(given, prefix),
        (ObjectStoreScheme::MicrosoftAzure, prefix) => azure::open(given, prefix),
        (ObjectStoreScheme::GoogleCloudStorage, prefix) => google::open(given, prefix),
        _ => Err(invalid(location, unknown, None)),
    }
}

/// Whether what looks like a user in a URL is a container, as Hadoop writes it: `abfss://container@account.dfs.core.windows.net`.
fn has_container_before_host(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    matches!(url.scheme(), "az" | "abfs" | "abfss")
        && (host.ends_with(".core.windows.net") || host.ends_with(".fabric.microsoft.com"))
}

/// The variables that credentials belong into.
fn credentials(scheme: &str) -> &'static str {
    match scheme {
        "gs" => "GOOGLE_APPLICATION_CREDENTIALS",
        "az" | "adl" | "azure" | "abfs" | "abfss" => "AZURE_STORAGE_ACCOUNT_KEY",
        _ => "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    }
}

/// What a URL of a store with this scheme looks like.
fn example(scheme: &str) -> Option<&'static str> {
    match scheme {
        "s3" | "s3a" => Some("s3://bucket/prefix"),
        "gs" => Some("gs://bucket/prefix"),
        "az" | "adl" | "azure" | "abfs" | "abfss" => Some("az://container/prefix"),
        _ => None,
    }
}

fn open_folder(path: &FsPath, absent: Absent) -> Result<Lake, LakeError> {
    let location = path.display().to_string();
    if location.is_empty() {
        return Err(invalid(
            "\"\"",
            "is empty; name a folder, s3://bucket/prefix, az://container/prefix or gs://bucket/prefix",
            None,
        ));
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
