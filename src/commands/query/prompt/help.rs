//! What the prompt's commands are for.

use crate::similar::did_you_mean;

/// Commands of one purpose.
#[derive(Debug)]
struct Group {
    title: &'static str,
    commands: &'static [Entry],
}

/// One command.
#[derive(Debug)]
struct Entry {
    name: &'static str,
    arguments: &'static str,
    meaning: &'static str,
}

const fn entry(name: &'static str, arguments: &'static str, meaning: &'static str) -> Entry {
    Entry { name, arguments, meaning }
}

const GROUPS: [Group; 5] = [
    Group {
        title: "Tables",
        commands: &[
            entry("\\d", "[NAME]", "tables with their rows, or the columns of one; NAME may have * and ?"),
            entry("\\d+", "[NAME]", "the same with files, and what a table is made of"),
            entry("\\dt", "[NAME]", "tables alone"),
        ],
    },
    Group {
        title: "What is read",
        commands: &[
            entry("\\as_of", "DATE|all|newest", "read another day, or all days"),
            entry("\\param", "[NAME[:TYPE]=VALUE]", "give $NAME a value, or list the names"),
        ],
    },
    Group {
        title: "How answers look",
        commands: &[
            entry("\\x", "[on|off|auto]", "a line for each column of a row; auto: where a table is too wide"),
            entry("\\pager", "[on|off]", "show what does not fit in a pager, instead of abridging it"),
            entry("\\timing", "[on|off]", "tell how long an answer took"),
            entry("\\format", "FORMAT", "print answers as table, csv, json or ndjson"),
        ],
    },
    Group {
        title: "Files",
        commands: &[
            entry("\\i", "FILE", "run the statements and commands of a file"),
            entry("\\o", "[FILE]", "write the answers that follow to a file, or here again"),
        ],
    },
    Group {
        title: "The prompt",
        commands: &[
            entry("\\?", "", "this list; help and \\h too"),
            entry("\\q", "", "leave; exit, quit and Ctrl-D too"),
        ],
    },
];

fn entries() -> impl Iterator<Item = &'static Entry> {
    GROUPS.iter().flat_map(|group| group.commands)
}

/// Every command's name.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    entries().map(|entry| entry.name)
}

/// What is wrong with a command that is not understood.
pub(super) fn misuse(name: &str) -> String {
    match entries().find(|entry| entry.name == name) {
        Some(entry) => format!("write it as {} {}", entry.name, entry.arguments).trim_end().to_owned(),
        None => {
            let hint = did_you_mean(name.trim_start_matches('\\'), names().map(|name| name.trim_start_matches('\\')));
            let hint = hint.replace('"', "").replace("mean ", "mean \\");
            format!("there is no command {name}{}", if hint.is_empty() { "; \\? lists them".to_owned() } else { hint })
        }
    }
}

/// The commands, a line each, by what they are for.
pub(super) fn help() -> String {
    let line =
        |Entry { name, arguments, meaning }: &Entry| format!("  {:<28} {meaning}\n", format!("{name} {arguments}"));
    let group =
        |Group { title, commands }: &Group| format!("\n{title}\n{}", commands.iter().map(line).collect::<String>());
    let groups: String = GROUPS.iter().map(group).collect();
    format!("A statement ends with `;` and may take several lines. Ctrl-C stops it; Tab completes.\n{groups}")
}
