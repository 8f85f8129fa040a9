//! No request lasts for ever: a server that sends a byte a minute is never silent for long, and never done.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;

use super::transport::{Transport, TransportError};

/// A network whose requests take no longer than a limit, connecting and the whole body included.
pub(super) struct Deadline {
    pub(super) transport: Arc<dyn Transport>,
    pub(super) limit: Duration,
}

#[async_trait]
impl Transport for Deadline {
    async fn send(
        &self,
        request: http::Request<Bytes>,
        max_body_bytes: u64,
    ) -> Result<http::Response<Bytes>, TransportError> {
        let answer = tokio::time::timeout(self.limit, self.transport.send(request, max_body_bytes)).await;
        answer.unwrap_or(Err(TransportError::TimedOut))
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    /// Answers after a time.
    struct Slow(Duration);

    #[async_trait]
    impl Transport for Slow {
        async fn send(&self, _: http::Request<Bytes>, _: u64) -> Result<http::Response<Bytes>, TransportError> {
            tokio::time::sleep(self.0).await;
            Ok(http::Response::new(Bytes::new()))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_comes_within_the_limit_or_not_at_all() {
        for (takes, in_time) in [(299, true), (301, false), (86_400, false)] {
            let slow =
                Deadline { transport: Arc::new(Slow(Duration::from_secs(takes))), limit: Duration::from_secs(300) };
            let asked_at = Instant::now();
            let answer = slow.send(http::Request::new(Bytes::new()), 1).await;
            assert_eq!(asked_at.elapsed().as_secs(), takes.min(300));
            assert!(
                if in_time { answer.is_ok() } else { matches!(answer, Err(TransportError::TimedOut)) },
                "{takes} s"
            );
        }
    }
}
