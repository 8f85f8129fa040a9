//! A program of the user's is told how a command ended: in JSON on its standard input, and in a few variables.
//!
//! What becomes of it changes nothing: the command has ended, well or not.

use std::{io, process::ExitStatus, time::Duration};

use serde::Serialize;
use tokio::time;

use crate::{
    child::{PrintsTo, Program},
    run_id::RunId,
    run_report::Summary,
};

/// Longest time that it may take.
const LONGEST: Duration = Duration::from_secs(30);

/// What is told.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Notice<'a> {
    /// Which lake, as people write it, without credentials.
    pub(crate) lake: &'a str,
    /// What the command came to.
    #[serde(flatten)]
    pub(crate) run: &'a Summary,
}

impl Notice<'_> {
    /// Tells `command`, a program and its arguments, which does not see the variables `hidden`. Our standard output is not
    /// its own: that carries what the command was asked for.
    ///
    /// # Errors
    /// When it cannot be run, or takes too long.
    pub(crate) async fn tell(&self, command: &[String], hidden: Vec<&'static str>) -> io::Result<ExitStatus> {
        let program = Program {
            command: command.iter().map(Into::into).collect(),
            hidden,
            given: self.variables(),
            prints_to: PrintsTo::Stderr,
        };
        let mut json = serde_json::to_vec(self)?;
        json.push(b'\n');
        program.run(&json, time::sleep(LONGEST)).await
    }

    /// What a script wants to know without reading JSON.
    fn variables(&self) -> Vec<(&'static str, String)> {
        let Summary { command, outcome, exit_code, run_id, .. } = self.run;
        let run_id = run_id.as_ref().map_or("", RunId::as_str);
        vec![
            ("LUCCA_RUN_COMMAND", command.to_string()),
            ("LUCCA_RUN_OUTCOME", outcome.as_str().to_owned()),
            ("LUCCA_RUN_EXIT_CODE", exit_code.to_string()),
            ("LUCCA_RUN_ID", run_id.to_owned()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run_report::Ending;

    /// What a program that is told of a failed run leaves behind.
    async fn told(script: &str) -> (io::Result<ExitStatus>, String) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("out");
        let run = Summary {
            outcome: Ending::Failed,
            exit_code: 75,
            error: Some("the connection failed".to_owned()),
            run_id: Some("20260315T060000Z-00000001".parse().unwrap()),
            ..Summary::new("sync", "2026-03-15T06:00:00Z".parse().unwrap(), 1.5)
        };
        let command = ["sh", "-c", script, "sh", file.to_str().unwrap()].map(str::to_owned);
        let ended = Notice { lake: "/data/lucca", run: &run }.tell(&command, vec!["CARGO_MANIFEST_DIR"]).await;
        (ended, std::fs::read_to_string(file).unwrap_or_default())
    }

    #[tokio::test]
    async fn a_program_is_told_by_json_and_by_variables() {
        let variables =
            "\"$LUCCA_RUN_COMMAND $LUCCA_RUN_OUTCOME $LUCCA_RUN_EXIT_CODE $LUCCA_RUN_ID[$CARGO_MANIFEST_DIR]\"";
        let (ended, left) = told(&format!("cat > \"$1\"; echo {variables} >> \"$1\"")).await;
        assert!(ended.unwrap().success());
        let (json, variables) = left.split_once('\n').unwrap();
        assert_eq!(variables, "sync failed 75 20260315T060000Z-00000001[]\n");
        let json: serde_json::Value = serde_json::from_str(json).unwrap();
        assert_eq!(json["lake"], "/data/lucca");
        assert_eq!(json["exit_code"], 75);
        assert_eq!(json["error"], "the connection failed");
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_hangs_is_ended() {
        let begun = time::Instant::now();
        let (ended, _) = told("exec sleep 1000").await;
        assert_eq!((ended.unwrap_err().kind(), begun.elapsed()), (io::ErrorKind::TimedOut, LONGEST));
    }
}
