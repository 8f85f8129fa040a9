//! Reads JSON in place, in one pass, as strictly as serde_json.
//!
//! Here is only what nearly all of a page is made of: space, punctuation, names, and strings without escapes. Whatever else
//! comes (an escape, a number, a value that nobody looks into) is cut out and given to serde_json, which alone says whether
//! it is JSON.

use std::borrow::Cow;

use serde::{Deserialize as _, de::IgnoredAny};
use serde_json::value::RawValue;

/// A place in a JSON text: in front of a value, of a property's name, or behind either.
#[derive(Debug, Clone, Copy)]
pub(super) struct Json<'a> {
    text: &'a str,
    at: usize,
}

/// The text is not JSON.
#[derive(Debug)]
pub(super) struct NotJson;

/// The properties of an object, or the items of a list, that a [`Json`] is among.
#[derive(Debug)]
pub(super) struct Parts {
    close: u8,
    is_first: bool,
}

/// What a value is, by its first letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Boolean,
    Number,
    Text,
    List,
    Object,
}

impl<'a> Json<'a> {
    /// In front of the value that the text is.
    pub(super) fn of(text: &'a str) -> Self {
        let mut json = Self { text, at: 0 };
        json.skip_space();
        json
    }

    /// What the value here is, if it is JSON at all.
    pub(super) fn kind(&self) -> Kind {
        match self.peek() {
            Some(b'"') => Kind::Text,
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::List,
            Some(b't' | b'f') => Kind::Boolean,
            Some(b'n') => Kind::Null,
            _ => Kind::Number,
        }
    }

    /// Goes into the object here.
    pub(super) fn object(&mut self) -> Result<Parts, NotJson> {
        if self.take(b'{') { Ok(Parts { close: b'}', is_first: true }) } else { Err(NotJson) }
    }

    /// Goes into the list here.
    pub(super) fn list(&mut self) -> Result<Parts, NotJson> {
        if self.take(b'[') { Ok(Parts { close: b']', is_first: true }) } else { Err(NotJson) }
    }

    /// Steps over the name of the property here if it is written as `expected`, which has nothing to escape.
    #[inline]
    pub(super) fn skip_name(&mut self, expected: &str) -> Result<bool, NotJson> {
        let rest = self.rest().strip_prefix(b"\"").and_then(|rest| rest.strip_prefix(expected.as_bytes()));
        let found = rest.is_some_and(|rest| rest.first() == Some(&b'"'));
        if found {
            self.at += expected.len() + 2;
            self.skip_colon()?;
        }
        Ok(found)
    }

