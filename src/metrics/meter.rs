//! The same numbers for the meter of this process, where a collector is to have them.

use opentelemetry::{KeyValue, global};

use super::{observed::Observed, samples::Samples};

impl Observed<'_> {
    /// Tells the meter of this process what the run came to. Without a collector nobody hears it.
    pub(crate) fn record(&self) {
        let meter = global::meter(env!("CARGO_PKG_NAME"));
        for (family, values) in self.samples(Samples::default()).each() {
            let gauge = meter.f64_gauge(family.name).with_description(family.help).build();
            for (labels, value) in values {
                let labels: Vec<KeyValue> =
                    labels.iter().map(|(name, value)| KeyValue::new(name.clone(), value.clone())).collect();
                gauge.record(*value, &labels);
            }
        }
    }
}
