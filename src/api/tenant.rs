//! Where a tenant is, and which addresses may ever be sent its token.

use url::{Host, Url};

/// The origin of one Lucca account, such as `https://example.ilucca.net`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tenant {
    root: Url,
}

/// An address that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AddressError {
    /// Not an absolute http(s) address.
    #[error("not an address such as https://example.ilucca.net")]
    NotAnAddress,
    /// Plain http to somewhere else than this machine.
    #[error("plain http sends secrets in clear text; use https (http is allowed to loopback addresses only)")]
    ClearText,
    /// An address of the older APIs.
    #[error(
        "this is the address of a legacy route; give the tenant alone, such as https://example.ilucca.net: with a legacy \
         API key (LUCCA_API_KEY) the routes are known, and with an OAuth application the v5 API is read"
    )]
    Legacy,
    /// Has a user, a path or a query, where only a host is expected.
    #[error(
        "the address must be that of the tenant alone, such as https://example.ilucca.net, without user, path or query"
    )]
    NotAnOrigin,
}

/// Checks an address that secrets are sent to: https, or http to this machine.
///
/// # Errors
/// Says what is wrong with it.
pub(crate) fn secure_url(text: &str) -> Result<Url, AddressError> {
    let url = Url::parse(text.trim()).map_err(|_| AddressError::NotAnAddress)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(AddressError::NotAnOrigin);
    }
    match url.scheme() {
        _ if is_secure(&url) => Ok(url),
        "http" if url.has_host() => Err(AddressError::ClearText),
        _ => Err(AddressError::NotAnAddress),
    }
}

