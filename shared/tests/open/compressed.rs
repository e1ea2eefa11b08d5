//! Compressed files that are broken, hostile, or compressed otherwise.

use shared::open::{MAX_UNPACKED_BYTES, OpenedModel, open_model};

use crate::goldens::opened;

const ZLIB: &[u8] = include_bytes!("../../goldens/open/1.7/average_multiclass_zlib.joblib");
const GZIP: &[u8] = include_bytes!("../../goldens/open/1.7/data_frame_gzip.joblib");

#[track_caller]
fn refusal(bytes: &[u8]) -> String {
    open_model(bytes).expect_err("to be refused").to_string()
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_compressed_file_that_is_cut_off_or_longer_is_refused() {
    for file in [ZLIB, GZIP] {
        for length in 3..file.len() {
            let message = refusal(&file[..length]);
            assert!(
                message.contains("ends in the middle"),
                "{length}: {message}"
            );
        }
        let message = refusal(&[file, b"\0"].concat());
        let place = format!("byte {}: something stands behind", file.len());
        assert!(message.starts_with(&place), "{message}");
    }
}

/// What still opens says the same: the time in gzip's head, or the same text found at another place.
#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_compressed_file_with_any_bit_changed_is_refused_or_the_same() {
    for file in [ZLIB, GZIP] {
        let wanted = opened(file);
        let mut refused = 0;
        for place in 0..file.len() {
            for flip in [1, 0x10, 0x80] {
                let mut changed = file.to_vec();
                changed[place] ^= flip;
                match open_model(&changed) {
                    Ok(OpenedModel::Sgd(found)) => assert_eq!(*found, wanted),
                    Ok(other) => panic!("{other:?}"),
                    Err(_) => refused += 1,
                }
            }
        }
        assert!(refused > 3 * file.len() - 40, "{refused}");
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn faults_in_what_was_unpacked_have_their_place_there() {
    let packed = |bytes: &[u8]| miniz_oxide::deflate::compress_to_vec_zlib(bytes, 6);
    let message = refusal(&packed(b"\x80\x04\x8c\x02os\x8c\x06system\x93."));
    assert!(
        message.starts_with("byte 14: os.system may not stand"),
        "{message}"
    );
    assert!(
        message.ends_with("(counted in what was unpacked)"),
        "{message}"
    );
    let twice = refusal(&packed(ZLIB));
    assert!(twice.contains("compressed twice"), "{twice}");
    assert!(refusal(&packed(b"")).contains("it is empty"));
    assert!(refusal(b"BZh9").contains("bzip2"));
}

/// Bits, the lowest of a byte first, as DEFLATE has them.
struct Bits {
    bytes: Vec<u8>,
    count: usize,
}

impl Bits {
    /// Appends binary digits in the order in which they are read.
    fn push(&mut self, digits: &str) {
        for digit in digits.bytes() {
            if self.count.is_multiple_of(8) {
                self.bytes.push(0);
            }
            let last = self.bytes.last_mut().expect("a byte was pushed");
            *last |= (digit - b'0') << (self.count % 8);
            self.count += 1;
        }
    }
}

/// Zeros in one block of fixed codes (RFC 1951, 3.2.6): a literal, then the longest match of the last
/// byte, again and again.
#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_file_that_unpacks_to_far_more_is_refused_at_the_limit() {
    let mut bits = Bits {
        bytes: vec![0x78, 0x9c],
        count: 0,
    };
    bits.push("11000110000");
    for _ in 0..=MAX_UNPACKED_BYTES / 258 {
        bits.push("1100010100000");
    }
    bits.push("0000000");
    let message = refusal(&bits.bytes);
    assert!(
        message.contains("unpacks to more than 134217728 bytes"),
        "{message}"
    );
}
