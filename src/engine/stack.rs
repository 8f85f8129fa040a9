//! A runtime whose threads have stacks deep enough for SQL.
//!
//! Planning, evaluating and dropping an expression of n operators recurses n levels deep, and a stack overflow kills
//! the process without a word. So the program runs on threads with large stacks ([`run_with_deep_stack`]), and
//! `guard` refuses statements beyond what these stacks were measured to hold. On any other thread the
//! guard applies a much lower limit.

use std::{cell::Cell, future::Future, io, panic, thread};

/// Stack of every thread of the runtime, in bytes. Only pages that are touched cost memory.
pub(crate) const STACK_BYTES: usize = 128 * 1024 * 1024;

/// Most threads for blocking file access: bounds the address space that stacks reserve.
const MAX_BLOCKING_THREADS: usize = 32;

thread_local! {
    static DEEP: Cell<bool> = const { Cell::new(false) };
}

/// Whether the current thread was started by [`run_with_deep_stack`].
pub(crate) fn is_deep() -> bool {
    DEEP.get()
}

/// Runs a test on a thread with a deep stack, for a runtime of its own whose time it can turn.
#[cfg(test)]
pub(crate) fn deeply<T: Send>(test: impl FnOnce() -> T + Send) -> T {
    let on_it = || {
        DEEP.set(true);
        test()
    };
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, on_it).unwrap();
        thread.join().unwrap_or_else(|payload| panic::resume_unwind(payload))
    })
}

/// Builds a multi-threaded runtime with deep stacks and runs the future that `main` gives to its end, on a thread with
/// a deep stack too. A panic of `main` goes on in the caller.
///
/// # Errors
/// When the operating system refuses a thread.
pub fn run_with_deep_stack<M, F, T>(main: M) -> io::Result<T>
where
    M: FnOnce() -> F + Send,
    F: Future<Output = T>,
    T: Send,
{
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("lucca-lake")
        .thread_stack_size(STACK_BYTES)
        .max_blocking_threads(MAX_BLOCKING_THREADS)
        .on_thread_start(|| DEEP.set(true))
        .build()?;
    let outcome = thread::scope(|scope| {
        let handle = thread::Builder::new().name("lucca-lake-main".to_owned()).stack_size(STACK_BYTES).spawn_scoped(
            scope,
            || {
                DEEP.set(true);
                runtime.block_on(main())
            },
        )?;
        io::Result::Ok(handle.join())
    })?;
    match outcome {
        Ok(value) => Ok(value),
        Err(payload) => panic::resume_unwind(payload),
    }
}

/// Does some work on a thread with a deep stack, without a runtime.
#[cfg(test)]
pub(crate) fn on_deep_thread(work: impl FnOnce() + Send) {
    let begin = || {
        DEEP.set(true);
        work();
    };
    let done = thread::scope(|scope| {
        thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, begin).map(thread::ScopedJoinHandle::join)
    });
    done.unwrap().unwrap_or_else(|payload| panic::resume_unwind(payload));
}
