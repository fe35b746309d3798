//! Hides secrets in a stream of bytes, across the borders of its chunks.

use aho_corasick::{AhoCorasick, MatchKind};

/// What stands where a secret stood.
pub const MASK: &[u8] = b"***";

/// Shorter secrets are refused: masking them would tear ordinary text apart and give the secret away by its gaps.
pub const SECRET_MIN_BYTES: usize = 8;

/// Replaces each secret by [`MASK`]: as it is, in base64 (both alphabets, at each alignment), percent-encoded, and as
/// it stands inside a JSON string.
///
/// Bytes that may be the beginning of a secret are held back until the next chunk decides.
#[derive(Debug)]
pub struct Masker {
    /// None where there is nothing to hide.
    search: Option<Search>,
    held: Vec<u8>,
    masked: bool,
}

#[derive(Debug)]
struct Search {
    automaton: AhoCorasick,
    forms: Vec<Vec<u8>>,
    longest: usize,
}

impl Masker {
    /// A masker for `secrets`; those under [`SECRET_MIN_BYTES`] must have been refused before.
    pub fn new(secrets: &[String]) -> Self {
        let mut forms: Vec<Vec<u8>> =
            secrets.iter().filter(|secret| !secret.is_empty()).flat_map(|s| forms(s)).collect();
        forms.sort_unstable();
        forms.dedup();
        Self { search: Search::new(forms), held: Vec::new(), masked: false }
    }

    /// Whether anything was replaced so far.
    pub const fn masked(&self) -> bool {
        self.masked
    }

    /// Takes a chunk; calls `write` with what may be told.
    pub fn push(&mut self, chunk: &[u8], mut write: impl FnMut(&[u8])) {
        let Some(search) = &self.search else {
            write(chunk);
            return;
        };
        self.held.extend_from_slice(chunk);
        let undecided = search.undecided_from(&self.held);
        let told = emit(search, &self.held, undecided, &mut self.masked, &mut write);
        self.held.drain(..told);
    }

    /// The stream is over: tells what was held back.
    pub fn finish(&mut self, mut write: impl FnMut(&[u8])) {
        let held = std::mem::take(&mut self.held);
        let Some(search) = &self.search else { return };
        emit(search, &held, held.len(), &mut self.masked, &mut write);
    }

    /// `text` with its secrets replaced.
    pub fn mask_text(secrets: &[String], text: &str) -> String {
        let mut masker = Self::new(secrets);
        let mut out = Vec::with_capacity(text.len());
        masker.push(text.as_bytes(), |bytes| out.extend_from_slice(bytes));
        masker.finish(|bytes| out.extend_from_slice(bytes));
        String::from_utf8_lossy(&out).into_owned()
    }

    /// Whether `bytes` hold one of `secrets` in any form.
    pub fn finds(secrets: &[String], bytes: &[u8]) -> bool {
        Self::new(secrets).search.is_some_and(|search| search.automaton.is_match(bytes))
    }
}

impl Search {
    fn new(forms: Vec<Vec<u8>>) -> Option<Self> {
        let longest = forms.iter().map(Vec::len).max()?;
        let automaton = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&forms).ok()?;
        Some(Self { automaton, forms, longest })
    }

    /// Where the shortest tail begins that holds every unfinished form; the length where there is none.
    fn undecided_from(&self, bytes: &[u8]) -> usize {
        let earliest = bytes.len().saturating_sub(self.longest - 1);
        (earliest..bytes.len()).find(|start| self.is_unfinished(&bytes[*start..])).unwrap_or(bytes.len())
    }

    fn is_unfinished(&self, tail: &[u8]) -> bool {
        self.forms.iter().any(|form| form.len() > tail.len() && form.starts_with(tail))
    }
}

/// Writes everything before `until`, secrets replaced; returns how many bytes of the input are done with.
fn emit(
    search: &Search,
    bytes: &[u8],
    until: usize,
    masked: &mut bool,
    write: &mut impl FnMut(&[u8]),
) -> usize {
    let mut done = 0;
    for found in search.automaton.find_iter(bytes) {
        if found.start() >= until {
            break;
        }
        write(&bytes[done..found.start()]);
        write(MASK);
        *masked = true;
        done = found.end();
    }
    if done < until {
        write(&bytes[done..until]);
        done = until;
    }
    done
}

