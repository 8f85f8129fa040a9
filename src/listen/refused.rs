//! What is not taken, and what the sender is told.
//!
//! The status decides what Lucca does next. 404 and 410 would suspend the endpoint at once, so that no later event comes: they
//! are never answered, and a path is not looked at. 400, 401 and 5xx are sent again for about a day; so, as far as is known,
//! are those that Lucca does not document, which only a stranger gets.

use http::StatusCode;

/// Why a request was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Refused {
    /// A signature or its moment is missing, there twice, or no such thing.
    NotSigned,
    /// It was signed too long ago, or in the future.
    Stale,
    /// No secret makes that signature.
    Forged,
    /// The body is no JSON object, nor a list of them.
    NotJson,
    /// The body did not come to its end.
    Broken,
    /// The body is too large.
    TooLarge,
    /// A challenge that is none, or no challenge at all.
    NoChallenge,
    /// The challenge is too long.
    LongChallenge,
    /// Neither GET nor POST.
    Method,
    /// The body did not come in time.
    Slow,
    /// It could not be made durable in time, or at all.
    NotKept,
    /// Too many connections are open.
    TooMany,
}

impl Refused {
    /// What is answered.
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::NotSigned | Self::Stale | Self::Forged => StatusCode::UNAUTHORIZED,
            Self::NotJson | Self::Broken | Self::NoChallenge | Self::LongChallenge => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Slow | Self::NotKept | Self::TooMany => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Why, in words for the sender and for the log.
    pub(super) fn why(self) -> &'static str {
        match self {
            Self::NotSigned => "no Lucca-Signature, or no Lucca-Timestamp that is a moment",
            Self::Stale => {
                "signed more than five minutes from now: one of the clocks is wrong, or the request is an old one"
            }
            Self::Forged => "not signed with a secret of this receiver",
            Self::NotJson => "no JSON object",
            Self::Broken => "a body that does not end",
            Self::TooLarge => "a body of more than 1 MiB",
            Self::NoChallenge => "neither a challenge (?echo=) nor a POST",
            Self::LongChallenge => "a challenge of more than 1024 bytes",
            Self::Method => "neither GET nor POST",
            Self::Slow => "a body that takes longer than two seconds",
            Self::NotKept => "could not be written",
            Self::TooMany => "too many connections",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_refused_suspends_the_endpoint() {
        use Refused as R;
        let all = [
            (R::NotSigned, 401),
            (R::Stale, 401),
            (R::Forged, 401),
            (R::NotJson, 400),
            (R::Broken, 400),
            (R::NoChallenge, 400),
            (R::LongChallenge, 400),
            (R::TooLarge, 413),
            (R::Method, 405),
            (R::Slow, 503),
            (R::NotKept, 503),
            (R::TooMany, 503),
        ];
        for (refused, status) in all {
            assert_eq!(refused.status(), status, "{refused:?}");
            assert!(![404, 410].contains(&status) && !refused.status().is_success());
        }
    }
}
