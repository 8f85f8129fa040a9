//! Connections, and what bounds them: how many there are, how long a head may take, how large it may be.

use std::{io, pin::pin, sync::Arc, time::Duration};

use axum::body::Body;
use http::{Request, Response};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    sync::Semaphore,
    task::JoinSet,
    time,
};

use super::{
    answer::Receiver,
    end::{End, Ends},
    refused::Refused,
};

/// Connections that are answered; each may hold a body.
const CONNECTIONS: usize = 128;
/// Connections beyond those that are told so; even more are closed without a word.
const REFUSED_CONNECTIONS: usize = 64;
/// Within this time the head of a request must have come, also the next one of a connection that is kept open.
const HEAD_WITHIN: Duration = Duration::from_secs(10);
/// Largest head, in bytes.
const LARGEST_HEAD: usize = 16 << 10;
/// Most headers of a request.
const MOST_HEADERS: usize = 64;
/// How long those who are being answered may take when the receiver ends.
const END_WITHIN: Duration = Duration::from_secs(5);

/// Answers whoever connects until `told_to_end` completes, then those who have asked.
pub(super) async fn serve(listener: TcpListener, receiver: Arc<Receiver>, told_to_end: impl Future<Output = ()>) {
    let (answered, refused) = (Arc::new(Semaphore::new(CONNECTIONS)), Arc::new(Semaphore::new(REFUSED_CONNECTIONS)));
    let (end, ends) = End::new();
    let mut connections = JoinSet::new();
    let mut told_to_end = pin!(told_to_end);
    loop {
        let stream = tokio::select! {
            biased;
            () = &mut told_to_end => break,
            Some(_) = connections.join_next() => continue,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    accept_again(&error).await;
                    continue;
                }
            },
        };
        // An answer is one small packet, which is not to wait for another.
        let _ = stream.set_nodelay(true);
        let (receiver, ends) = (Arc::clone(&receiver), ends.clone());
        if let Ok(permit) = Arc::clone(&answered).try_acquire_owned() {
            connections.spawn(async move {
                connection(stream, |request| receiver.answer(request), ends).await;
                drop(permit);
            });
        } else if let Ok(permit) = Arc::clone(&refused).try_acquire_owned() {
            connections.spawn(async move {
                connection(stream, async |_| receiver.refuse(Refused::TooMany), ends).await;
                drop(permit);
            });
        }
    }
    drop(listener);
    end.tell();
    while connections.join_next().await.is_some() {}
}

/// Answers the requests of one connection, one after another, until it ends or all shall.
async fn connection<A: Future<Output = Response<Body>>>(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    answer: impl Fn(Request<Body>) -> A,
    mut ends: Ends,
) {
    let service = service_fn(|request: Request<Incoming>| {
        let answer = answer(request.map(Body::new));
        async move { Ok::<_, std::convert::Infallible>(answer.await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .max_buf_size(LARGEST_HEAD)
        .max_headers(MOST_HEADERS)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    // How a connection ends is its own matter: what was answered is durable, and what was not is sent again.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = ends.told() => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = time::timeout(END_WITHIN, connection).await;
}

/// A connection that broke off before it was accepted is nothing; when no file can be opened, others must end first.
async fn accept_again(error: &io::Error) {
    use io::ErrorKind as E;
    if !matches!(error.kind(), E::ConnectionRefused | E::ConnectionAborted | E::ConnectionReset) {
        tracing::warn!(%error, "cannot accept a connection");
        time::sleep(Duration::from_millis(500)).await;
    }
}

#[cfg(test)]
mod tests;
