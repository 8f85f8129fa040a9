//! Commands that end well, badly, late or not at all.

use std::{ffi::OsString, path::Path};

use super::*;
use crate::listen::{counts::Counts, end::End};

/// Runs `script` by `sh` for each event, with a file to write to as its first argument.
async fn run(script: &str, file: &Path, events: &[&str]) -> Counts {
    let counting = Arc::<Counting>::default();
    let (queue, waiting) = Queue::new(Arc::clone(&counting));
    let (_end, ends) = End::new();
    events.iter().for_each(|event| queue.put(event.as_bytes()));
    drop(queue);
    let command = ["sh", "-c", script, "sh"].map(OsString::from).into_iter().chain([file.into()]).collect();
    let program = Program { command, hidden: vec!["CARGO_MANIFEST_DIR"], ..Program::default() };
    Exec(program).run(waiting, ends, Arc::clone(&counting)).await;
    counting.now()
}

fn exec_of(command: &[&str]) -> Exec {
    Exec(Program { command: command.iter().map(OsString::from).collect(), ..Program::default() })
}

#[tokio::test]
async fn each_event_comes_on_standard_input_one_after_another() {
    let here = tempfile::tempdir().unwrap();
    let file = here.path().join("out");
    let large = "x".repeat(1 << 20);
    let counts = run("cat >> \"$1\"; echo >> \"$1\"", &file, &["{\"id\":1}", "$(touch gone); `x`", &large]).await;
    let (whole, broken) = (std::fs::read_to_string(&file).unwrap(), "{\"id\":1}\n$(touch gone); `x`\n");
    assert_eq!(whole, format!("{broken}{large}\n"));
    assert_eq!((counts.ran, counts.failed, counts.skipped), (3, 0, 0));
}

#[tokio::test]
async fn a_command_that_fails_or_does_not_listen_holds_nothing_up() {
    let here = tempfile::tempdir().unwrap();
    let file = here.path().join("out");
    let large = "x".repeat(1 << 20);
    let counts = run("echo x >> \"$1\"; exit 3", &file, &[&large, &large]).await;
    assert_eq!((counts.ran, counts.failed), (0, 2));
    let counts = run("kill -9 $$", &file, &["1"]).await;
    assert_eq!((counts.ran, counts.failed), (0, 1));
    // What holds secrets is not passed on; the rest is.
    let counts = run("test -n \"$PATH\" && test -z \"$CARGO_MANIFEST_DIR\"", &file, &["1"]).await;
    assert_eq!((counts.ran, counts.failed), (1, 0));
}

#[tokio::test]
async fn one_that_is_not_there_is_a_failure() {
    let counting = Arc::<Counting>::default();
    let (queue, waiting) = Queue::new(Arc::clone(&counting));
    let (_end, ends) = End::new();
    queue.put(b"1");
    drop(queue);
    let exec = exec_of(&["/no/such/program"]);
    exec.run(waiting, ends, Arc::clone(&counting)).await;
    assert_eq!(counting.now().failed, 1);
}

#[tokio::test]
async fn a_full_queue_drops_and_counts() {
    let counting = Arc::<Counting>::default();
    let (queue, waiting) = Queue::new(Arc::clone(&counting));
    (0..WAITING + 5).for_each(|_| queue.put(b"1"));
    assert_eq!(counting.now().skipped, 5);
    let (end, ends) = End::new();
    end.tell();
    exec_of(&["true"]).run(waiting, ends, Arc::clone(&counting)).await;
    assert_eq!(counting.now().skipped, 5 + WAITING as u64, "none is begun after the end");
    let (queue, _waiting) = Queue::new(Arc::clone(&counting));
    let large = vec![b'x'; 1 << 20];
    (0..65).for_each(|_| queue.put(&large));
    assert_eq!(counting.now().skipped, 6 + WAITING as u64, "64 MiB wait at most");
}

/// One that hangs is ended, when it takes too long and when the receiver ends. The time is turned by hand.
#[tokio::test(start_paused = true)]
async fn one_that_hangs_is_ended() {
    let counting = Arc::<Counting>::default();
    for is_told in [false, true] {
        let (queue, waiting) = Queue::new(Arc::clone(&counting));
        let (end, ends) = End::new();
        queue.put(b"1");
        let exec = exec_of(&["sleep", "1000"]);
        let begun = time::Instant::now();
        let runs = tokio::spawn(exec.run(waiting, ends, Arc::clone(&counting)));
        time::sleep(Duration::from_secs(1)).await;
        if is_told {
            end.tell();
        } else {
            drop(queue);
        }
        runs.await.unwrap();
        let waited = if is_told { Duration::from_secs(1) + END_WITHIN } else { LONGEST };
        assert_eq!(begun.elapsed().as_secs(), waited.as_secs());
    }
    assert_eq!(counting.now().failed, 2);
}
