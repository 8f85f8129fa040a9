//! Everything that goes wrong between a tenant and its readers.

/// One way in which a response goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Kind {
    /// 401, and no token given out so far is ever accepted again.
    Revoked,
    /// The token lives 2 seconds from now, whatever `expires_in` says.
    ShortToken,
    /// 408.
    TimedOutThere,
    /// 429 with `Retry-After` in seconds.
    LimitSeconds,
    /// 429 with `Retry-After` as an HTTP date.
    LimitDate,
    /// 429 with `Retry-After: 0`.
    LimitZero,
    /// 429 without `Retry-After`.
    LimitUnsaid,
    /// 500.
    Internal,
    /// 502.
    BadGateway,
    /// 503.
    Unavailable,
    /// The connection ends in the middle of the body.
    BodyCut,
    /// A complete response whose JSON ends early.
    JsonCut,
    /// The connection breaks before the server has read the request.
    Reset,
    /// Not a word for 60 seconds.
    Silence,
    /// A maintenance page with 200.
    Html,
    /// An answer after up to 5 seconds.
    Slow,
    /// A page with fewer records than asked for and a right `links.next`.
    SmallPage,
    /// A page that starts with the last record of the page before: one was added before it.
    Overlap,
    /// A record twice in one page.
    Duplicate,
    /// `totalCount` is one too high.
    CountTooHigh,
    /// A page that lacks its first record, as one was removed before it; `totalCount` is one less until the chain is read
    /// again from its start, where the removed record is back.
    Skip,
    /// 400: the cursor is no longer accepted. A chain read again from its start has cursors that are.
    RefusedCursor,
    /// `links.next` leads to the page it is on.
    Loop,
    /// `links.next` leads to another host.
    Foreign,
}

/// What may come of a fault, if it strikes often enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Asking again helps.
    Temporary,
    /// The same records in other pages: nothing to complain about.
    Harmless,
    /// The collection changes while it is read: reading it again helps.
    Moving,
    /// The API breaks its contract.
    Breach,
}

impl Kind {
    pub(super) const ALL: [Self; 24] = [
        Self::Revoked,
        Self::ShortToken,
        Self::TimedOutThere,
        Self::LimitSeconds,
        Self::LimitDate,
        Self::LimitZero,
        Self::LimitUnsaid,
        Self::Internal,
        Self::BadGateway,
        Self::Unavailable,
        Self::BodyCut,
        Self::JsonCut,
        Self::Reset,
        Self::Silence,
        Self::Html,
        Self::Slow,
        Self::SmallPage,
        Self::Overlap,
        Self::Duplicate,
        Self::CountTooHigh,
        Self::Skip,
        Self::RefusedCursor,
        Self::Loop,
        Self::Foreign,
    ];

    pub(super) fn class(self) -> Class {
        match self {
            Self::SmallPage | Self::Overlap | Self::Duplicate => Class::Harmless,
            Self::CountTooHigh | Self::Skip | Self::RefusedCursor => Class::Moving,
            Self::Loop | Self::Foreign => Class::Breach,
            _ => Class::Temporary,
        }
    }

    /// Whether it changes what a page says, so that it needs one.
    pub(super) fn edits_a_page(self) -> bool {
        !matches!(self.class(), Class::Temporary) && self != Self::RefusedCursor
    }

    /// Whether it can only be made with what the page before ended with.
    pub(super) fn needs_the_page_before(self) -> bool {
        matches!(self, Self::Overlap | Self::Skip)
    }
}
