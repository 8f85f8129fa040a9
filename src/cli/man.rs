//! `man`: the manual. A page for each command and one for the configuration file, from the same definitions as `--help`
//! and the settings.

use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use clap::{Args, Command, ValueEnum as _};
use clap_mangen::{
    Man,
    roff::{Inline, Roff, bold, italic, roman},
};

use crate::{
    error::Error,
    exit_code::ExitCode,
    modes::{Access, create_folders, create_output},
    print::print,
    settings::{Declared, FILE_NAME, SETTINGS},
};

const PROGRAM: &str = env!("CARGO_PKG_NAME");
/// What every page is a page of.
const SOURCE: &str = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));

#[derive(Debug, Args)]
pub(super) struct ManArguments {
    /// Command whose page is printed, such as webhooks endpoints list, or lucca-lake.toml; the program's own by default
    command: Vec<String>,
    /// Write all pages into this folder instead, as files for man
    #[arg(long, short, value_name = "FOLDER", conflicts_with = "command")]
    output: Option<PathBuf>,
}

/// One page, as `man` reads it.
struct Page {
    /// Name of its file, which ends in the section.
    file: String,
    text: Vec<u8>,
}

impl ManArguments {
    /// Prints one page of `program`, or writes all of them.
    ///
    /// # Errors
    /// When there is no such command, or what is written cannot be.
    pub(super) fn run(&self, program: Command) -> Result<(), Error> {
        let mut program = program.disable_help_subcommand(true);
        program.build();
        let unwritten = |source| Error::Io { what: "a page of the manual".into(), source };
        if let Some(folder) = &self.output {
            let written = all(&program).and_then(|pages| write_into(folder, &pages));
            return written.map_err(|source| Error::Io { what: folder.display().to_string(), source });
        }
        let words: Vec<&str> = self.command.iter().map(String::as_str).collect();
        let page = match words.as_slice() {
            [FILE_NAME] => of_file().map_err(unwritten)?,
            path => of_command(find(&program, path)?.clone()).map_err(unwritten)?,
        };
        print(&String::from_utf8_lossy(&page.text))
    }
}

/// The command that words of the command line lead to.
fn find<'a>(program: &'a Command, path: &[&str]) -> Result<&'a Command, Error> {
    path.iter().try_fold(program, |command, word| {
        command.find_subcommand(word).ok_or_else(|| {
            let there: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
            let name = command.get_bin_name().unwrap_or(PROGRAM);
            match there.as_slice() {
                [] => Error::Usage(format!("{name} has no commands of its own, so no {word:?}")),
                there => Error::Usage(format!("{name} has no command {word:?}; it has {}", there.join(", "))),
            }
        })
    })
}

/// Every page there is.
fn all(program: &Command) -> io::Result<Vec<Page>> {
    fn below<'a>(command: &'a Command, found: &mut Vec<&'a Command>) {
        found.push(command);
        command.get_subcommands().for_each(|command| below(command, found));
    }
    let mut commands = Vec::new();
    below(program, &mut commands);
    let mut pages = commands.into_iter().cloned().map(of_command).collect::<io::Result<Vec<Page>>>()?;
    pages.push(of_file()?);
    Ok(pages)
}

/// Pages hold nothing that is anybody's: whoever the umask lets may read them.
fn write_into(folder: &Path, pages: &[Page]) -> io::Result<()> {
    create_folders(folder, Access::Shared)?;
    pages.iter().try_for_each(|page| create_output(&folder.join(&page.file), Access::Shared)?.write_all(&page.text))
}

/// The page of a command.
fn of_command(command: Command) -> io::Result<Page> {
    let is_program = command.get_name() == PROGRAM;
    let has_subcommands = command.has_subcommands();
    let man = Man::new(command).source(SOURCE);
    let mut text = Vec::new();
    man.render_title(&mut text)?;
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    if has_subcommands {
        man.render_subcommands_section(&mut text)?;
    }
    let mut more = Roff::new();
    if is_program {
        environment(&mut more);
        files(&mut more);
        exit_status(&mut more);
        see_also(&mut more, &[(FILE_NAME, "5")]);
    } else {
        see_also(&mut more, &[(PROGRAM, "1"), (FILE_NAME, "5")]);
    }
    more.to_writer(&mut text)?;
    Ok(Page { file: man.get_filename(), text })
}

