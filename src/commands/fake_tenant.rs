//! `fake-tenant`: serves the embedded fake tenant for people who build on us.

use std::{io, net::SocketAddr, sync::Arc};

use tokio::net::TcpListener;

use crate::{
    context::Context,
    error::Error,
    fake_tenant::{FakeTenant, Options, server::serve},
    print::print,
};

/// What to serve.
#[derive(Debug)]
pub(crate) struct FakeTenantOptions {
    /// Port on the loopback address; 0 takes a free one.
    pub(crate) port: u16,
    /// The tenant.
    pub(crate) tenant: Options,
}

/// Serves until the process is told to stop. Prints the environment that `sync` needs to read from it.
///
/// # Errors
/// When the port cannot be had.
pub(crate) async fn fake_tenant(_: &Context, options: FakeTenantOptions) -> Result<(), Error> {
    let (listener, address) = listen(options.port).await?;
    let Options { client_id, client_secret, .. } = &options.tenant;
    print(&format!(
        "LUCCA_BASE_URL=http://{address}\nLUCCA_TOKEN_URL=http://{address}/connect/token\n\
         LUCCA_CLIENT_ID={client_id}\nLUCCA_CLIENT_SECRET={client_secret}\n"
    ))?;
    let interrupted = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    serve(Arc::new(FakeTenant::new(options.tenant)), listener, interrupted).await.map_err(unreachable_port)
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
