//! What the process is told by others.

/// Returns when the process is told to end: Ctrl-C, or SIGTERM as schedulers send it. From then on neither ends it by itself.
///
/// # Errors
/// When the system does not let the process listen.
#[cfg(unix)]
pub(crate) async fn told_to_end() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

/// Returns when the process is told to end by Ctrl-C.
///
/// # Errors
/// When the system does not let the process listen.
#[cfg(not(unix))]
pub(crate) async fn told_to_end() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