    /// Reads the name of the property here, up to its value.
    pub(super) fn name(&mut self) -> Result<Cow<'a, str>, NotJson> {
        let name = self.string()?;
        self.skip_colon()?;
        Ok(name)
    }

    /// Reads the text of the string here, borrowed where it has no escapes.
    #[inline]
    pub(super) fn string(&mut self) -> Result<Cow<'a, str>, NotJson> {
        let start = *self;
        if self.skip_string()? {
            return serde_json::from_str(self.since(start)).map(Cow::Owned).map_err(|_| NotJson);
        }
        self.text.get(start.at + 1..self.at - 1).map(Cow::Borrowed).ok_or(NotJson)
    }

    /// Reads the boolean here.
    pub(super) fn boolean(&mut self) -> Result<bool, NotJson> {
        if self.literal("true") {
            return Ok(true);
        }
        if self.literal("false") { Ok(false) } else { Err(NotJson) }
    }

    /// Steps over the value here and tells its exact text.
    pub(super) fn raw(&mut self) -> Result<&'a str, NotJson> {
        let start = *self;
        self.skip()?;
        Ok(self.since(start))
    }

    /// The exact text from an earlier place to here.
    pub(super) fn since(&self, start: Self) -> &'a str {
        self.text.get(start.at..self.at).unwrap_or_default()
    }

    /// Steps over the value here.
    pub(super) fn skip(&mut self) -> Result<(), NotJson> {
        match self.kind() {
            Kind::Text => {
                let start = *self;
                if self.skip_string()? { is_json(self.since(start)) } else { Ok(()) }
            }
            Kind::Null if self.literal("null") => Ok(()),
            Kind::Null => Err(NotJson),
            Kind::Boolean => self.boolean().map(|_| ()),
            Kind::Object | Kind::List => {
                let rest = self.text.get(self.at..).unwrap_or_default();
                let value = <&RawValue>::deserialize(&mut serde_json::Deserializer::from_str(rest));
                self.at += value.map_err(|_| NotJson)?.get().len();
                Ok(())
            }
            Kind::Number => {
                let (start, rest) = (*self, self.rest());
                let belongs = |b: &u8| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.' | b'e' | b'E');
                self.at += rest.iter().position(|b| !belongs(b)).unwrap_or(rest.len());
                is_json(self.since(start))
            }
        }
    }

    /// Nothing but space may follow.
    pub(super) fn end(&mut self) -> Result<(), NotJson> {
        self.skip_space();
        if self.at == self.text.len() { Ok(()) } else { Err(NotJson) }
    }

    /// Steps over the string here and says whether it has escapes, which are not looked into.
    #[inline]
    fn skip_string(&mut self) -> Result<bool, NotJson> {
        if !self.take(b'"') {
            return Err(NotJson);
        }
        let mut escapes = false;
        loop {
            self.at += plain_letters(self.rest());
            if self.take(b'"') {
                return Ok(escapes);
            }
            if !self.take(b'\\') {
                return Err(NotJson);
            }
            escapes = true;
            self.at += 1;
        }
    }

    fn skip_colon(&mut self) -> Result<(), NotJson> {
        self.skip_space();
        if !self.take(b':') {
            return Err(NotJson);
        }
        self.skip_space();
        Ok(())
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    fn literal(&mut self, literal: &str) -> bool {
        let found = self.rest().starts_with(literal.as_bytes());
        self.at += if found { literal.len() } else { 0 };
        found
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }
}

impl Parts {
    /// Goes to the next property or item; behind the whole, and `false`, when there is none.
    #[inline]
    pub(super) fn next(&mut self, json: &mut Json<'_>) -> Result<bool, NotJson> {
        json.skip_space();
        if json.take(self.close) {
            return Ok(false);
        }
        if !std::mem::take(&mut self.is_first) {
            if !json.take(b',') {
                return Err(NotJson);
            }
            json.skip_space();
        }
        Ok(true)
    }
}

fn is_json(text: &str) -> Result<(), NotJson> {
    serde_json::from_str::<IgnoredAny>(text).map(|_| ()).map_err(|_| NotJson)
}

