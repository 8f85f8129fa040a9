//! Connections that do not end, are too many, or speak no HTTP: over pipes in memory, at a time that is turned by hand.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};

use super::*;

/// Serves one connection that says 200 to everything.
fn served() -> (DuplexStream, tokio::task::JoinHandle<()>, End) {
    let (ours, theirs) = duplex(64 << 10);
    let (end, ends) = End::new();
    let answer = async |_| Response::new(Body::from("well"));
    let serving = tokio::spawn(async move { connection(theirs, answer, ends).await });
    (ours, serving, end)
}

async fn answer(ours: &mut DuplexStream) -> String {
    let mut read = Vec::new();
    ours.read_to_end(&mut read).await.unwrap();
    String::from_utf8(read).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_head_that_does_not_end_ends_the_connection() {
    for drip in ["", "POST / HTTP/1.1\r\n", "POST / HTTP/1.1\r\nx: "] {
        let (mut ours, serving, _end) = served();
        let begun = time::Instant::now();
        ours.write_all(drip.as_bytes()).await.unwrap();
        let dripping = async {
            // A byte every second does not win time.
            while ours.write_all(if drip.is_empty() { b"" } else { b"a" }).await.is_ok() {
                time::sleep(Duration::from_secs(1)).await;
            }
        };
        tokio::select! {
            () = dripping => {}
            ended = serving => ended.unwrap(),
        }
        assert!(begun.elapsed() <= HEAD_WITHIN + Duration::from_secs(1), "{drip:?} {:?}", begun.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_kept_open_ends_when_nothing_is_asked() {
    let (mut ours, serving, _end) = served();
    ours.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\nGET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let said = answer(&mut ours).await;
    assert_eq!(said.matches("HTTP/1.1 200 OK").count(), 2, "{said}");
    serving.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_is_no_http_is_refused() {
    let many = (0..MOST_HEADERS + 1).map(|n| format!("x{n}: 1\r\n")).collect::<String>();
    for (sent, status) in [
        ("nonsense\r\n\r\n".to_owned(), "400"),
        ("\u{0}\u{1}\u{2}\r\n\r\n".to_owned(), "400"),
        ("POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n".to_owned(), "400"),
        ("POST / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n".to_owned(), "400"),
        (format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(LARGEST_HEAD)), "431"),
        (format!("GET / HTTP/1.1\r\n{many}\r\n"), "431"),
    ] {
        let (mut ours, serving, _end) = served();
        ours.write_all(sent.as_bytes()).await.unwrap();
        let said = answer(&mut ours).await;
        assert!(said.starts_with(&format!("HTTP/1.1 {status} ")), "{:.60}: {said}", sent.escape_debug());
        serving.await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn who_has_asked_is_answered_when_it_ends() {
    let (mut ours, theirs) = duplex(64 << 10);
    let (end, ends) = End::new();
    let slow = async |_| {
        time::sleep(Duration::from_secs(2)).await;
        Response::new(Body::from("well"))
    };
    let serving = tokio::spawn(async move { connection(theirs, slow, ends).await });
    ours.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    time::sleep(Duration::from_secs(1)).await;
    end.tell();
    assert!(answer(&mut ours).await.contains("200 OK"));
    serving.await.unwrap();
    // One that asks for nothing is not waited for.
    let (_ours, serving, end) = served();
    end.tell();
    serving.await.unwrap();
}
