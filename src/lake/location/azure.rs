//! Lakes in Azure storage: Blob Storage, and Data Lake Storage, which is the same by another name.

use std::sync::Arc;

use object_store::{
    ClientConfigKey,
    azure::{AzureConfigKey as Key, MicrosoftAzureBuilder},
    path::Path,
};

use super::{
    super::{Lake, LakeError},
    given::{Given, client, lake_in},
};

/// The environment variables that configure Azure storage, with what they stand for: those of Azure's own tools and libraries, and
/// the longer names of some. Of several that stand for the same the first counts.
const VARIABLES: &[(&str, Key)] = &[
    ("AZURE_STORAGE_ACCOUNT_NAME", Key::AccountName),
    ("AZURE_STORAGE_ACCOUNT", Key::AccountName),
    ("AZURE_STORAGE_ACCOUNT_KEY", Key::AccessKey),
    ("AZURE_STORAGE_ACCESS_KEY", Key::AccessKey),
    ("AZURE_STORAGE_KEY", Key::AccessKey),
    ("AZURE_STORAGE_SAS_TOKEN", Key::SasKey),
    ("AZURE_STORAGE_TOKEN", Key::Token),
    ("AZURE_CLIENT_ID", Key::ClientId),
    ("AZURE_CLIENT_SECRET", Key::ClientSecret),
    ("AZURE_TENANT_ID", Key::AuthorityId),
    ("AZURE_AUTHORITY_HOST", Key::AuthorityHost),
    ("AZURE_FEDERATED_TOKEN_FILE", Key::FederatedTokenFile),
    ("AZURE_USE_AZURE_CLI", Key::UseAzureCli),
    ("AZURE_MSI_ENDPOINT", Key::MsiEndpoint),
    ("IDENTITY_ENDPOINT", Key::MsiEndpoint),
    ("AZURE_OBJECT_ID", Key::ObjectId),
    ("AZURE_MSI_RESOURCE_ID", Key::MsiResourceId),
    ("AZURE_STORAGE_ENDPOINT", Key::Endpoint),
    ("AZURE_SKIP_SIGNATURE", Key::SkipSignature),
    ("AZURE_PROXY_URL", Key::Client(ClientConfigKey::ProxyUrl)),
];

/// Opens the lake at an Azure address: `az://container/prefix`, `abfss://container@account.dfs.core.windows.net/prefix`, or an https
/// form of Azure. Its own address is the second form, as that alone names everything and is what other engines read.
pub(super) fn open(given: Given<'_>, prefix: Path) -> Result<Lake, LakeError> {
    let wrong = "cannot be used with these AZURE_* settings";
    let configured = given.configured(VARIABLES);
    let of = |key: Key| configured.iter().find(|(known, _)| *known == key).map(|(_, value)| value.as_str());
    let allow_http = given.plain_http(of(Key::Endpoint), "AZURE_ALLOW_HTTP")?;
    let mut builder = MicrosoftAzureBuilder::new()
        .with_client_options(client())
        .with_allow_http(allow_http)
        .with_url(given.url.as_str());
    for (key, value) in &configured {
        builder = builder.with_config(*key, value);
    }
    let secrets =
        [Key::AccessKey, Key::SasKey, Key::Token, Key::ClientSecret, Key::FederatedTokenFile, Key::UseAzureCli];
    if !configured.iter().any(|(key, _)| secrets.contains(key)) {
        tracing::debug!("no AZURE_* credentials are set: this machine's identity is asked for");
    }
    // Here and not by the library, whose error would show a piece of it.
    if of(Key::AccessKey).is_some_and(|key| !key.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b))) {
        return Err(given.invalid("has an account key that is not base64, as those of Azure are: copy it whole", None));
    }
    let (in_url, container) = place(given);
    let container = container.ok_or_else(|| given.invalid("names no container; use az://container/prefix", None))?;
    let Some(account) = in_url.clone().or_else(|| of(Key::AccountName).map(str::to_owned)) else {
        return Err(given.invalid(&without_account(given), None));
    };
    let fabric = given.url.host_str().is_some_and(|host| host.ends_with(".fabric.microsoft.com"));
    let host = if fabric { "dfs.fabric.microsoft.com" } else { "dfs.core.windows.net" };
    let store = builder.build().map_err(|e| given.invalid(wrong, Some(Box::new(e))))?;
    lake_in(Arc::new(store), &format!("abfss://{container}@{account}.{host}"), prefix)
}

/// What to do about an address without an account.
fn without_account(given: Given<'_>) -> String {
    let unread = "AZURE_STORAGE_CONNECTION_STRING";
    let instead = match given.set(unread) {
        Some(_) => format!("; {unread} is not read: its parts AccountName and AccountKey are"),
        None => String::new(),
    };
    format!(
        "names no storage account: set AZURE_STORAGE_ACCOUNT_NAME, or write abfss://container@account.dfs.core.windows.net/prefix{instead}"
    )
}

/// Account and container that an address names.
fn place(given: Given<'_>) -> (Option<String>, Option<String>) {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let host = given.url.host_str().unwrap_or_default();
    let account = || host.split('.').next().and_then(some);
    match given.url.scheme() {
        "https" => (account(), given.url.path_segments().and_then(|mut parts| parts.next()).and_then(some)),
        _ if given.url.username().is_empty() => (None, some(host)),
        _ => (account(), some(given.url.username())),
    }
}