/// How many bytes there are before the first quote, backslash or control character: eight at a time.
#[inline]
fn plain_letters(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    // The highest bit of each byte that is zero. Bytes above the first one that is may be wrong, for what is borrowed.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & (ONES << 7);
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let controls = word.wrapping_sub(ONES * 0x20) & !word & (ONES << 7);
        let special = controls | zeros(word ^ (ONES * u64::from(b'"'))) | zeros(word ^ (ONES * u64::from(b'\\')));
        if special != 0 {
            return index * 8 + (special.trailing_zeros() / 8) as usize;
        }
    }
    let special = |b: &u8| matches!(b, b'"' | b'\\' | ..0x20);
    words.len() * 8 + rest.iter().position(special).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use proptest::{prelude::*, sample::Index};
    use serde_json::{Map, Value, json};

    use super::*;

    /// Reads a value with everything that the reader can do.
    fn value(json: &mut Json<'_>) -> Result<Value, NotJson> {
        match json.kind() {
            Kind::Text => json.string().map(|text| Value::from(text.as_ref())),
            Kind::Boolean => json.boolean().map(Value::from),
            Kind::Null | Kind::Number => serde_json::from_str(json.raw()?).map_err(|_| NotJson),
            Kind::List => {
                let mut items = Vec::new();
                let mut list = json.list()?;
                while list.next(json)? {
                    items.push(value(json)?);
                }
                Ok(items.into())
            }
            Kind::Object => {
                let mut properties = Map::new();
                let mut object = json.object()?;
                while object.next(json)? {
                    let name = if json.skip_name("id")? { "id".to_owned() } else { json.name()?.into_owned() };
                    properties.insert(name, value(json)?);
                }
                Ok(properties.into())
            }
        }
    }

    /// The same, of a whole text.
    fn read(text: &str) -> Option<Value> {
        let json = &mut Json::of(text);
        let value = value(json).ok()?;
        json.end().ok().map(|()| value)
    }

    fn skip(text: &str) -> bool {
        let json = &mut Json::of(text);
        json.skip().and_then(|()| json.end()).is_ok()
    }

    fn agrees_with_serde_json(text: &str) -> Result<(), TestCaseError> {
        prop_assert_eq!(read(text), serde_json::from_str(text).ok(), "{}", text);
        prop_assert_eq!(skip(text), serde_json::from_str::<IgnoredAny>(text).is_ok(), "{}", text);
        Ok(())
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let text = prop_oneof!["[a-zé😀 ]{0,20}", "[\"\\\\/\n\t\u{1}\u{7f}é]{0,9}", Just("id".to_owned())];
        let leaf = prop_oneof![
            text.clone().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            (-1e9..1e9).prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
            Just(Value::Null),
        ];
        leaf.prop_recursive(4, 30, 4, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((text.clone(), inner), 0..4)
                    .prop_map(|properties| Value::Object(properties.into_iter().collect())),
            ]
        })
    }

    #[test]
    fn what_is_nearly_json_is_refused() {
        for text in [
            "",
            " ",
            "nul",
            "nulll",
            "truefalse",
            "01",
            "1.",
            ".5",
            "+1",
            "-",
            "1e",
            "NaN",
            "'a'",
            "[1,]",
            "[,1]",
            "[1 2]",
            "[1[2]",
            "{\"a\":1{\"b\":2}",
            "[1{\"b\":2}]",
            "[1",
            "]",
            "{\"a\":1,}",
            "{,}",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\" 1}",
            "{a:1}",
            "{1:1}",
            "{\"a\":1",
            "{\"a\":1]",
            "[1}",
            "\"",
            "\"\\\"",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\\ud800\"",
            "\"a\nb\"",
            "\"\u{0}\"",
            "1 1",
            "\u{feff}1",
            "\u{a0}1",
            "//\n1",
            "1e400",
            "[[[1e400]]]",
        ] {
            agrees_with_serde_json(text).unwrap();
            assert_eq!(read(text), None, "{text}");
        }
        for text in
            [" { \"a\" : [ ] , \"\\u0069d\" : { } } ", "[\r\n1\t, -0.0e+1 ]", "\"\u{7f}\\/\"", "0", "-0", "[\"\"]"]
        {
            agrees_with_serde_json(text).unwrap();
            assert!(read(text).is_some(), "{text}");
        }
    }

    #[test]
    fn what_is_deep_costs_no_stack_where_nobody_looks() {
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        assert!(skip(&deep) && !skip(deep.split_at(1).1));
        assert_eq!(Json::of(&format!(" {{\"a\":{deep} }}")).raw().unwrap().len(), deep.len() + 7);
    }

    #[test]
    fn every_byte_in_every_place_of_a_word_is_a_plain_letter_or_not() {
        for (byte, at) in (0..=u8::MAX).flat_map(|byte| (0..20).map(move |at| (byte, at))) {
            let mut bytes = [b'x'; 21];
            bytes[at] = byte;
            let is_special = byte == b'"' || byte == b'\\' || byte < 0x20;
            assert_eq!(plain_letters(&bytes), if is_special { at } else { 21 }, "{byte} at {at}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn what_serde_json_writes_is_read(value in any_value(), is_pretty: bool) {
            let text = if is_pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
            agrees_with_serde_json(&text)?;
        }

        #[test]
        fn whatever_is_put_or_missing_somewhere(
            value in any_value(),
            at in any::<Index>(),
            put in "[\\]\\[{}\",:\\\\0-9eE+.ntfu \n\t\u{0}\u{1f}dD8é-]{0,3}",
            is_missing: bool,
        ) {
            let text = json!({"id": value}).to_string();
            let letters: Vec<(usize, char)> = text.char_indices().collect();
            let (at, letter) = letters[at.index(letters.len())];
            let (before, rest) = text.split_at(at);
            let behind = if is_missing { rest.strip_prefix(letter).unwrap() } else { rest };
            agrees_with_serde_json(&format!("{before}{put}{behind}"))?;
        }
    }
}
