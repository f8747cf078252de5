//! Searching bytes for what must not stand in them, however it is written: as it is, as base64 at any
//! alignment, as hexadecimal digits, as UTF-16.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// What is searched for, in all its forms.
pub struct Needles {
    forms: Vec<(String, Vec<u8>)>,
    /// The forms by their first byte.
    by_first: Vec<Vec<usize>>,
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

impl Needles {
    /// All forms of these words. A word is at least nine bytes long, so that each form is too long for chance.
    pub fn new<W: AsRef<str>>(words: impl IntoIterator<Item = W>) -> Self {
        let mut forms = Vec::new();
        for word in words {
            let word = word.as_ref();
            assert!(word.len() >= 9, "{word} is too short to mean anything");
            let wide = |bytes: fn(u16) -> [u8; 2]| word.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
            let hex: String = word.bytes().map(|byte| format!("{byte:02x}")).collect();
            forms.push((format!("{word} as it is"), word.as_bytes().to_vec()));
            forms.push((format!("{word} as UTF-16LE"), wide(u16::to_le_bytes)));
            forms.push((format!("{word} as UTF-16BE"), wide(u16::to_be_bytes)));
            forms.push((format!("{word} in upper-case hex"), hex.to_ascii_uppercase().into_bytes()));
            forms.push((format!("{word} in hex"), hex.into_bytes()));
            for skipped in 0..3 {
                let form = base64_core(word.as_bytes(), skipped);
                let url = form
                    .iter()
                    .map(|c| match c {
                        b'+' => b'-',
                        b'/' => b'_',
                        c => *c,
                    })
                    .collect();
                forms.push((format!("{word} in base64 ({skipped})"), form));
                forms.push((format!("{word} in base64url ({skipped})"), url));
            }
        }
        let mut by_first = vec![Vec::new(); 256];
        for (index, (_, form)) in forms.iter().enumerate() {
            by_first[usize::from(form[0])].push(index);
        }
        Self { forms, by_first }
    }

    /// Which forms stand in these bytes.
    pub fn within(&self, bytes: &[u8]) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        for (at, first) in bytes.iter().enumerate() {
            for index in &self.by_first[usize::from(*first)] {
                let (name, form) = &self.forms[*index];
                if bytes[at..].starts_with(form) {
                    found.insert(name.as_str());
                }
            }
        }
        found
    }

    /// Which forms stand in the files of a folder or in their names, and where.
    pub fn in_folder(&self, folder: &Path) -> Vec<String> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let of = |forms: BTreeSet<&str>| {
                forms.into_iter().map(|form| format!("{form} in {}", path.display())).collect::<Vec<_>>()
            };
            found.extend(of(self.within(path.file_name().unwrap().as_encoded_bytes())));
            if path.is_dir() {
                found.extend(self.in_folder(&path));
            } else {
                found.extend(of(self.within(&fs::read(&path).unwrap())));
            }
        }
        found
    }
}

/// The part of the base64 of a word that does not depend on what stands around it, when so many bytes of its
/// first group of three stand before it.
fn base64_core(word: &[u8], before: usize) -> Vec<u8> {
    let padded = [vec![0; before], word.to_vec()].concat();
    let whole = padded.len() / 3 * 3;
    let mut text = Vec::new();
    for three in padded[..whole].chunks(3) {
        let bits = u32::from(three[0]) << 16 | u32::from(three[1]) << 8 | u32::from(three[2]);
        text.extend([18, 12, 6, 0].map(|shift| BASE64[(bits >> shift & 63) as usize]));
    }
    let touched = if before == 0 { 0 } else { before + 1 }; // characters that bits before the word are part of
    text.split_off(touched)
}

#[test]
fn the_search_finds_a_word_however_it_is_written() {
    let needles = Needles::new(["CANARY-00"]);
    assert!(needles.within(b"canary-0001 CANARY_0001 Q0FOQVJ").is_empty());
    let written = [
        "…CANARY-0001…".as_bytes().to_vec(),
        "x CANARY-00".encode_utf16().flat_map(u16::to_le_bytes).collect(),
        "x CANARY-00".encode_utf16().flat_map(u16::to_be_bytes).collect(),
        b"id=43414e4152592d3030".to_vec(),
        b"ID=43414E4152592D3030".to_vec(),
        b"Q0FOQVJZLTAwMDE=".to_vec(),     // CANARY-0001
        b"eENBTkFSWS0wMDAx".to_vec(),     // xCANARY-0001
        b"eHlDQU5BUlktMDAwMQ==".to_vec(), // xyCANARY-0001
    ];
    for bytes in written {
        assert!(!needles.within(&bytes).is_empty(), "{}", String::from_utf8_lossy(&bytes));
    }
}
