//! The arguments of `webhooks`.

use std::{collections::BTreeMap, path::PathBuf};

use clap::{Args, Subcommand};

use super::flags::ConnectionFlags;
use crate::{
    account::webhooks::{DELIVERIES, ENDPOINTS, EndpointFields, Establishments},
    api::API_VERSION,
    commands::{
        self, GetOptions,
        webhooks::{self, AnswerOptions, CreateOptions, DeleteOptions, ListOptions, SendOptions, UpdateOptions},
    },
    context::Context,
    engine::output::Format,
    error::Error,
    settings::Settings,
};

#[derive(Debug, Args)]
pub(super) struct WebhooksArguments {
    #[command(subcommand)]
    noun: Noun,
}

#[derive(Debug, Subcommand)]
enum Noun {
    /// Who is told of changes: addresses that events are sent to
    #[command(subcommand)]
    Endpoints(Endpoints),
    /// What is sent of each event to each endpoint
    #[command(subcommand)]
    Deliveries(Deliveries),
    /// What came of each try to deliver
    #[command(subcommand)]
    Attempts(Attempts),
    /// What happened in the account in the last two months
    #[command(subcommand)]
    Events(Events),
}

#[derive(Debug, Subcommand)]
enum Endpoints {
    /// List the endpoints
    List {
        /// Only those that are: active, suspended, inactive; comma-separated
        #[arg(long, value_name = "A,B")]
        status: Option<String>,
        /// Only those that these applications declared, comma-separated ids
        #[arg(long, value_name = "ID,ID")]
        application: Option<String>,
        #[command(flatten)]
        list: ListFlags,
    },
    /// Print endpoints by their ids
    Get(GetFlags),
    /// Make an endpoint, and print it with the secret that signs its deliveries: it is told this once
    Create {
        #[command(flatten)]
        connection: ConnectionFlags,
        /// What people call it
        #[arg(long, value_name = "TEXT")]
        name: String,
        /// Where events are sent: an https address, or http to this machine; it has to answer a challenge to be active
        #[arg(long, value_name = "URL")]
        url: String,
        /// What is sent, comma-separated, such as employee.created,employee.updated
        #[arg(long, value_name = "A,B", value_delimiter = ',', required = true)]
        topics: Vec<String>,
        /// Version of the API whose schema events have
        #[arg(long, value_name = "DATE", default_value = API_VERSION)]
        api_version: String,
        /// Only events of these business establishments, comma-separated ids; or all
        #[arg(long, value_name = "ID,ID|all", default_value = "all")]
        business_establishments: String,
        /// active, or inactive, which is sent nothing [default of the API: inactive]
        #[arg(long, value_name = "STATUS")]
        status: Option<String>,
        /// Write the secret to this new file, which only you can read, and do not print it
        #[arg(long, value_name = "FILE")]
        secret_file: Option<PathBuf>,
        #[command(flatten)]
        change: ChangeFlags,
    },
    /// Change what is said of an endpoint, and print it; --status active has one that is suspended sent events again
    Update {
        #[command(flatten)]
        connection: ConnectionFlags,
        /// Its id
        id: String,
        /// What people call it
        #[arg(long, value_name = "TEXT")]
        name: Option<String>,
        /// Where events are sent: an https address, or http to this machine
        #[arg(long, value_name = "URL")]
        url: Option<String>,
        /// What is sent, comma-separated: all of it, not only what is added
        #[arg(long, value_name = "A,B", value_delimiter = ',')]
        topics: Option<Vec<String>>,
        /// Version of the API whose schema events have
        #[arg(long, value_name = "DATE")]
        api_version: Option<String>,
        /// Only events of these business establishments, comma-separated ids; or all
        #[arg(long, value_name = "ID,ID|all")]
        business_establishments: Option<String>,
        /// active, or inactive
        #[arg(long, value_name = "STATUS")]
        status: Option<String>,
        #[command(flatten)]
        change: ChangeFlags,
    },
    /// Delete an endpoint, after asking
    Delete {
        #[command(flatten)]
        connection: ConnectionFlags,
        /// Its id
        id: String,
        /// Print the request; send nothing
        #[arg(long)]
        dry_run: bool,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Have a test event sent to an endpoint, and print the delivery
    Ping {
        #[command(flatten)]
        connection: ConnectionFlags,
        /// Its id
        id: String,
        #[command(flatten)]
        change: ChangeFlags,
    },
}

#[derive(Debug, Subcommand)]
enum Deliveries {
    /// List the deliveries
    List(ListFlags),
    /// Print deliveries by their ids
    Get(GetFlags),
    /// Have an event sent to an endpoint once more, or a test event, and print the delivery
    Send {
        #[command(flatten)]
        connection: ConnectionFlags,
        /// Id of the endpoint
        endpoint: String,
        /// Id of the event; a test event without it. The API no longer documents that it takes one
        #[arg(long, value_name = "ID")]
        event: Option<String>,
        #[command(flatten)]
        change: ChangeFlags,
    },
}

#[derive(Debug, Subcommand)]
enum Attempts {
    /// List the attempts
    List {
        /// Only those of these deliveries, comma-separated ids
        #[arg(long, value_name = "ID,ID")]
        delivery: Option<String>,
        #[command(flatten)]
        list: ListFlags,
    },
    /// Print attempts by their ids
    Get(GetFlags),
}

#[derive(Debug, Subcommand)]
enum Events {
    /// List the events
    List {
        /// Only those that are: scheduled, delivered, failed; comma-separated
        #[arg(long, value_name = "A,B")]
        status: Option<String>,
        #[command(flatten)]
        list: ListFlags,
    },
    /// Print events by their ids
    Get(GetFlags),
}

#[derive(Debug, Args)]
struct ListFlags {
    #[command(flatten)]
    connection: ConnectionFlags,
    /// At most so many; all of them by default
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,
    /// table, csv, json, ndjson, parquet, arrow or xlsx; by default what the name of --output ends in, else table
    #[arg(long)]
    format: Option<Format>,
    /// Write CSV so that no spreadsheet runs a cell of it
    #[arg(long)]
    safe: bool,
    /// Write the records to this file, which only you can read
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct GetFlags {
    #[command(flatten)]
    connection: ConnectionFlags,
    /// Their ids
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
    /// embedded: with the records around each that the API embeds in it
    #[arg(long, value_enum, value_name = "WHAT")]
    include: Option<super::get::Include>,
    /// json, ndjson, table, csv, parquet, arrow or xlsx; by default what the name of --output ends in, else json
    #[arg(long)]
    format: Option<Format>,
    /// Write the records to this file, which only you can read
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct ChangeFlags {
    /// Print the request; send nothing
    #[arg(long)]
    dry_run: bool,
    /// json, ndjson, table, csv, parquet, arrow or xlsx
    #[arg(long, default_value = "json")]
    format: Format,
}

/// Settings that were given as flags, by their names.
type Given = BTreeMap<&'static str, String>;

/// What is to be done.
#[derive(Debug)]
enum Action {
    List(ListOptions),
    Get(GetOptions),
    Create(CreateOptions),
    Update(UpdateOptions),
    Delete(DeleteOptions),
    Send(SendOptions),
}

impl WebhooksArguments {
    /// Does it, with the settings that `resolve` makes of those that were given.
    pub(super) async fn run(
        self,
        context: &Context,
        resolve: impl FnOnce(Given) -> Result<Settings, crate::settings::SettingsError>,
    ) -> Result<(), Error> {
        let (given, action) = self.noun.action();
        let settings = resolve(given)?;
        match action {
            Action::List(options) => webhooks::list(context, &settings, options).await,
            Action::Get(options) => commands::get(context, &settings, options).await,
            Action::Create(options) => webhooks::create(context, &settings, options).await,
            Action::Update(options) => webhooks::update(context, &settings, options).await,
            Action::Delete(options) => webhooks::delete(context, &settings, options).await,
            Action::Send(options) => webhooks::send(context, &settings, options).await,
        }
    }
}

impl Noun {
    fn action(self) -> (Given, Action) {
        match self {
            Self::Endpoints(endpoints) => endpoints.action(),
            Self::Deliveries(Deliveries::List(list)) => list.action(DELIVERIES, []),
            Self::Deliveries(Deliveries::Get(get)) => get.action(DELIVERIES),
            Self::Deliveries(Deliveries::Send {
                connection,
                endpoint,
                event,
                change: ChangeFlags { dry_run, format },
            }) => (connection.given(), Action::Send(SendOptions { endpoint, event, dry_run, format })),
            Self::Attempts(Attempts::List { delivery, list }) => {
                list.action(ATTEMPTS, [("webhookDelivery.id", delivery)])
            }
            Self::Attempts(Attempts::Get(get)) => get.action(ATTEMPTS),
            Self::Events(Events::List { status, list }) => list.action(EVENTS, [("status", status)]),
            Self::Events(Events::Get(get)) => get.action(EVENTS),
        }
    }
}

/// Path of the attempts.
const ATTEMPTS: &str = "webhook-delivery-attempts";
/// Path of the events.
const EVENTS: &str = "events";

impl Endpoints {
    fn action(self) -> (Given, Action) {
        match self {
            Self::List { status, application, list } => {
                list.action(ENDPOINTS, [("status", status), ("application.id", application)])
            }
            Self::Get(get) => get.action(ENDPOINTS),
            Self::Create {
                connection,
                name,
                url,
                topics,
                api_version,
                business_establishments,
                status,
                secret_file,
                change: ChangeFlags { dry_run, format },
            } => {
                let fields = EndpointFields {
                    name: Some(name),
                    webhook_url: Some(url),
                    api_version: Some(api_version),
                    topics: Some(topics),
                    business_establishments: Some(establishments(&business_establishments)),
                    status,
                };
                (connection.given(), Action::Create(CreateOptions { fields, secret_file, dry_run, format }))
            }
            Self::Update {
                connection,
                id,
                name,
                url,
                topics,
                api_version,
                business_establishments,
                status,
                change: ChangeFlags { dry_run, format },
            } => {
                let business_establishments = business_establishments.as_deref().map(establishments);
                let fields =
                    EndpointFields { name, webhook_url: url, api_version, topics, business_establishments, status };
                (connection.given(), Action::Update(UpdateOptions { id, fields, dry_run, format }))
            }
            Self::Delete { connection, id, dry_run, yes } => {
                (connection.given(), Action::Delete(DeleteOptions { id, dry_run, yes }))
            }
            Self::Ping { connection, id, change: ChangeFlags { dry_run, format } } => {
                (connection.given(), Action::Send(SendOptions { endpoint: id, event: None, dry_run, format }))
            }
        }
    }
}

/// `all`, or ids.
fn establishments(given: &str) -> Establishments {
    match given {
        "all" => Establishments::All,
        ids => Establishments::Only(ids.split(',').filter(|id| !id.is_empty()).map(str::to_owned).collect()),
    }
}

impl ListFlags {
    fn action<const N: usize>(
        self,
        resource: &'static str,
        filters: [(&'static str, Option<String>); N],
    ) -> (Given, Action) {
        let Self { connection, limit, format, safe, output } = self;
        let filters = filters.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        let answer = AnswerOptions { format, safe, output };
        (connection.given(), Action::List(ListOptions { resource, filters, limit, answer }))
    }
}

impl GetFlags {
    fn action(self, resource: &str) -> (Given, Action) {
        let Self { connection, ids, include, format, output } = self;
        let embedded = include.is_some();
        let options =
            GetOptions { resource: resource.to_owned(), ids, embedded, format, output, ..GetOptions::default() };
        (connection.given(), Action::Get(options))
    }
}
