//! Values, and the text that says them.

use std::{collections::BTreeMap, fmt};

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, text},
    metrics::MetricType,
    registry::Registry,
};

use super::family::{Family, Labels};

/// Values by metric and labels.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Samples(BTreeMap<Family, BTreeMap<Labels, f64>>);

impl Samples {
    pub(super) fn put(&mut self, family: Family, labels: Labels, value: f64) {
        self.0.entry(family).or_default().insert(labels, value);
    }

    pub(super) fn get(&self, family: Family, labels: &Labels) -> Option<f64> {
        self.0.get(&family)?.get(labels).copied()
    }

    /// Each metric with its values.
    pub(super) fn each(&self) -> impl Iterator<Item = (Family, &BTreeMap<Labels, f64>)> {
        self.0.iter().map(|(family, values)| (*family, values))
    }

    /// Leaves out what is not wanted.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(Family, &Labels) -> bool) {
        for (family, values) in &mut self.0 {
            values.retain(|labels, _| keep(*family, labels));
        }
    }

    /// The text of a file.
    pub(super) fn text(self) -> Result<String, fmt::Error> {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(self));
        let mut out = String::new();
        text::encode(&mut out, &registry)?;
        Ok(out)
    }
}

impl Collector for Samples {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        for (family, values) in self.0.iter().filter(|(_, values)| !values.is_empty()) {
            let mut family = encoder.encode_descriptor(family.name, family.help, None, MetricType::Gauge)?;
            for (labels, value) in values {
                family.encode_family(labels)?.encode_gauge(value)?;
            }
        }
        Ok(())
    }
}
