//! When the files of a day were written, by their names: where the manifest cannot tell.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Lake, LakeError, layout, publish};

impl Lake {
    /// When the runs began that wrote the files of `as_of`, whether or not a manifest names them. Names that do not tell are
    /// left out.
    ///
    /// # Errors
    /// When the store refuses or fails.
    pub async fn written_at(&self, as_of: NaiveDate) -> Result<Vec<DateTime<Utc>>, LakeError> {
        let files = publish::data_files(self, as_of).await?;
        Ok(files.iter().filter_map(|path| layout::run_of(path.filename()?)?.began_at()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_named_by_when_they_began() {
        let begun = Some("2026-11-27T22:01:33Z".parse().unwrap());
        for name in ["20261127T220133Z-ab12cd34-0000.parquet", "20261127T220133Z-ab12cd34.20260131-0000.parquet"] {
            assert_eq!(layout::run_of(name).and_then(|run| run.began_at()), begun, "{name}");
        }
        for name in ["older-0000.parquet", "20261127-0000.parquet", "x"] {
            assert_eq!(layout::run_of(name).and_then(|run| run.began_at()), None, "{name}");
        }
    }
}
