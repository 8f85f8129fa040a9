//! What changes webhooks: endpoints made, changed and deleted, deliveries asked for. Reading endpoints, deliveries, attempts
//! and events is [`Account::list`] and [`Account::record`], as of any collection.
//!
//! A [`Change`] is made first and sent then, so that it can be shown instead. Each needs a scope that writes, which nothing
//! else asks for.

use std::fmt;

use bytes::Bytes;
use http::Method;
use secrecy::SecretString;
use serde::{
    Deserialize, Serialize, Serializer,
    de::{Deserializer, MapAccess, Visitor},
};
use serde_json::value::RawValue;
use url::Url;

use super::{Account, check_ids};
use crate::api::{Answer, ApiError, Single, Tenant, is_secure};

/// Path of the endpoints.
pub(crate) const ENDPOINTS: &str = "webhook-endpoints";
/// Path of the deliveries.
pub(crate) const DELIVERIES: &str = "webhook-deliveries";
/// The property that an endpoint has in the answer that makes it, and never again.
const SECRET: &str = "secret";

/// What an endpoint is to be. What is `None` is not said: a new endpoint gets the API's default, another stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EndpointFields {
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// Where events are sent: https, or http to this machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) webhook_url: Option<String>,
    /// Version of the API whose schema events have, `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) api_version: Option<String>,
    /// What is sent, such as `employee.updated`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) topics: Option<Vec<String>>,
    /// Whose events are sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) business_establishments: Option<Establishments>,
    /// `active`, `inactive` or `suspended`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<String>,
}

/// Whose events an endpoint is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Establishments {
    /// Those of all, present and future.
    All,
    /// Those of the business establishments with these ids.
    Only(Vec<String>),
}

#[derive(Serialize)]
struct Reference<'a> {
    id: &'a str,
}

impl Serialize for Establishments {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::All => serializer.serialize_none(),
            Self::Only(ids) => serializer.collect_seq(ids.iter().map(|id| Reference { id })),
        }
    }
}

/// Which delivery is asked for.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Delivery<'a> {
    webhook_endpoint: Reference<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<Reference<'a>>,
}

/// A change of webhooks, not sent yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    method: Method,
    collection: &'static str,
    /// The record that is changed; `None` makes one.
    id: Option<String>,
    /// JSON.
    body: Option<String>,
}

impl Change {
    /// Makes an endpoint. Its scope is `webhook-endpoints.readwrite`; send it with [`Account::create_endpoint`].
    ///
    /// # Errors
    /// When its name, address, version or topics are missing, or cannot be meant.
    pub(crate) fn create(fields: &EndpointFields) -> Result<Self, String> {
        let missing = [
            ("a name", fields.name.is_none()),
            ("an address", fields.webhook_url.is_none()),
            ("a version of the API", fields.api_version.is_none()),
            ("topics", fields.topics.is_none()),
        ];
        if let Some((what, _)) = missing.iter().find(|(_, missing)| *missing) {
            return Err(format!("a new webhook endpoint needs {what}"));
        }
        fields.check()?;
        Ok(Self { method: Method::POST, collection: ENDPOINTS, id: None, body: Some(json(fields)?) })
    }

    /// Changes what is said of the endpoint with this id, and nothing else. Its scope is `webhook-endpoints.readwrite`; the
    /// answer to it is the endpoint as it is then, without its secret.
    ///
    /// # Errors
    /// When nothing is said, or it cannot be meant.
    pub(crate) fn update(id: &str, fields: &EndpointFields) -> Result<Self, String> {
        if *fields == EndpointFields::default() {
            return Err("nothing is said of what is to change".to_owned());
        }
        fields.check()?;
        Ok(Self { method: Method::PATCH, collection: ENDPOINTS, id: Some(checked(id)?), body: Some(json(fields)?) })
    }

    /// Deletes the endpoint with this id. Its scope is `webhook-endpoints.readwrite`; send it with
    /// [`Account::delete_endpoint`].
    ///
    /// # Errors
    /// When it is no id.
    pub(crate) fn delete(id: &str) -> Result<Self, String> {
        Ok(Self { method: Method::DELETE, collection: ENDPOINTS, id: Some(checked(id)?), body: None })
    }

    /// Asks for a delivery to the endpoint with this id: a test event (`ping`), or an event of the feed once more. Its scope
    /// is `webhook-deliveries.readwrite`; the answer to it is the delivery, which the API goes on to make by itself.
    ///
    /// # Errors
    /// When one is no id.
    pub(crate) fn send(endpoint: &str, event: Option<&str>) -> Result<Self, String> {
        let (endpoint, event) = (checked(endpoint)?, event.map(checked).transpose()?);
        let event = event.as_deref().map(|id| Reference { id });
        let body = Delivery { webhook_endpoint: Reference { id: &endpoint }, event };
        Ok(Self { method: Method::POST, collection: DELIVERIES, id: None, body: Some(json(&body)?) })
    }

    /// GET, POST, PATCH or DELETE.
    pub(crate) fn method(&self) -> &Method {
        &self.method
    }

    /// What is sent: JSON, or nothing.
    pub(crate) fn body(&self) -> Option<&str> {
        self.body.as_deref()
    }

