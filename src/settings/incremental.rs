//! Whether only what changed is read with a legacy key, and how often everything all the same.

use super::{Settings, SettingsError};
use crate::catalog::Source;

/// A year: whoever wants everything less often wants no increments that are proved.
const LONGEST: u32 = 366;

/// What a run asks for of lists that tell what changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Increments {
    /// Whether only that is asked for, where it can be.
    pub(crate) wanted: bool,
    /// Everything is read again so many days after it was.
    pub(crate) full_read_every: u32,
}

impl Settings {
    /// Whether a run with credentials of `source` reads only what changed.
    ///
    /// # Errors
    /// When it is wanted of API v5, which does not tell what changed; when one of the settings makes no sense.
    pub(crate) fn increments(&self, source: Source) -> Result<Increments, SettingsError> {
        let wanted = self.parsed("incremental", |text| match text.trim().parse() {
            Ok(true) if source == Source::V5 => Err(
                "only a legacy API key can ask for what changed: API v5 does not tell, and an OAuth application reads it in \
                 full; leave it out"
                    .to_owned(),
            ),
            Ok(wanted) => Ok(wanted),
            Err(_) => Err(format!("{text:?} is neither true nor false")),
        })?;
        let full_read_every = self.parsed("full_read_every", |text| match text.trim().parse() {
            Ok(days @ 1..=LONGEST) => Ok(days),
            _ => Err(format!("{text:?} is no whole number of days from 1, at most {LONGEST}")),
        })?;
        Ok(Increments { wanted, full_read_every })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env_vars::Environment;

    #[test]
    fn what_changed_is_read_where_somebody_wants_it_and_it_can_be_told() {
        let with = |file: &str| Settings::resolve(&[].into(), &Environment::default(), Some(("f", file))).unwrap();
        let of_key = |file: &str| with(file).increments(Source::Legacy).map_err(|error| error.to_string());
        assert_eq!(of_key("").unwrap(), Increments { wanted: false, full_read_every: 7 });
        let set = "incremental = true\nfull_read_every = 30\n";
        assert_eq!(of_key(set).unwrap(), Increments { wanted: true, full_read_every: 30 });
        assert!(!with("").increments(Source::V5).unwrap().wanted);
        let refused = with(set).increments(Source::V5).unwrap_err().to_string();
        assert!(
            refused.starts_with("incremental (from f): only a legacy API key can ask for what changed"),
            "{refused}"
        );
        for (wrong, why) in [
            ("incremental = \"now and then\"", "neither true nor false"),
            ("full_read_every = 0", "no whole number of days from 1"),
            ("full_read_every = 367", "at most 366"),
        ] {
            let error = of_key(wrong).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }
}
