//! Whose data a lake holds.

use crate::{api::Tenant, error::Error, lake::Lake};

/// A lake holds one tenant: rows of two could not be told apart.
pub(crate) async fn check_tenant(lake: &Lake, tenant: &Tenant) -> Result<(), Error> {
    let asked = tenant.host();
    let snapshot = lake.any_snapshot().await?;
    match snapshot.and_then(|snapshot| snapshot.state.tenant) {
        Some(held) if held != asked => Err(Error::OtherTenant { lake: lake.display(), held, asked }),
        _ => Ok(()),
    }
}