    /// The collection that it changes.
    pub(crate) fn collection(&self) -> &'static str {
        self.collection
    }

    /// The OAuth scope that it needs, which includes reading.
    pub(crate) fn scope(&self) -> String {
        format!("{}.readwrite", self.collection)
    }

    /// Where it is sent.
    pub(crate) fn url(&self, tenant: &Tenant) -> Url {
        let record = self.id.as_ref().and_then(|id| tenant.record(self.collection, id, &[]));
        record.unwrap_or_else(|| tenant.collection(self.collection, &[]))
    }
}

impl EndpointFields {
    /// What can be told without asking; the API tells the rest.
    fn check(&self) -> Result<(), String> {
        if self.name.as_ref().is_some_and(|name| name.trim().is_empty()) {
            return Err("the name is empty".to_owned());
        }
        if let Some(url) = &self.webhook_url {
            let url =
                Url::parse(url).map_err(|error| format!("the address that events are sent to is no URL: {error}"))?;
            if !is_secure(&url) {
                let why =
                    "events hold personal data: they are sent to https addresses only, or by http to this machine";
                return Err(why.to_owned());
            }
        }
        if self.topics.as_ref().is_some_and(Vec::is_empty) {
            return Err("an endpoint without topics is sent nothing".to_owned());
        }
        if self.business_establishments == Some(Establishments::Only(Vec::new())) {
            return Err("an endpoint of no establishment is sent nothing".to_owned());
        }
        Ok(())
    }
}

/// A new endpoint.
pub(crate) struct Created {
    /// The endpoint, without its secret.
    pub(crate) record: Box<RawValue>,
    /// The answer as it came, with the secret.
    pub(crate) sent: SecretString,
    /// What signs the deliveries: known from this answer alone. `None` when the API did not say it.
    pub(crate) secret: Option<SecretString>,
}

impl fmt::Debug for Created {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Created").field("record", &self.record).finish_non_exhaustive()
    }
}

impl Account {
    /// Sends an update, or asks for a delivery. The record as the API sent it.
    ///
    /// # Errors
    /// As for any change: [`ApiError::is_unknown_record`] when there is no such endpoint, [`ApiError::Unsure`] when a delivery was
    /// perhaps asked for.
    pub(crate) async fn change(&self, change: &Change) -> Result<Box<RawValue>, ApiError> {
        self.send(change).await?.json(change.collection)
    }

    /// Makes an endpoint, of a [`Change::create`].
    ///
    /// # Errors
    /// As for any change: [`ApiError::Unsure`] when it was perhaps made, with a secret that nobody has seen.
    pub(crate) async fn create_endpoint(&self, change: &Change) -> Result<Created, ApiError> {
        let answer = self.send(change).await?;
        let Properties(properties) = answer.json(change.collection)?;
        let secret = properties.iter().find(|property| property.name == SECRET);
        let secret = secret.and_then(|property| serde_json::from_str::<String>(property.value.get()).ok());
        let others = properties.iter().filter(|property| property.name != SECRET).map(Property::to_json);
        let record = format!("{{{}}}", others.collect::<Vec<_>>().join(","));
        let record = RawValue::from_string(record);
        let record = record.map_err(|_| ApiError::contrary(change.collection, "a new record that is no JSON"))?;
        let sent = String::from_utf8_lossy(&answer.body).into_owned();
        Ok(Created { record, sent: sent.into(), secret: secret.map(SecretString::from) })
    }

    /// Deletes an endpoint, of a [`Change::delete`]. Whether there was one: also when an answer was lost on the way, and the
    /// API said the next time that it is not there.
    ///
    /// # Errors
    /// As for any change.
    pub(crate) async fn delete_endpoint(&self, change: &Change) -> Result<bool, ApiError> {
        let retries = || self.client.stats().counts().retries;
        let before = retries();
        match self.send(change).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_unknown_record() => Ok(retries() > before),
            Err(error) => Err(error),
        }
    }

    async fn send(&self, change: &Change) -> Result<Answer, ApiError> {
        let url = change.url(self.client.tenant());
        let scope = change.scope();
        let body = change.body.as_ref().map(|body| Bytes::from(body.clone()));
        let single = Single { method: change.method.clone(), body, ..Single::get(change.collection, &scope, &url) };
        self.client.single(single).await
    }
}

/// The properties of a record in the order in which they were sent.
struct Properties(Vec<Property>);

struct Property {
    name: String,
    value: Box<RawValue>,
}

impl Property {
    fn to_json(&self) -> String {
        // A name always serialises.
        format!("{}:{}", serde_json::to_string(&self.name).unwrap_or_default(), self.value)
    }
}

impl<'de> Deserialize<'de> for Properties {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;

        impl<'de> Visitor<'de> for Read {
            type Value = Properties;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a record")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Properties, A::Error> {
                let mut properties = Vec::new();
                while let Some(name) = map.next_key()? {
                    properties.push(Property { name, value: map.next_value()? });
                }
                Ok(Properties(properties))
            }
        }

        deserializer.deserialize_map(Read)
    }
}

/// An id as it can be asked for.
fn checked(id: &str) -> Result<String, String> {
    check_ids(&[id.to_owned()])?.pop().ok_or_else(|| format!("{id:?} is no id"))
}

fn json(body: &impl Serialize) -> Result<String, String> {
    serde_json::to_string(body).map_err(|error| format!("it cannot be written as JSON: {error}"))
}

#[cfg(test)]
mod tests;