/// All spellings of a secret that are hidden.
fn forms(secret: &str) -> Vec<Vec<u8>> {
    let bytes = secret.as_bytes();
    let mut forms = vec![bytes.to_vec()];
    for alignment in 0..3 {
        forms.push(base64_inner(bytes, alignment, b"+/"));
        forms.push(base64_inner(bytes, alignment, b"-_"));
    }
    for (hex, space) in [("0123456789ABCDEF", "%20"), ("0123456789abcdef", "%20"), ("0123456789ABCDEF", "+")]
    {
        forms.push(percent_encoded(bytes, hex.as_bytes(), space));
    }
    if let Ok(quoted) = serde_json::to_string(secret) {
        forms.push(quoted.trim_matches('"').as_bytes().to_vec());
    }
    forms.retain(|form| form.len() >= SECRET_MIN_BYTES.min(bytes.len()));
    forms
}

/// The characters of base64 that depend on `bytes` alone where `alignment` bytes stand before them.
fn base64_inner(bytes: &[u8], alignment: usize, last_two: &[u8; 2]) -> Vec<u8> {
    let mut padded = vec![0; alignment];
    padded.extend_from_slice(bytes);
    let first = (alignment * 8).div_ceil(6);
    let past = padded.len() * 8 / 6;
    (first..past).map(|sextet| base64_character(sextet_of(&padded, sextet), last_two)).collect()
}

fn sextet_of(bytes: &[u8], index: usize) -> u8 {
    let bit = index * 6;
    let high = u16::from(bytes.get(bit / 8).copied().unwrap_or(0));
    let low = u16::from(bytes.get(bit / 8 + 1).copied().unwrap_or(0));
    (((high << 8 | low) >> (10 - bit % 8)) & 0x3f) as u8
}

const fn base64_character(sextet: u8, last_two: &[u8; 2]) -> u8 {
    match sextet {
        0..=25 => b'A' + sextet,
        26..=51 => b'a' + sextet - 26,
        52..=61 => b'0' + sextet - 52,
        62 => last_two[0],
        _ => last_two[1],
    }
}

fn percent_encoded(bytes: &[u8], hex: &[u8], space: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(*byte),
            b' ' => out.extend_from_slice(space.as_bytes()),
            _ => out.extend([b'%', hex[usize::from(byte >> 4)], hex[usize::from(byte & 15)]]),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked_in_chunks(secrets: &[&str], text: &[u8], size: usize) -> String {
        let secrets: Vec<String> = secrets.iter().map(|s| (*s).to_owned()).collect();
        let mut masker = Masker::new(&secrets);
        let mut out = Vec::new();
        for chunk in text.chunks(size) {
            masker.push(chunk, |bytes| out.extend_from_slice(bytes));
        }
        masker.finish(|bytes| out.extend_from_slice(bytes));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_form_is_masked_at_every_chunk_size() {
        let secret = "pa ss/w+rd\"é?";
        let url = "https://x/?k=pa%20ss%2Fw%2Brd%22%C3%A9%3F&form=pa+ss%2Fw%2Brd%22%C3%A9%3F";
        // "user:" and "u:" and "" before the secret, so that it stands at all three alignments.
        let base64 = "dXNlcjpwYSBzcy93K3JkIsOpPw== dTpwYSBzcy93K3JkIsOpPw== cGEgc3MvdytyZCLDqT8=";
        let text = format!("a {secret} b {url} c {base64} d {{\"k\":\"pa ss/w+rd\\\"é?\"}} e");
        for size in 1..text.len() {
            let out = masked_in_chunks(&[secret], text.as_bytes(), size);
            assert_eq!(out.matches("***").count(), 7, "chunks of {size}: {out}");
            assert!(!out.contains("BzcyX") && !out.contains("ss%2F") && !out.contains("rd\\\""), "{out}");
        }
    }

    #[test]
    fn what_only_begins_like_a_secret_is_told() {
        let out = masked_in_chunks(
            &["topsecret", "topsecret-longer"],
            b"tops topsecre topsecret-lo topsecret-longer topsecr",
            3,
        );
        assert_eq!(out, "tops topsecre ***-lo *** topsecr");
    }

    #[test]
    fn without_secrets_nothing_is_held_back() {
        let mut masker = Masker::new(&[]);
        let mut out = Vec::new();
        masker.push(b"half\xc3", |bytes| out.extend_from_slice(bytes));
        assert_eq!(out, b"half\xc3");
        assert!(!masker.masked());
    }
}
