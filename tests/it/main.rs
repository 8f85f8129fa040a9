//! The program from the outside. One binary for all such tests: each more would cost another link of the whole program.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests may fail")]

mod at_once;
mod attributes;
mod backfill;
mod compare_sources;
mod configuration;
mod coverage;
mod cron;
mod days;
mod docs;
mod first_hour;
mod gates;
mod get;
mod golden;
mod imports;
mod init;
mod internal_tables;
mod limits;
mod modes;
mod permissions;
mod plan;
mod query;
mod quiet;
mod recipes;
mod report;
mod retention;
mod state;
mod table_format;
mod taxonomies;
mod tenant;
mod walls;
mod webhooks;
mod wide;
