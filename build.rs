//! Embeds `schemas/*.toml` and `queries/*.sql`, so that adding a resource or a derived table needs no Rust.

use std::{env, fs, io, path::Path};

fn main() -> io::Result<()> {
    let root = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    let mut code = String::new();
    for (constant, folder, extension) in [
        ("SCHEMAS", "schemas", "toml"),
        ("LEGACY_SCHEMAS", "schemas/legacy", "toml"),
        ("QUERIES", "queries", "sql"),
        ("LEGACY_QUERIES", "queries/legacy", "sql"),
        ("RULES", "queries/quality", "sql"),
        ("REPORT_QUERIES", "queries/report", "sql"),
    ] {
        println!("cargo::rerun-if-changed={folder}");
        let folder = Path::new(&root).join(folder);
        let mut files: Vec<_> = fs::read_dir(&folder)?.collect::<Result<_, _>>()?;
        files.sort_by_key(fs::DirEntry::file_name);
        code.push_str(&format!("const {constant}: &[(&str, &str)] = &[\n"));
        for path in files.iter().map(fs::DirEntry::path).filter(|p| p.extension().is_some_and(|e| e == extension)) {
            let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
            code.push_str(&format!("    ({stem:?}, include_str!({:?})),\n", path.display().to_string()));
        }
        code.push_str("];\n");
    }
    fs::write(Path::new(&out).join("embedded.rs"), code)
}
