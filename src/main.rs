//! The `lucca-lake` program; everything it does is in the library.

fn main() -> std::process::ExitCode {
    lucca_lake::cli::main()
}
