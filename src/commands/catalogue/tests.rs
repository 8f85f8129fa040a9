//! Where a site is written.

use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::*;
use crate::engine::testing::deep;

fn files(paths: &[&str]) -> Vec<SiteFile> {
    paths.iter().map(|path| SiteFile { path: (*path).to_owned(), text: format!("of {path}") }).collect()
}

fn there(folder: &Path) -> Vec<String> {
    present(folder).unwrap().into_iter().collect()
}

#[test]
fn a_site_takes_the_place_of_an_earlier_one_and_of_nothing_else() {
    deep(|| async {
        let around = tempfile::tempdir().unwrap();
        let folder = around.path().join("deep/site");
        write(&folder, &files(&["tables/a.html", "tables/b.html", "index.html"])).await.unwrap();
        assert_eq!(there(&folder), [LIST, "index.html", "tables/a.html", "tables/b.html"]);
        let again = files(&["tables/a.html", "index.html"]);
        write(&folder, &again).await.unwrap();
        assert_eq!(there(&folder), [LIST, "index.html", "tables/a.html"]);
        assert_eq!(fs::read_to_string(folder.join("index.html")).unwrap(), "of index.html");
        // What somebody stopped half-way is gone over.
        fs::write(folder.join("tables/a.html.part"), "half").unwrap();
        write(&folder, &again).await.unwrap();
        assert_eq!(there(&folder), [LIST, "index.html", "tables/a.html"]);

        fs::write(folder.join("notes.txt"), "mine").unwrap();
        let error = write(&folder, &files(&["index.html"])).await.unwrap_err().to_string();
        assert!(error.contains("holds notes.txt") && error.contains("-o"), "{error}");
        assert_eq!(there(&folder), [LIST, "index.html", "notes.txt", "tables/a.html"]);
    });
}

#[test]
fn a_folder_of_somebody_else_is_left_alone() {
    deep(|| async {
        let around = tempfile::tempdir().unwrap();
        let (one, file) = (files(&["index.html"]), around.path().join("a file"));
        fs::write(around.path().join("index.html"), "a home page").unwrap();
        assert!(write(around.path(), &one).await.unwrap_err().to_string().contains("holds index.html"));
        fs::write(&file, "").unwrap();
        assert!(matches!(write(&file, &one).await, Err(Error::Io { .. })));
        // A link is no file of a site, wherever it leads.
        let empty = around.path().join("empty");
        fs::create_dir(&empty).unwrap();
        symlink(&file, empty.join("index.html")).unwrap();
        assert!(write(&empty, &one).await.unwrap_err().to_string().contains("holds index.html"));
        fs::remove_file(empty.join("index.html")).unwrap();
        write(&empty, &one).await.unwrap();
        let mode = fs::metadata(empty.join("index.html")).unwrap().permissions().mode();
        assert_eq!(mode & 0o002, 0, "{mode:o}");
    });
}
