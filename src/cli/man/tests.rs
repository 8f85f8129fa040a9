use clap::CommandFactory as _;

use super::*;
use crate::cli::arguments::Cli;

fn built() -> Command {
    let mut program = Cli::command().disable_help_subcommand(true);
    program.build();
    program
}

/// As it is read, near enough: without the escapes of dashes and fonts.
fn read(page: &Page) -> String {
    String::from_utf8(page.text.clone()).unwrap().replace("\\-", "-").replace("\\fB", "").replace("\\fR", "")
}

#[test]
fn every_command_has_a_page_that_names_all_its_flags() {
    fn check(command: &Command, pages: &[Page], seen: &mut usize) {
        let file = format!("{}.1", command.get_display_name().unwrap_or(command.get_name()));
        let text = read(pages.iter().find(|page| page.file == file).unwrap());
        for flag in command.get_arguments().filter_map(|argument| argument.get_long()) {
            assert!(text.contains(&format!("--{flag}")), "{file} lacks --{flag}");
        }
        let about = command.get_about().unwrap().to_string();
        assert!(text.contains(&format!(" - {}", about.replace('\'', "\\*(Aq"))), "{file}: {text}");
        *seen += 1;
        command.get_subcommands().for_each(|command| check(command, pages, seen));
    }
    let program = built();
    let pages = all(&program).unwrap();
    let mut seen = 0;
    check(&program, &pages, &mut seen);
    assert_eq!(pages.len(), seen + 1, "and one of the file");
    assert!(seen > 30, "{seen}");
}

#[test]
fn the_page_of_the_file_names_every_setting_that_it_may_hold() {
    let page = of_file().unwrap();
    let text = read(&page);
    assert_eq!(page.file, "lucca-lake.toml.5");
    for declared in SETTINGS {
        assert_eq!(text.contains(&format!(".TP\n{}\n", declared.key)), declared.in_file, "{}", declared.key);
    }
    assert!(text.contains("Default 50. Also --requests-per-minute. Also LUCCA_REQUESTS_PER_MINUTE."), "{text}");
    let example = text.split_once(".nf\n").unwrap().1.split_once(".fi\n").unwrap().0;
    let keys: toml::Table = example.parse().unwrap();
    assert!(
        keys.keys().all(|key| SETTINGS.iter().any(|declared| declared.in_file && declared.key == key)),
        "{example}"
    );
}

#[test]
fn the_program_s_page_has_variables_and_exit_codes() {
    let text = read(&of_command(built()).unwrap());
    for variable in SETTINGS.iter().filter_map(|declared| declared.variable) {
        assert!(text.contains(&format!(".TP\n{variable}\n")), "{variable}");
    }
    for said in [".TP\n75\nRate limit, server error or network: running again makes sense.\n", ".TP\n0\nEverything"] {
        assert!(text.contains(said), "{said}: {text}");
    }
}

#[test]
fn a_page_is_found_by_the_words_of_its_command() {
    let program = built();
    let found = find(&program, &["webhooks", "endpoints", "list"]).unwrap();
    assert_eq!(found.get_bin_name(), Some("lucca-lake webhooks endpoints list"));
    let error = find(&program, &["webhooks", "endpoint"]).unwrap_err().to_string();
    assert!(error.starts_with("lucca-lake webhooks has no command \"endpoint\"; it has endpoints, "), "{error}");
    let error = find(&program, &["sync", "now"]).unwrap_err().to_string();
    assert!(error.starts_with("lucca-lake sync has no commands of its own"), "{error}");
}

#[test]
fn pages_are_written_for_everybody_to_read() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().join("man1");
    ManArguments { command: Vec::new(), output: Some(into.clone()) }.run(Cli::command()).unwrap();
    let number = std::fs::read_dir(&into).unwrap().count();
    assert_eq!(number, all(&built()).unwrap().len());
    let mode = std::fs::metadata(into.join("lucca-lake-sync.1")).unwrap().permissions().mode();
    assert_eq!(mode & 0o400, 0o400);
}
