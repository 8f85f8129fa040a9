//! Which rooms of the program may import which: `src/lib.rs` says it, and this holds the code to it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use crate::imports::Source;

/// What begins and ends the list of rooms in the contents page.
const LIST: (&str, &str) = ("//! ```walls\n", "//! ```\n");

/// Rooms whose files still import one another in circles.
const IN_CIRCLES: [&str; 1] = ["fake_tenant"];

/// Which files import which.
type Imports = BTreeMap<(String, String), BTreeSet<String>>;

/// The room of a file; what stands at the root is none.
fn room(file: &str) -> Option<&str> {
    let first = file.split('/').next()?;
    let room = first.strip_suffix(".rs").unwrap_or(first);
    (!matches!(room, "lib" | "main")).then_some(room)
}

/// Which room imports which, and a file that does.
fn between_rooms(imports: &Imports) -> BTreeMap<&str, BTreeMap<&str, &str>> {
    let mut rooms = BTreeMap::<&str, BTreeMap<&str, &str>>::new();
    for (from, to) in imports.keys() {
        if let (Some(importer), Some(imported)) = (room(from), room(to))
            && importer != imported
        {
            rooms.entry(importer).or_default().entry(imported).or_insert(from);
        }
    }
    rooms
}

/// Everything that breaks the list: each room, a colon, and the rooms that it imports, which all stand below it.
fn broken(list: &str, files: &BTreeMap<String, String>, imports: &Imports) -> Vec<String> {
    let mut lines = Vec::<(&str, BTreeSet<&str>)>::new();
    for word in list.split_whitespace().filter(|word| *word != "//!") {
        match (word.strip_suffix(':'), lines.last_mut()) {
            (Some(room), _) => lines.push((room, BTreeSet::new())),
            (None, Some((_, imports))) => drop(imports.insert(word)),
            (None, None) => panic!("{word} stands before any room"),
        }
    }
    let mut broken = Vec::new();
    for (at, (room, imports)) in lines.iter().enumerate() {
        let below: BTreeSet<&str> = lines[at + 1..].iter().map(|(room, _)| *room).collect();
        broken.extend(
            imports.difference(&below).map(|upward| format!("{room} may import {upward}, which is not below it")),
        );
    }
    let listed: BTreeMap<&str, &BTreeSet<&str>> = lines.iter().map(|(room, imports)| (*room, imports)).collect();
    let there: BTreeSet<&str> = files.keys().filter_map(|file| room(file)).collect();
    broken.extend(there.iter().filter(|room| !listed.contains_key(*room)).map(|room| format!("{room} is not listed")));
    let between = between_rooms(imports);
    for (room, allowed) in listed {
        let found = between.get(room).cloned().unwrap_or_default();
        let more = found.iter().filter(|(imported, _)| !allowed.contains(*imported));
        broken.extend(more.map(|(imported, file)| format!("{room} must not import {imported}, as {file} does")));
        let less = allowed.iter().filter(|imported| !found.contains_key(*imported));
        broken.extend(less.map(|imported| format!("{room} may import {imported} and does not")));
    }
    broken
}

/// A way from a file of a room back to itself, for each file that first has one.
fn circles(imports: &Imports) -> Vec<String> {
    let mut next = BTreeMap::<&str, Vec<&str>>::new();
    for (from, to) in imports.keys().filter(|(from, to)| room(from) == room(to)) {
        next.entry(from).or_default().push(to);
    }
    let mut told = BTreeSet::new();
    let mut circles = Vec::new();
    for start in next.keys() {
        let mut ways = vec![vec![*start]];
        let mut seen = BTreeSet::new();
        while let Some(way) = ways.first().cloned() {
            ways.remove(0);
            for to in next.get(way[way.len() - 1]).into_iter().flatten() {
                if to == start {
                    if way.iter().all(|file| !told.contains(file)) {
                        circles.push(format!("{} → {to}", way.join(" → ")));
                    }
                    told.extend(way.clone());
                    ways.clear();
                    break;
                }
                if seen.insert(*to) {
                    ways.push([&way[..], &[to]].concat());
                }
            }
        }
    }
    circles
}

fn sources(folder: &Path, below: &str, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder.join(below)).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{below}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            sources(folder, &format!("{name}/"), files);
        } else if name.ends_with(".rs") {
            files.insert(name.clone(), fs::read_to_string(entry.path()).unwrap());
        }
    }
}

fn program() -> (BTreeMap<String, String>, Imports) {
    let mut files = BTreeMap::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), "", &mut files);
    let imports = Source::of(&files).imports();
    (files, imports)
}

#[test]
fn rooms_import_what_the_contents_page_says() {
    let (files, imports) = program();
    let (_, list) = files["lib.rs"].split_once(LIST.0).unwrap();
    let (list, _) = list.split_once(LIST.1).unwrap();
    let broken = broken(list, &files, &imports);
    let between = between_rooms(&imports);
    let is = |(room, found): (&&str, &BTreeMap<&str, &str>)| {
        format!("{room}: {}", found.keys().copied().collect::<Vec<_>>().join(" "))
    };
    let now: Vec<String> = between.iter().map(is).collect();
    assert!(broken.is_empty(), "{}\n\nthere is now:\n{}", broken.join("\n"), now.join("\n"));
}

