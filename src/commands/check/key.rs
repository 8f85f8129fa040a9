//! What a legacy API key may see, route by route. One request each, and none after the first that does not know the key.

use super::checks::Checks;
use crate::{
    api::{Access, Client, Key},
    catalog::Resource,
    decode::Decoder,
    error::Error,
    exit_code::ExitCode,
    fetch::{Selected, Selection, window_of},
    settings::LeavesWindow,
};

/// An id that routes are asked by that must be asked by one: what they answer tells whether they may be read.
const ANY_ID: &str = "1";

/// Whether the key looks like one.
pub(super) fn form(key: &Key, checks: &mut Checks) {
    match key.has_form() {
        true => checks.ok("API key", "set"),
        false => checks.note(
            "API key",
            "set, and not a GUID as keys are: the secret of an OAuth application goes into LUCCA_CLIENT_SECRET, with \
             LUCCA_CLIENT_ID",
        ),
    }
}

/// One line for each route: allowed, forbidden, or gone.
pub(super) async fn routes(client: &Client, selection: &Selection, window: LeavesWindow, checks: &mut Checks) {
    for selected in &selection.resources {
        let Selected { resource, optional, .. } = selected;
        let path = resource.route.as_ref().map_or(resource.name.as_str(), |route| route.path.as_str());
        let name = format!("route {}", resource.name);
        let is_optional = *optional || resource.optional;
        let by_ids = resource.route.as_ref().and_then(|route| route.required.as_ref());
        let mut parameters = window_of(resource, Some(window));
        parameters.extend(by_ids.map(|required| (required.parameter.clone(), ANY_ID.to_owned())));
        match access(client, resource, &parameters).await {
            Ok(Access::Allowed(_)) if by_ids.is_some() => checks.ok(name, format!("allowed ({path})")),
            Ok(Access::Allowed(None)) => {
                checks.ok(name, format!("allowed, and it does not count its records ({path})"))
            }
            Ok(Access::Allowed(Some(0))) => {
                checks.note(name, format!("allowed 0 ({path}): there are none, or the key's role hides them all"))
            }
            Ok(Access::Allowed(Some(records))) => checks.ok(name, format!("allowed {records} ({path})")),
            Ok(Access::MissingScope(_)) => {
                let why = format!("forbidden ({path}): tick \"{}\" in the key's role", resource.scope);
                checks.absent(name, &why, is_optional);
                checks.lacks(selected, is_optional);
            }
            Ok(Access::Hidden(_)) => {
                let why = format!("gone ({path}): Lucca has ended it, or its module is not active");
                checks.absent(name, &why, is_optional);
            }
            Err(error) => {
                let error = Error::from(error);
                let is_unknown = error.exit_code() == ExitCode::Permission;
                checks.error(name, &error);
                // The others would say the same.
                if is_unknown {
                    return;
                }
            }
        }
    }
}

async fn access(
    client: &Client,
    resource: &Resource,
    parameters: &[(String, String)],
) -> Result<Access, crate::api::ApiError> {
    let parameters: Vec<_> = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    client.access(resource, &parameters, &Decoder::new(resource, "check")).await
}

#[cfg(test)]
mod tests;