/// The page of the configuration file.
fn of_file() -> io::Result<Page> {
    let mut page = Roff::new();
    page.control("TH", [FILE_NAME, "5", "", SOURCE, ""]);
    page.control("SH", ["NAME"]);
    page.text([roman(format!("{FILE_NAME} - settings of {PROGRAM}"))]);
    page.control("SH", ["DESCRIPTION"]);
    page.text([
        roman("One TOML table of the settings below, each a text, a number, true, false or a list of texts. It is read from the \
               file that "),
        bold("--config"),
        roman(format!(" names, otherwise from {FILE_NAME} in the working folder, where it exists. A key that is not listed here is \
               an error. ")),
        roman("A flag goes before an environment variable, that before this file, and this before the default; "),
        bold(format!("{PROGRAM} config")),
        roman(" shows what came from where. Secrets are never in it: it names the file that holds one."),
    ]);
    page.control("SH", ["SETTINGS"]);
    for declared in SETTINGS.iter().filter(|declared| declared.in_file) {
        let Declared { key, meaning, default, .. } = declared;
        let default = default.iter().flat_map(|value| [roman(" Default "), bold(*value), roman(".")]);
        let names =
            declared.flag.map(|flag| format!("--{flag}")).into_iter().chain(declared.variable.map(str::to_owned));
        let names = names.flat_map(|name| [roman(" Also "), bold(name), roman(".")]);
        let told: Vec<Inline> = [roman(stopped(meaning))].into_iter().chain(default).chain(names).collect();
        page.control("TP", []);
        page.text([bold(*key)]);
        page.text(told);
    }
    page.control("SH", ["EXAMPLE"]);
    page.control("nf", []);
    for line in [
        "base_url = \"https://example.ilucca.net\"",
        "client_id = \"lucca-lake\"",
        "client_secret_file = \"/run/secrets/lucca\"",
        "lake = \"/data/lucca\"",
    ] {
        page.text([roman(line)]);
    }
    page.control("fi", []);
    see_also(&mut page, &[(PROGRAM, "1")]);
    let mut text = Vec::new();
    page.to_writer(&mut text)?;
    Ok(Page { file: format!("{FILE_NAME}.5"), text })
}

fn environment(page: &mut Roff) {
    page.control("SH", ["ENVIRONMENT"]);
    for Declared { variable, meaning, .. } in SETTINGS {
        let Some(variable) = variable else { continue };
        entry(page, variable, &stopped(meaning));
    }
    entry(page, "LUCCA_LOG", "how much is logged: error, warn, info, debug or trace, for all or by module.");
    entry(page, "AWS_*", "credentials and address of a lake on S3, by the names that its other tools read.");
}

fn files(page: &mut Roff) {
    page.control("SH", ["FILES"]);
    let what = "settings, where the working folder has it; --config names another.";
    entry(page, &format!("./{FILE_NAME}"), what);
}

/// In the words of [`ExitCode`]'s comments.
fn exit_status(page: &mut Roff) {
    page.control("SH", ["EXIT STATUS"]);
    for code in ExitCode::value_variants() {
        let meaning = code.to_possible_value().and_then(|value| value.get_help().map(ToString::to_string));
        entry(page, &(*code as u8).to_string(), &stopped(&meaning.unwrap_or_default()));
    }
}

/// A name and what it is.
fn entry(page: &mut Roff, name: &str, what: &str) {
    page.control("TP", []);
    page.text([bold(name)]);
    page.text([roman(what)]);
}

fn see_also(page: &mut Roff, pages: &[(&str, &str)]) {
    page.control("SH", ["SEE ALSO"]);
    let mut line = Vec::new();
    for (at, (name, section)) in pages.iter().enumerate() {
        let between = (at > 0).then(|| roman(", "));
        line.extend(between.into_iter().chain([italic(*name), roman(format!("({section})"))]));
    }
    page.text(line);
}

/// With a full stop.
fn stopped(text: &str) -> String {
    format!("{}.", text.trim_end_matches('.'))
}

#[cfg(test)]
mod tests;
