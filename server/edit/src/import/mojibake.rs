//! Text in UTF-8 that somebody read as Windows-1252 and stored again: `âœ…` for `✅`.

use std::borrow::Cow;

/// What the bytes 0x80 to 0x9F are in Windows-1252. Five are undefined; most programs take them for control characters
/// and many lose them. (WHATWG Encoding Standard, index-windows-1252.)
const HIGH: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}', '\u{90}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
];

/// The byte that is lost where E2 stands with one byte after it instead of two: clocks and pause signs are E2 8F xx.
const LOST: u8 = 0x8F;

/// The text as it was meant. Stretches that are no such damage stay as they are; no line end comes or goes.
pub(super) fn repaired(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| !c.is_ascii()) {
        let (plain, tail) = rest.split_at(start);
        let end = tail.find(|c: char| c.is_ascii()).unwrap_or(tail.len());
        let (odd, after) = tail.split_at(end);
        out.push_str(plain);
        match meant(odd) {
            Some(meant) => out.push_str(&meant),
            None => out.push_str(odd),
        }
        rest = after;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// What a stretch of other than ASCII was before; none where it is no mojibake.
fn meant(odd: &str) -> Option<String> {
    let bytes: Vec<u8> = odd.chars().map(byte).collect::<Option<_>>()?;
    let bytes = with_lost_bytes(&bytes);
    match std::str::from_utf8(&bytes) {
        Ok(text) => Some(text.to_owned()),
        Err(error) if error.error_len().is_none() => without_end(&bytes, error.valid_up_to()),
        Err(_) => None,
    }
}

/// What is left where the last character has lost a byte: most often an invisible variation selector, else a sign that
/// nobody can know.
fn without_end(bytes: &[u8], valid: usize) -> Option<String> {
    let text = std::str::from_utf8(bytes.get(..valid)?).ok()?;
    if !text.is_empty() {
        return Some(text.to_owned());
    }
    // One character alone may be a letter of some language.
    (bytes.len() > 1).then(|| char::REPLACEMENT_CHARACTER.to_string())
}

fn byte(c: char) -> Option<u8> {
    let latin = u8::try_from(u32::from(c)).ok().filter(|byte| *byte >= 0xA0);
    latin.or_else(|| HIGH.iter().position(|high| *high == c).and_then(|at| u8::try_from(0x80 + at).ok()))
}

fn with_lost_bytes(bytes: &[u8]) -> Vec<u8> {
    let is_continuation = |byte: Option<&u8>| byte.is_some_and(|byte| (0x80..0xC0).contains(byte));
    let mut out = Vec::with_capacity(bytes.len());
    for (at, byte) in bytes.iter().enumerate() {
        out.push(*byte);
        let is_short = is_continuation(bytes.get(at + 1)) && !is_continuation(bytes.get(at + 2));
        if *byte == 0xE2 && is_short {
            out.push(LOST);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn damaged(text: &str, loses_undefined: bool) -> String {
        let characters = text.bytes().map(|byte| match byte {
            0x80..=0x9F => HIGH[usize::from(byte) - 0x80],
            _ => char::from(byte),
        });
        let is_undefined = |c: &char| ('\u{80}'..'\u{A0}').contains(c);
        characters.filter(|c| !(loses_undefined && is_undefined(c))).collect()
    }

    #[test]
    fn puts_right_what_was_read_wrongly() {
        for text in ["✅ done → next", "🔄 in progress", "🚀 Phase 1", "été, größer", "⏳ später"]
        {
            assert_eq!(repaired(&damaged(text, false)), text);
            assert_eq!(repaired(text), text, "good text stays");
        }
    }

    #[test]
    fn survives_lost_bytes() {
        assert_eq!(repaired(&damaged("⏸\u{FE0F} paused", true)), "⏸ paused");
        assert_eq!(repaired(&damaged("🗄\u{FE0F} store", true)), "🗄 store");
        assert_eq!(repaired(&damaged("🐛 bugs", true)), "\u{FFFD} bugs");
    }

    #[test]
    fn leaves_other_languages_alone() {
        for text in ["naïve café", "Ünïcödé", "日本語", "Größe: 5 µm"] {
            assert_eq!(repaired(text), text);
        }
    }
}
