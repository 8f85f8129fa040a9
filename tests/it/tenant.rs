//! The program as a child process, and a fake tenant served by another.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Output, Stdio},
};

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_lucca-lake");

/// A fake tenant, ended with the test.
pub(crate) struct Tenant {
    server: Child,
    pub(crate) environment: Vec<(String, String)>,
}

impl Tenant {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut server = Command::new(PROGRAM)
            .args(["fake-tenant", "-q", "--today", "2026-03-15", "--requests-per-minute", "100000"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(server.stdout.take().unwrap()).lines().take(4);
        let variable = |line: String| {
            let (name, value) = line.strip_prefix("export ").unwrap().split_once('=').unwrap();
            (name.to_owned(), value.to_owned())
        };
        let environment = said.map(|line| variable(line.unwrap())).collect();
        Self { server, environment }
    }

    /// Runs the program against this tenant and that lake, with nothing else in its environment.
    pub(crate) fn run(&self, lake: &Path, arguments: &[&str]) -> Output {
        self.run_with(lake, arguments, &[])
    }

    pub(crate) fn run_with(&self, lake: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
        self.command(lake, arguments, environment).output().unwrap()
    }

    /// The same, not yet begun.
    pub(crate) fn command(&self, lake: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .args(arguments)
            .env_clear()
            .envs(self.environment.iter().map(|(k, v)| (k, v)))
            .env("LUCCA_LAKE", lake)
            .env("LUCCA_REQUESTS_PER_MINUTE", "100000")
            .envs(environment.iter().copied())
            .current_dir(lake.parent().unwrap())
            .stdin(Stdio::null());
        command
    }

    /// Ends the server: from now on a request fails.
    pub(crate) fn stop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Drop for Tenant {
    fn drop(&mut self) {
        self.stop();
    }
}

pub(crate) fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

pub(crate) fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}
