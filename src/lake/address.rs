//! How others name what is in the lake.

use object_store::path::Path;
use url::Url;

use super::{disk, layout};
use crate::catalog::Table;

/// Address of a data file: an absolute local path, or a URL with `s3` as its scheme for S3, and the container before the account for
/// Azure, as Hadoop began it. Nothing is percent-encoded, as engines take paths literally; `escape` protects what they take for a
/// pattern.
pub(crate) fn address(lake: &Url, file: &str, s3: &str, local: &str, escape: fn(&str) -> String) -> String {
    if let Some(folder) = disk::folder_of(lake) {
        return format!("{local}{}", escape(&folder.join(file).to_string_lossy()));
    }
    let prefix = Path::from_url_path(lake.path()).unwrap_or_default();
    let key: Path = prefix.parts().chain(Path::from(file).parts()).collect();
    let scheme = if matches!(lake.scheme(), "s3" | "s3a") { s3 } else { lake.scheme() };
    let container = if lake.username().is_empty() { String::new() } else { format!("{}@", lake.username()) };
    format!("{scheme}://{container}{}/{}", lake.host_str().unwrap_or_default(), escape(key.as_ref()))
}

/// Folder of the files of a table, lake-relative: `core/employees`.
pub(crate) fn folder_of_table(table: &Table) -> String {
    layout::table_dir(table.zone, &table.name).to_string()
}
