//! The `lucca-lake` program; everything it does is in the library.

/// Keeps less of what was freed than glibc's, where many threads allocate what others free.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> std::process::ExitCode {
    lucca_lake::cli::main()
}
