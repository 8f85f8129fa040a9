//! Absences as v3 shows them: a leave for each half day, the periods they belong to, the requests for those.

pub(super) mod leave_periods;
pub(super) mod leave_requests;
pub(super) mod leaves;
