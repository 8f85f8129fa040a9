//! DataFusion's own operators are the oracle.

mod agreement;
mod coverage;
mod memory;
mod random;
mod sessions;
