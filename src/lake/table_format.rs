//! How tables are published beside their Parquet files: not at all, or as Delta Lake tables over the same files.

/// How readers find a table's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum TableFormat {
    /// By the manifest, the views or a glob.
    #[default]
    Parquet,
    /// By a Delta Lake log too, in the table's folder.
    Delta,
}

impl TableFormat {
    /// Whether this build of the program can write the format.
    pub(crate) fn is_built(self) -> bool {
        self == Self::Parquet || cfg!(feature = "delta")
    }
}
