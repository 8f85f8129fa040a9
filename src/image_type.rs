//! What an image is by its first bytes: whether bytes are what they are said to be.

/// What bytes turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Looked {
    /// An image of this type, by its first bytes; where these say nothing, as it was said.
    Image(String),
    /// No image at all.
    Nothing,
}

/// The first bytes of images.
const BEGINNINGS: [(&[u8], &str); 7] = [
    (b"\xFF\xD8\xFF", "image/jpeg"),
    (b"\x89PNG\r\n\x1A\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
];

/// The type of an image by its first bytes.
fn by_beginning(bytes: &[u8]) -> Option<&'static str> {
    let known = BEGINNINGS.iter().find(|(beginning, _)| bytes.starts_with(beginning)).map(|(_, name)| *name);
    let webp = || (bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP")).then_some("image/webp");
    known.or_else(webp)
}

/// What bytes are that are `said` to be of a type.
pub(crate) fn look(bytes: &[u8], said: Option<&str>) -> Looked {
    if let Some(found) = by_beginning(bytes) {
        return Looked::Image(found.to_owned());
    }
    let said = said.unwrap_or_default();
    let has_beginning = |name: &str| BEGINNINGS.iter().any(|(_, known)| *known == name) || name == "image/webp";
    // A notice, or the record instead of its image.
    let is_text = bytes.trim_ascii_start().first().is_none_or(|first| matches!(first, b'<' | b'{' | b'['));
    let unheard_of = said.starts_with("image/") && !has_beginning(same_name(said)) && said != "image/svg+xml";
    if unheard_of && !is_text { Looked::Image(said.to_owned()) } else { Looked::Nothing }
}

/// The usual name of a type.
fn same_name(said: &str) -> &str {
    match said {
        "image/jpg" | "image/pjpeg" => "image/jpeg",
        "image/x-png" => "image/png",
        "image/x-ms-bmp" | "image/x-bmp" => "image/bmp",
        other => other,
    }
}

/// Whether two names of types mean the same.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    same_name(one).eq_ignore_ascii_case(same_name(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_decide() {
        let image = |name: &str| Looked::Image(name.to_owned());
        assert_eq!(look(b"\xFF\xD8\xFF\xE0..JFIF", Some("image/png")), image("image/jpeg"));
        assert_eq!(look(b"\x89PNG\r\n\x1A\n...", None), image("image/png"));
        assert_eq!(look(b"RIFF\0\0\0\0WEBPVP8 ", Some("image/webp")), image("image/webp"));
        assert_eq!(look(b"\0\0\0\x18ftypheic", Some("image/heic")), image("image/heic"));
        for (bytes, said) in [
            (&b""[..], Some("image/png")),
            (b"<html>", Some("image/heic")),
            (br#" {"id": "7"}"#, Some("image/avif")),
            (b"\x89PN", Some("image/png")),
            (b"RIFF", Some("image/webp")),
            (b"\0\0\0\x18ftypheic", Some("image/jpg")),
            (b"\0\0\0\x18ftypheic", Some("text/plain")),
            (b"\0\0\0\x18ftypheic", None),
        ] {
            assert_eq!(look(bytes, said), Looked::Nothing, "{said:?}");
        }
        assert!(
            is_same("image/jpg", "image/jpeg")
                && is_same("IMAGE/PNG", "image/png")
                && !is_same("image/png", "image/gif")
        );
    }
}
