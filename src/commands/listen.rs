//! `listen`: receives signed webhooks into the lake.

use std::{ffi::OsString, net::SocketAddr, path::PathBuf, pin::pin};

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use tokio::net::TcpListener;

use crate::{
    child::Program,
    context::Context,
    env_vars::{LUCCA_WEBHOOK_SECRET, LUCCA_WEBHOOK_SECRET_FILE},
    error::Error,
    lake::Lake,
    listen::{Exec, Listening, listen as receive},
    modes::{self, Access},
    settings::{Settings, secret_variables},
    signals::told_to_end,
};

/// How to receive.
#[derive(Debug)]
pub(crate) struct ListenOptions {
    /// Address and port.
    pub(crate) address: String,
    /// A folder for events, when it is not that of the lake.
    pub(crate) spool: Option<PathBuf>,
    /// Whether requests may come unsigned.
    pub(crate) insecure: bool,
    /// Program and arguments that are run for each event; empty for none.
    pub(crate) exec: Vec<OsString>,
}

/// Receives until the process is told to end.
///
/// # Errors
/// When the configuration is not one to receive with; when another receiver is at work; when events cannot be kept.
pub(crate) async fn listen(context: &Context, settings: &Settings, options: ListenOptions) -> Result<(), Error> {
    let address = loopback(&options.address)?;
    let secrets = match (settings.webhook_secrets()?, options.insecure) {
        (secrets, false) if secrets.is_empty() => {
            return Err(Error::Usage(format!(
                "no secret: {LUCCA_WEBHOOK_SECRET}, or a file that {LUCCA_WEBHOOK_SECRET_FILE} names, holds what Lucca showed \
                 when the endpoint was made; --insecure takes unsigned events from anybody on this machine"
            )));
        }
        (secrets, true) if !secrets.is_empty() => {
            return Err(Error::Usage(format!(
                "--insecure takes unsigned events, and a secret is set: leave out one of them, {LUCCA_WEBHOOK_SECRET} or --insecure"
            )));
        }
        (secrets, _) => secrets,
    };
    let lake = context.lake(settings)?;
    let shown = lake.display();
    let (spool, upload_to) = spool(lake, options.spool)?;
    let unreachable = |source| Error::Io { what: format!("the address {address}"), source };
    let listener = TcpListener::bind(address).await.map_err(unreachable)?;
    let address = listener.local_addr().map_err(unreachable)?;
    let exec = (!options.exec.is_empty())
        .then(|| Exec(Program { command: options.exec, hidden: secret_variables(), ..Program::default() }));

    let mut told = pin!(told_to_end());
    // From here on a signal ends what follows, and no longer the process.
    tokio::select! {
        biased;
        told = &mut told => return told.map_err(|source| Error::Io { what: "signals".into(), source }),
        () = std::future::ready(()) => {}
    }
    let signed = match secrets.len() {
        0 => "UNSIGNED events, from anybody on this machine,".to_owned(),
        1 => "signed events".to_owned(),
        number => format!("events signed with any of {number} secrets"),
    };
    let place = spool.display().to_string();
    let via = if upload_to.is_some() { format!(", by way of {place}") } else { String::new() };
    let listening = Listening {
        listener,
        secrets,
        spool,
        upload_to,
        exec,
        clock: context.clock.clone(),
        unique: StdRng::seed_from_u64(context.seed).random(),
    };
    let until_told = async {
        let _ = told.await;
    };
    let ready = || {
        context.note(&format!(
            "taking {signed} at http://{address} into the lake at {shown}{via}, until Ctrl-C or SIGTERM\n"
        ));
    };
    let listened = receive(listening, until_told, ready).await?;
    let left = match listened.left {
        0 => String::new(),
        left => format!("; {left} files of events wait in {place} for the next start"),
    };
    context.note(&format!("{}{left}\n", listened.counts));
    Ok(())
}

/// An address that only this machine reaches.
fn loopback(text: &str) -> Result<SocketAddr, Error> {
    let numeric = text.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
    let address = numeric.as_deref().unwrap_or(text).parse::<SocketAddr>();
    let refused = |why: &str| Err(Error::Usage(format!("--address {text}: {why}")));
    match address {
        Ok(address) if address.ip().is_loopback() => Ok(address),
        Ok(_) => refused(
            "others could read what comes there, as it is plain HTTP: listen on 127.0.0.1 or [::1], behind a proxy on this \
             machine that does TLS (docs/listen.md shows two)",
        ),
        Err(_) => refused("is no address and port such as 127.0.0.1:8787"),
    }
}

/// Where events become durable, and the lake that is to have them from there.
fn spool(lake: Lake, asked_for: Option<PathBuf>) -> Result<(PathBuf, Option<Lake>), Error> {
    match (lake.folder_for_received()?, asked_for) {
        (Some(folder), None) => Ok((folder, None)),
        (_, Some(folder)) => {
            let made = modes::create_folders(&folder, Access::Private).and_then(|_| folder.canonicalize());
            let made = made.map_err(|source| Error::Io { what: format!("--spool {}", folder.display()), source })?;
            Ok((made, Some(lake)))
        }
        (None, None) => Err(Error::Usage(format!(
            "the lake at {} is not on this machine, and Lucca waits three seconds for an answer: name a folder of a disk that \
             outlives this process by --spool, from where events go to the lake",
            lake.display()
        ))),
    }
}
