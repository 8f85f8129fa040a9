//! Which portraits are read, and how often what the lake has of them is asked for again.

use super::{Origin, Settings, SettingsError};

/// What is read of portraits where all tables are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Portraits {
    /// Nothing.
    #[default]
    Off,
    /// What the API says of them.
    Metadata,
    /// That, and the images.
    Images,
}

impl Portraits {
    /// The tables that it asks for.
    fn tables(self) -> &'static [&'static str] {
        match self {
            Self::Off => &[],
            Self::Metadata => &["portraits"],
            Self::Images => &["portraits", "portraits_images"],
        }
    }
}

impl Settings {
    /// Names of the tables asked for, those of portraits among them where all are; `None` for all that are not on request.
    ///
    /// # Errors
    /// When one of the settings makes no sense, or a flag asks for portraits that `tables` leaves out.
    pub(crate) fn tables_and_portraits(&self, all: &str) -> Result<Option<Vec<String>>, SettingsError> {
        let (named, portraits) = (self.tables()?, self.portraits()?.tables());
        if portraits.is_empty() {
            return Ok(named);
        }
        let mut named = named.unwrap_or_else(|| vec![all.to_owned()]);
        let has = |named: &[String], wanted: &str| named.iter().any(|name| name == wanted);
        if has(&named, all) {
            named.extend(
                portraits
                    .iter()
                    .filter(|table| !has(&named, table))
                    .map(|table| (*table).to_owned())
                    .collect::<Vec<_>>(),
            );
        } else if let Some((_, origin @ Origin::Flag(_))) = self.get("portraits")
            && !portraits.iter().any(|table| has(&named, table))
        {
            let problem = format!("tables leaves portraits out; name {} there", portraits.join(" and "));
            return Err(SettingsError::Invalid { key: "portraits", origin: origin.clone(), problem });
        }
        Ok(Some(named))
    }

    /// What is read of portraits where all tables are.
    ///
    /// # Errors
    /// When it is none of off, metadata, images.
    fn portraits(&self) -> Result<Portraits, SettingsError> {
        self.parsed("portraits", |text| match text.trim() {
            "off" => Ok(Portraits::Off),
            "metadata" => Ok(Portraits::Metadata),
            "images" => Ok(Portraits::Images),
            _ => Err(format!("{text:?} is none of off, metadata, images")),
        })
    }

    /// What the lake has of a portrait is asked for again after so many days at most; `None` for never.
    ///
    /// # Errors
    /// When it is no whole number, at most ten years.
    pub(crate) fn portraits_recheck_days(&self) -> Result<Option<u32>, SettingsError> {
        let days = self.parsed("portraits_recheck_days", |text| match text.trim().parse() {
            Ok(days @ 0..=3650) => Ok(days),
            _ => Err(format!("{text:?} is no whole number of days, at most 3650")),
        })?;
        Ok((days > 0).then_some(days))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env_vars::{Environment, LUCCA_PORTRAITS};

    #[test]
    fn portraits_are_off_unless_somebody_wants_them() {
        let with = |flag: Option<&str>, variable: Option<&'static str>| {
            let flags = flag.map(|value| ("portraits", value.to_owned())).into_iter().collect();
            let environment = match variable {
                Some(value) => Environment::from([(LUCCA_PORTRAITS, value)]),
                None => Environment::default(),
            };
            Settings::resolve(&flags, &environment, Some(("f", "portraits = \"metadata\"\n"))).unwrap().portraits()
        };
        assert_eq!(
            Settings::resolve(&[].into(), &Environment::default(), None).unwrap().portraits().unwrap(),
            Portraits::Off
        );
        assert_eq!(with(None, None).unwrap(), Portraits::Metadata);
        assert_eq!(with(None, Some("off")).unwrap(), Portraits::Off);
        assert_eq!(with(Some("images"), Some("off")).unwrap(), Portraits::Images);
        let error = with(Some("yes"), None).unwrap_err().to_string();
        assert_eq!(error, "portraits (from --portraits): \"yes\" is none of off, metadata, images");
    }

    #[test]
    fn portraits_come_with_all_tables_or_by_their_names() {
        let tables = |portraits: Option<&str>, tables: Option<&str>, file: &str| {
            let flags = [("portraits", portraits), ("tables", tables)];
            let flags = flags.into_iter().filter_map(|(flag, value)| Some((flag, value?.to_owned()))).collect();
            let settings = Settings::resolve(&flags, &Environment::default(), Some(("f", file))).unwrap();
            settings.tables_and_portraits("all").map(|tables| tables.map(|tables| tables.join(",")))
        };
        let both = Some("all,portraits,portraits_images".to_owned());
        assert_eq!(tables(None, None, "").unwrap(), None);
        assert_eq!(tables(Some("metadata"), None, "").unwrap(), Some("all,portraits".into()));
        assert_eq!(tables(Some("images"), Some("all"), "").unwrap(), both);
        assert_eq!(tables(Some("images"), Some("all,portraits"), "").unwrap(), both);
        assert_eq!(tables(None, Some("events"), "portraits = \"images\"\n").unwrap(), Some("events".into()));
        assert_eq!(tables(Some("images"), Some("portraits"), "").unwrap(), Some("portraits".into()));
        let error = tables(Some("images"), Some("events"), "").unwrap_err().to_string();
        assert!(error.ends_with("tables leaves portraits out; name portraits and portraits_images there"), "{error}");
    }

    #[test]
    fn portraits_are_asked_for_again_now_and_then() {
        let days = |text: &str| {
            let file = format!("portraits_recheck_days = {text}\n");
            Settings::resolve(&[].into(), &Environment::default(), Some(("f", &file))).unwrap().portraits_recheck_days()
        };
        assert_eq!((days("30").unwrap(), days("0").unwrap()), (Some(30), None));
        for wrong in ["-1", "3651", "\"soon\""] {
            assert!(days(wrong).unwrap_err().to_string().contains("no whole number of days"), "{wrong}");
        }
    }
}
