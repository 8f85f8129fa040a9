//! Locations that are not what they look like.

use url::Url;

/// What was meant by a location that would make a folder with a strange name, such as `~` or `s3:`.
pub(super) fn misspelt(location: &str) -> Option<String> {
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

/// What to write in place of a URL by which others, and not this program, call a store; or why nothing will do.
pub(super) fn instead_of(url: &Url) -> Option<String> {
    let host = url.host_str().unwrap_or_default();
    let rest = format!("{host}{}", url.path());
    match url.scheme() {
        "gcs" => Some(format!("did you mean gs://{rest}?")),
        "https" if host == "storage.googleapis.com" => Some(format!("did you mean gs:/{}?", url.path())),
        "wasb" | "wasbs" => {
            Some("has an address of an older client: write abfss://container@account.dfs.core.windows.net/prefix".to_owned())
        }
        "hdfs" => Some(
            "is in HDFS, which this program cannot write to; it takes a folder, s3://bucket/prefix, az://container/prefix or \
             gs://bucket/prefix"
                .to_owned(),
        ),
        _ => None,
    }
}
