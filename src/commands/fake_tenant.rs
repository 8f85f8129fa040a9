//! `fake-tenant`: serves the embedded fake tenant for people who build on us.

use std::{
    ffi::OsString,
    io::{self, BufRead as _, BufReader, Read as _},
    net::SocketAddr,
    os::unix::process::CommandExt as _,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use tokio::{net::TcpListener, time::Instant};

use crate::{
    context::{self, Context},
    env_vars::{
        LUCCA_API_KEY, LUCCA_BASE_URL, LUCCA_CLIENT_ID, LUCCA_CLIENT_SECRET, LUCCA_REQUESTS_PER_MINUTE,
        LUCCA_TOKEN_URL, LUCCA_WEBHOOK_SECRET,
    },
    error::Error,
    fake_tenant::{FakeTenant, Options, server::serve_and_send},
    print::print,
    shell,
    signals::told_to_end,
};

/// What to serve.
#[derive(Debug)]
pub(crate) struct FakeTenantOptions {
    /// Port on the loopback address; 0 takes a free one.
    pub(crate) port: u16,
    /// The tenant.
    pub(crate) tenant: Options,
    /// Where events go.
    pub(crate) deliver_to: Option<String>,
    /// How often something changes.
    pub(crate) change_every: Option<Duration>,
}

/// Which process to end when it has served. The last that is printed.
const PROCESS_ID: &str = "FAKE_TENANT_PID";

/// Serves until the process is told to end. Prints, as a shell evaluates it, the environment that `sync` needs to read
/// from it.
///
/// # Errors
/// When the port cannot be had.
pub(crate) async fn fake_tenant(context: &Context, options: FakeTenantOptions) -> Result<(), Error> {
    let (listener, address) = listen(options.port).await?;
    let Options { client_id, client_secret, legacy_key, employees, requests_per_window, .. } = &options.tenant;
    let mut variables = vec![(LUCCA_BASE_URL, format!("http://{address}"))];
    match legacy_key {
        Some(key) => variables.push((LUCCA_API_KEY, key.clone())),
        None => variables.extend([
            (LUCCA_TOKEN_URL, format!("http://{address}/connect/token")),
            (LUCCA_CLIENT_ID, client_id.clone()),
            (LUCCA_CLIENT_SECRET, client_secret.clone()),
        ]),
    }
    if *requests_per_window != context::LUCCA_REQUESTS_PER_MINUTE {
        variables.push((LUCCA_REQUESTS_PER_MINUTE, requests_per_window.to_string()));
    }
    let employees = *employees;
    let tenant = Arc::new(FakeTenant::new(options.tenant.clone()));
    if let Some(url) = &options.deliver_to {
        let secret = tenant.declare_endpoint(url, Instant::now());
        let secret =
            secret.ok_or_else(|| Error::Usage(format!("--deliver-to {url}: is no http address of this machine")))?;
        variables.push((LUCCA_WEBHOOK_SECRET, secret));
    }
    variables.push((PROCESS_ID, std::process::id().to_string()));
    let exports = variables.iter().map(|(name, value)| format!("export {name}={}\n", shell::word(value)));
    print(&exports.collect::<String>())?;
    context.note(&format!(
        "{employees} people at http://{address}, until Ctrl-C; other shells read from there with these variables\n"
    ));
    let told = async {
        let _ = told_to_end().await;
    };
    let told_twice = async {
        let _ = told_to_end().await;
        let _ = told_to_end().await;
    };
    tokio::select! {
        served = serve_and_send(tenant, listener, options.change_every, told) => served.map_err(unreachable_port),
        () = told_twice => Ok(()),
    }
}

/// Lets another process of this program, with these arguments, serve in the background, and prints what it prints when it is
/// ready.
///
/// # Errors
/// When it does not serve.
pub(crate) fn detach(arguments: impl Iterator<Item = OsString>) -> Result<(), Error> {
    let failed = |source| Error::Io { what: "starting the fake tenant".into(), source };
    let mut command = Command::new(std::env::current_exe().map_err(failed)?);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // Ctrl-C in this shell is not for it.
    command.process_group(0);
    let mut server = command.spawn().map_err(failed)?;
    let mut said = String::new();
    let mut out = server.stdout.take().map(BufReader::new);
    while !said.contains(PROCESS_ID) {
        let read = out.as_mut().map(|out| out.read_line(&mut said)).transpose().map_err(failed)?;
        if read.unwrap_or_default() > 0 {
            continue;
        }
        let mut why = String::new();
        server.stderr.take().map(|mut err| err.read_to_string(&mut why)).transpose().map_err(failed)?;
        return Err(Error::Usage(why.trim().trim_start_matches("lucca-lake: ").to_owned()));
    }
    print(&said)
}

/// A listener on the loopback address, and where it listens.
pub(super) async fn listen(port: u16) -> Result<(TcpListener, SocketAddr), Error> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await.map_err(unreachable_port)?;
    let address = listener.local_addr().map_err(unreachable_port)?;
    Ok((listener, address))
}

fn unreachable_port(source: io::Error) -> Error {
    Error::Io { what: "the port of the fake tenant".into(), source }
}