/// Whether what is sent there stays secret on the way: https, or http to this machine.
pub(crate) fn is_secure(url: &Url) -> bool {
    match (url.scheme(), url.host()) {
        ("https", Some(_)) => true,
        ("http", Some(host)) => is_loopback(&host),
        _ => false,
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

impl Tenant {
    /// The tenant at `base_url`; a trailing `/` or `/lucca-api` is forgiven.
    ///
    /// # Errors
    /// When it is no origin that a token may be sent to.
    pub(crate) fn new(base_url: &str) -> Result<Self, AddressError> {
        let mut root = secure_url(base_url)?;
        let legacy =
            ["/api", "/directory/", "/organization/", "/remuneration/", "/schedule/", "/timmi", "/work-locations/"];
        if legacy.iter().any(|start| root.path().starts_with(start)) {
            return Err(AddressError::Legacy);
        }
        let bare = matches!(root.path().trim_end_matches('/'), "" | "/lucca-api");
        if !bare || root.query().is_some() || root.fragment().is_some() {
            return Err(AddressError::NotAnOrigin);
        }
        root.set_path("/");
        Ok(Self { root })
    }

    /// The host: how the tenant is called in messages and manifests.
    pub(crate) fn host(&self) -> String {
        self.root.host_str().unwrap_or_default().to_owned()
    }

    /// Which kind of account its host is, by the documented patterns; `None` for a host that is none of Lucca's.
    pub(crate) fn environment(&self) -> Option<&'static str> {
        let host = self.root.host_str()?;
        let ends = |suffix: &str| host.strip_suffix(suffix).is_some_and(|account| !account.is_empty());
        let known = [
            (".ilucca.net", "production"),
            (".ilucca.ch", "production, hosted in Switzerland"),
            (".ilucca-test.net", "test"),
            (".ilucca-test.ch", "test, hosted in Switzerland"),
            (".ilucca-demo.net", "demo"),
            (".ilucca-demo.ch", "demo, hosted in Switzerland"),
            (".sandbox.eu1.luccasoftware.com", "sandbox"),
            (".sandbox.eu2.luccasoftware.com", "sandbox"),
            (".sandbox.ch1.luccasoftware.com", "sandbox, hosted in Switzerland"),
        ];
        known.into_iter().find(|(suffix, _)| ends(suffix)).map(|(_, name)| name)
    }

    /// Scheme, host and port.
    pub(crate) fn origin(&self) -> String {
        self.root.origin().ascii_serialization()
    }

    /// Whether it is on this machine, as a fake is.
    pub(crate) fn is_local(&self) -> bool {
        self.root.host().is_some_and(|host| is_loopback(&host))
    }

    /// Address of a collection, with query parameters.
    pub(crate) fn collection(&self, name: &str, parameters: &[(&str, &str)]) -> Url {
        let mut url = self.root.clone();
        url.set_path(&format!("/lucca-api/{name}"));
        // Commas, dots and dashes are written as they are: the API documents its lists that way, and ids stay short.
        let query: Vec<String> = parameters.iter().map(|(key, value)| format!("{key}={}", escape(value))).collect();
        url.set_query((!query.is_empty()).then(|| query.join("&")).as_deref());
        url
    }

    /// Address of a legacy route, with query parameters.
    pub(crate) fn route(&self, path: &str, parameters: &[(&str, &str)]) -> Url {
        let mut url = self.root.clone();
        url.set_path(path);
        let pair = |(key, value): &(&str, &str)| format!("{}={}", escape_route(key), escape_route(value));
        let query: Vec<String> = parameters.iter().map(pair).collect();
        url.set_query((!query.is_empty()).then(|| query.join("&")).as_deref());
        url
    }

    /// Address of one record of a collection, with query parameters. `None` when no path can end in this id: it is empty,
    /// or a step up or nowhere.
    pub(crate) fn record(&self, collection: &str, id: &str, parameters: &[(&str, &str)]) -> Option<Url> {
        if matches!(id, "" | "." | "..") {
            return None;
        }
        let mut url = self.collection(collection, parameters);
        url.set_path(&format!("/lucca-api/{collection}/{}", escape(id)));
        Some(url)
    }

    /// A link found in a response, resolved; `None` when it leaves the tenant.
    pub(crate) fn follow(&self, href: &str) -> Option<Url> {
        let url = self.root.join(href).ok()?;
        let bare = url.username().is_empty() && url.password().is_none();
        (url.origin() == self.root.origin() && bare).then_some(url)
    }
}

fn escape(value: &str) -> String {
    escape_but(value, |b| matches!(b, b'-' | b'_' | b'.' | b',' | b'~' | b'*'))
}

/// Brackets and times stay readable too: legacy routes are documented with `department[id,name]` and `since,…T08:45:23`.
fn escape_route(value: &str) -> String {
    escape_but(value, |b| matches!(b, b'-' | b'_' | b'.' | b',' | b'~' | b'[' | b']' | b':'))
}

/// The value with every byte escaped but letters, digits and those `kept`.
fn escape_but(value: &str, kept: impl Fn(u8) -> bool) -> String {
    let keep = |b: u8| b.is_ascii_alphanumeric() || kept(b);
    value.bytes().fold(String::new(), |mut text, b| {
        if keep(b) {
            text.push(char::from(b));
        } else {
            text.push_str(&format!("%{b:02X}"));
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_secure_origins_are_tenants() {
        for good in [
            "https://example.ilucca.net",
            " https://example.ilucca.net/ ",
            "https://a-b.sandbox.eu1.luccasoftware.com/lucca-api",
            "http://127.0.0.1:8080",
            "http://localhost:1",
            "http://[::1]:9/",
        ] {
            assert!(Tenant::new(good).is_ok(), "{good}");
        }
        for bad in [
            "http://example.ilucca.net",
            "example.ilucca.net",
            "ftp://example",
            "https://example.ilucca.net/api/v3/users",
            "https://example.ilucca.net?x=1",
            "https://me:hunter2@example.ilucca.net",
            "http://localhost.evil.net",
            "file:///etc",
            "",
        ] {
            let error = Tenant::new(bad).unwrap_err();
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
        for legacy in ["api/v3/users", "organization/structure/api/departments", "remuneration/api/fixed-items"] {
            let address = format!("https://example.ilucca.net/{legacy}");
            assert_eq!(Tenant::new(&address).unwrap_err(), AddressError::Legacy, "{legacy}");
        }
    }

    #[test]
    fn the_kind_of_account_shows_in_the_host() {
        let kind = |host: &str| Tenant::new(&format!("https://{host}")).unwrap().environment();
        assert_eq!(kind("example.ilucca.net"), Some("production"));
        assert_eq!(kind("example.ilucca-test.ch"), Some("test, hosted in Switzerland"));
        assert_eq!(kind("a-copy1.sandbox.eu2.luccasoftware.com"), Some("sandbox"));
        for other in
            ["ilucca.net", "example.net", "example.ilucca.net.evil.net", "localhost", "x.sandbox.eu9.luccasoftware.com"]
        {
            assert_eq!(kind(other), None, "{other}");
        }
    }

    #[test]
    fn links_never_leave_the_tenant() {
        let tenant = Tenant::new("https://example.ilucca.net").unwrap();
        let next = "https://example.ilucca.net/lucca-api/employees?include=totalCount,links&limit=25&page=!S7DHF";
        assert_eq!(tenant.follow(next).unwrap().as_str(), next);
        assert_eq!(
            tenant.follow("/lucca-api/employees?page=!a").unwrap().as_str(),
            "https://example.ilucca.net/lucca-api/employees?page=!a"
        );
        for foreign in [
            "https://evil.net/lucca-api/employees",
            "http://example.ilucca.net/x",
            "https://example.ilucca.net:444/x",
            "//evil.net/x",
            "https://example.ilucca.net@evil.net/",
            "https://u@example.ilucca.net/",
            "https://[",
            "javascript:x",
        ] {
            assert_eq!(tenant.follow(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn an_id_is_one_segment_of_the_path_whatever_it_holds() {
        let tenant = Tenant::new("https://example.ilucca.net").unwrap();
        let record = |id: &str| tenant.record("employees", id, &[("include", "links")]).map(String::from);
        let at = |id: &str| Some(format!("https://example.ilucca.net/lucca-api/employees/{id}?include=links"));
        for (id, written) in [
            ("416", "416"),
            ("78fa5d8c-3436", "78fa5d8c-3436"),
            ("../x", "..%2Fx"),
            ("a?b#c", "a%3Fb%23c"),
            ("%2e%2e", "%252e%252e"),
            ("...", "..."),
            ("é\n", "%C3%A9%0A"),
        ] {
            assert_eq!(record(id), at(written), "{id}");
        }
        for none in ["", ".", ".."] {
            assert_eq!(record(none), None, "{none:?}");
        }
    }

    #[test]
    fn addresses_of_routes_stay_readable_and_mean_what_was_said() {
        let tenant = Tenant::new("https://example.ilucca.net").unwrap();
        let asked = [
            ("fields", "id,department[id,name],collection.count"),
            ("leavePeriod.ownerId", "greaterthan,0"),
            ("date", "between,2026-01-01,2026-12-31"),
            ("modifiedAt", "since,2025-01-01T08:45:23+00:00"),
            ("sort", "+StartsOn"),
            ("x&y", "a b&c=é#%"),
        ];
        let url = tenant.route("/api/v3/users", &asked);
        assert_eq!(
            url.as_str(),
            "https://example.ilucca.net/api/v3/users?fields=id,department[id,name],collection.count\
             &leavePeriod.ownerId=greaterthan,0&date=between,2026-01-01,2026-12-31\
             &modifiedAt=since,2025-01-01T08:45:23%2B00:00&sort=%2BStartsOn&x%26y=a%20b%26c%3D%C3%A9%23%25"
        );
        // What is sent is what the address says, and what a server reads is what was meant.
        assert!(url.as_str().parse::<http::Uri>().is_ok());
        let read: Vec<(String, String)> = url.query_pairs().map(|(k, v)| (k.into_owned(), v.into_owned())).collect();
        assert_eq!(read, asked.map(|(k, v)| (k.to_owned(), v.to_owned())));
        assert_eq!(tenant.route("/a/b", &[]).as_str(), "https://example.ilucca.net/a/b");
    }

    #[test]
    fn lists_stay_readable_and_everything_else_is_escaped() {
        let tenant = Tenant::new("https://example.ilucca.net").unwrap();
        let url = tenant.collection("employee-attributes", &[("employee.id", "1,2"), ("x", "a b&c=é")]);
        assert_eq!(
            url.as_str(),
            "https://example.ilucca.net/lucca-api/employee-attributes?employee.id=1,2&x=a%20b%26c%3D%C3%A9"
        );
    }
}
