//! A tenant that answers some requests in another way.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};

use super::faulty::{Answer, FaultyTransport};
use crate::api::Transport;

/// Says what a request gets in place of its answer, if anything.
type Turn = dyn Fn(&Request<Bytes>) -> Option<Response<Bytes>> + Send + Sync;

pub(super) struct Turned {
    tenant: Arc<FaultyTransport>,
    turn: Box<Turn>,
    turned: AtomicU64,
}

impl Turned {
    pub(super) fn new(
        tenant: Arc<FaultyTransport>,
        turn: impl Fn(&Request<Bytes>) -> Option<Response<Bytes>> + Send + Sync + 'static,
    ) -> Self {
        Self { tenant, turn: Box::new(turn), turned: AtomicU64::new(0) }
    }

    /// Requests that got another answer.
    pub(super) fn turned(&self) -> u64 {
        self.turned.load(Ordering::Relaxed)
    }
}

/// Whether a request asks for a token.
pub(super) fn is_token(request: &Request<Bytes>) -> bool {
    request.uri().path() == "/connect/token"
}

#[async_trait]
impl Transport for Turned {
    async fn send(&self, request: Request<Bytes>, max_body_bytes: u64) -> Answer {
        match (self.turn)(&request) {
            Some(answer) => {
                self.turned.fetch_add(1, Ordering::Relaxed);
                Ok(answer)
            }
            None => self.tenant.send(request, max_body_bytes).await,
        }
    }
}
