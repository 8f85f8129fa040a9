//! Traces and metrics for an OpenTelemetry collector, where the standard variables name one: `OTEL_EXPORTER_OTLP_ENDPOINT`,
//! and what else the SDK takes from `OTEL_` variables. Both go by http/protobuf.
//!
//! A collector that is out of reach fails nothing: it is said once, and costs the end of the process a few seconds at most.

use std::{
    collections::HashMap,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use opentelemetry::{KeyValue, global, propagation::TextMapPropagator as _, trace::TracerProvider as _};
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{
    ExporterBuildError, MetricExporter, Protocol, RetryPolicy, SpanExporter, WithExportConfig as _, WithHttpConfig as _,
};
use opentelemetry_sdk::{
    Resource,
    metrics::{PeriodicReader, SdkMeterProvider},
    propagation::TraceContextPropagator,
    trace::{SdkTracer, SdkTracerProvider},
};
use tokio::{runtime::Handle, sync::oneshot, time::timeout};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use crate::{api::Transport, env_vars::Environment};

/// Longest time of one request to the collector.
const ANSWERED_WITHIN: Duration = Duration::from_secs(4);
/// Longest time that the end of the process waits for what is still to be sent.
const SENT_WITHIN: Duration = Duration::from_secs(5);
/// Metrics tell of the end of a run: nothing is sent before.
const NEVER: Duration = Duration::from_secs(365 * 24 * 3600);
/// More than any collector answers.
const MOST_BYTES: u64 = 1 << 20;

/// Where the collector is.
const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
/// The same for traces alone.
const TRACES_ENDPOINT: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
/// The same for metrics alone.
const METRICS_ENDPOINT: &str = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";

/// What is told to a collector.
#[derive(Debug)]
pub(crate) struct Collector {
    client: Arc<Client>,
    traces: Option<SdkTracerProvider>,
    metrics: Option<SdkMeterProvider>,
}

/// Whether a collector is named that is to be told anything.
pub(crate) fn is_named(environment: &Environment) -> bool {
    is_wanted(environment, TRACES_ENDPOINT, "OTEL_TRACES_EXPORTER")
        || is_wanted(environment, METRICS_ENDPOINT, "OTEL_METRICS_EXPORTER")
}

fn is_wanted(environment: &Environment, endpoint: &str, exporter: &str) -> bool {
    let is_off = environment.get("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let is_named = environment.get(ENDPOINT).or_else(|| environment.get(endpoint)).is_some();
    is_named && !is_off && environment.get(exporter) != Some("none")
}

/// The span, as a part of the trace that the environment continues, such as that of a task of Airflow.
pub(crate) fn continued(span: Span, environment: &Environment) -> Span {
    let carried = [("traceparent", "TRACEPARENT"), ("tracestate", "TRACESTATE")].into_iter();
    let carried = carried.filter_map(|(key, name)| Some((key.to_owned(), environment.get(name)?.to_owned())));
    let context = TraceContextPropagator::new().extract(&carried.collect::<HashMap<_, _>>());
    // Without a collector there is nothing to continue.
    let _ = span.set_parent(context);
    span
}

impl Collector {
    /// What the environment names, reached by `transport`; `None` without it.
    ///
    /// # Errors
    /// When the variables make no sense.
    pub(crate) fn configured(
        environment: &Environment,
        transport: Arc<dyn Transport>,
    ) -> Result<Option<Self>, ExporterBuildError> {
        if !is_named(environment) {
            return Ok(None);
        }
        let client = Arc::new(Client { transport, runtime: Handle::current(), told: AtomicBool::new(false) });
        let resource = resource(environment);
        let mut collector = Self { client: Arc::clone(&client), traces: None, metrics: None };
        if is_wanted(environment, TRACES_ENDPOINT, "OTEL_TRACES_EXPORTER") {
            let exporter = SpanExporter::builder()
                .with_http()
                .with_shared_http_client(Arc::clone(&client) as _)
                .with_protocol(Protocol::HttpBinary)
                .with_retry_policy(RetryPolicy::disabled())
                .build()?;
            let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource.clone());
            collector.traces = Some(provider.build());
        }
        if is_wanted(environment, METRICS_ENDPOINT, "OTEL_METRICS_EXPORTER") {
            let exporter = MetricExporter::builder()
                .with_http()
                .with_shared_http_client(client)
                .with_protocol(Protocol::HttpBinary)
                .with_retry_policy(RetryPolicy::disabled())
                .build()?;
            let reader = PeriodicReader::builder(exporter).with_interval(NEVER).build();
            let provider = SdkMeterProvider::builder().with_reader(reader).with_resource(resource).build();
            global::set_meter_provider(provider.clone());
            collector.metrics = Some(provider);
        }
        Ok(Some(collector))
    }

    /// What makes traces of spans.
    pub(super) fn tracer(&self) -> Option<SdkTracer> {
        self.traces.as_ref().map(|traces| traces.tracer(env!("CARGO_PKG_NAME")))
    }

    /// Sends what is still to be sent, for a few seconds at most.
    pub(crate) async fn end(self) {
        let Self { client, traces, metrics } = self;
        let (tell, sent) = oneshot::channel();
        // The SDK waits on the thread that asks it to. This one dies with the process. What it could not send was told.
        let ending = std::thread::Builder::new().name("telemetry".to_owned()).spawn(move || {
            let _ = traces.map(|traces| traces.shutdown_with_timeout(SENT_WITHIN));
            let _ = metrics.map(|metrics| metrics.shutdown_with_timeout(SENT_WITHIN));
            let _ = tell.send(());
        });
        if ending.is_ok() && timeout(SENT_WITHIN, sent).await.is_err() {
            client.tell(None, &format_args!("it did not take all within {} s", SENT_WITHIN.as_secs()));
        }
    }
}

/// What the traces and metrics are of: as the variables say, and our name where they do not.
fn resource(environment: &Environment) -> Resource {
    let is_named = environment.get("OTEL_SERVICE_NAME").is_some()
        || environment.get("OTEL_RESOURCE_ATTRIBUTES").is_some_and(|all| all.contains("service.name="));
    let builder = Resource::builder().with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")));
    if is_named { builder.build() } else { builder.with_service_name(env!("CARGO_PKG_NAME")).build() }
}

/// Sends to the collector what the SDK gives it, on the runtime of the program: the SDK's own threads have none.
struct Client {
    transport: Arc<dyn Transport>,
    runtime: Handle,
    /// Whether somebody was told that it takes nothing.
    told: AtomicBool,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

impl Client {
    /// Says once that the collector misses something, and why.
    fn tell(&self, host: Option<&str>, why: &dyn fmt::Display) {
        if !self.told.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                host,
                "the OpenTelemetry collector does not get what it should: {why}; nothing else depends on it"
            );
        }
    }
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, HttpError> {
        let to = request.uri().clone();
        let transport = Arc::clone(&self.transport);
        let sending =
            self.runtime.spawn(async move { timeout(ANSWERED_WITHIN, transport.send(request, MOST_BYTES)).await });
        let failed: HttpError = match sending.await {
            Ok(Ok(Ok(response))) => {
                if !response.status().is_success() {
                    self.tell(to.host(), &format_args!("it answered {}", response.status()));
                }
                return Ok(response);
            }
            Ok(Ok(Err(error))) => error.into(),
            Ok(Err(elapsed)) => elapsed.into(),
            Err(lost) => lost.into(),
        };
        self.tell(to.host(), &failed);
        Err(failed)
    }
}