#[test]
fn files_of_a_room_import_one_another_in_no_circle() {
    let circles = circles(&program().1);
    let (known, new): (Vec<&str>, Vec<&str>) = circles
        .iter()
        .map(String::as_str)
        .partition(|circle| room(circle).is_some_and(|room| IN_CIRCLES.contains(&room)));
    assert!(new.is_empty(), "{}", new.join("\n"));
    let free = IN_CIRCLES.iter().filter(|name| known.iter().all(|circle| room(circle) != Some(name)));
    assert_eq!(free.collect::<Vec<_>>(), [] as [&&str; 0], "are in no circle any more");
}

fn crate_of(files: &[(&str, &str)]) -> (BTreeMap<String, String>, Imports) {
    let files = files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let imports = Source::of(&files).imports();
    (files, imports)
}

const LIB: (&str, &str) = ("lib.rs", "mod upper; mod middle; mod leaf;");
const LEAF: (&str, &str) = ("leaf.rs", "pub struct Leaf; pub fn leaf() {}");

#[test]
fn what_keeps_to_the_list_is_not_complained_of() {
    let (files, imports) = crate_of(&[
        LIB,
        ("upper/mod.rs", "mod part; pub use part::Part; use crate::{leaf, middle::{self, Middle}};"),
        ("upper/part.rs", "pub struct Part(super::super::middle::Middle);"),
        (
            "middle.rs",
            "pub use crate::leaf::Leaf; pub struct Middle; #[cfg(test)] mod tests { use crate::upper::Part; }",
        ),
        LEAF,
    ]);
    assert_eq!(broken("upper: middle leaf\nmiddle:\nleaf:", &files, &imports), [] as [&str; 0]);
    assert_eq!(circles(&imports), [] as [&str; 0]);
}

#[test]
fn each_way_to_import_what_is_forbidden_is_seen() {
    for import in [
        "use crate::upper::Upper;",
        "use crate::{leaf::Leaf, upper::{Upper as Other}};",
        "use super::upper::*;",
        "fn f() { let _ = crate::upper::Upper; }",
        "fn f(_: &super::upper::Upper) {}",
        "fn f() { use crate::upper; }",
        "mod inner { use super::super::upper::Upper; }",
        "fn f() { println!(\"{:?}\", crate::upper::Upper); }",
        "struct S; impl S { fn f() { crate::upper::f(); } }",
        "use crate::leaf::Again;",
    ] {
        let leaf = "pub struct Leaf; pub use super::upper::Upper as Again;";
        let files = [LIB, ("upper.rs", "pub struct Upper; pub fn f() {}"), ("middle.rs", import), ("leaf.rs", leaf)];
        let (files, imports) = crate_of(&files);
        let found = broken("upper:\nmiddle:\nleaf:", &files, &imports);
        let wanted = "middle must not import upper, as middle.rs does";
        assert!(found.iter().any(|line| line == wanted), "{import}: {found:?}");
    }
}

#[test]
fn the_list_itself_must_be_right() {
    let (files, imports) = crate_of(&[LIB, ("upper.rs", "use crate::leaf::Leaf;"), ("middle.rs", ""), LEAF]);
    let said = |list: &str| broken(list, &files, &imports);
    assert_eq!(said("upper: leaf\nmiddle:\nleaf:"), [] as [&str; 0]);
    assert_eq!(said("upper: leaf\nmiddle: leaf\nleaf:"), ["middle may import leaf and does not"]);
    assert_eq!(said("leaf:\nupper: leaf\nmiddle:"), ["upper may import leaf, which is not below it"]);
    assert_eq!(said("upper: leaf\nleaf:"), ["middle is not listed"]);
}

#[test]
fn circles_of_files_are_seen_through_their_parent() {
    let of = |first: &'static str, second: &'static str, parent: &'static str| {
        circles(
            &crate_of(&[("lib.rs", "mod room;"), ("room/mod.rs", parent), ("room/a.rs", first), ("room/b.rs", second)])
                .1,
        )
    };
    let parent = "mod a; mod b; pub use a::A; pub use b::*;";
    assert_eq!(of("pub struct A; use super::B;", "pub struct B;", parent), [] as [&str; 0]);
    for first in
        ["pub struct A; use super::B;", "pub struct A; use super::b::B;", "pub struct A; use super::{b::{B as C}};"]
    {
        let second = "pub struct B; fn f(_: super::A) {}";
        assert_eq!(of(first, second, parent), ["room/a.rs → room/b.rs → room/a.rs"], "{first}");
    }
    // What the parent itself defines, and what it does with its children.
    let parent = "mod a; mod b; pub struct P; fn f() { a::f(); }";
    assert_eq!(of("use super::P; pub fn f() {}", "", parent), ["room/a.rs → room/mod.rs → room/a.rs"]);
}
