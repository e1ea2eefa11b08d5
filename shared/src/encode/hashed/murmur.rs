//! `MurmurHash3` (x86, 32 bits) and the column it gives a name, as scikit-learn's `FeatureHasher`
//! takes them. Source: A. Appleby (2008), who put the algorithm into the public domain.

const C1: u32 = 0xcc9e_2d51;
const C2: u32 = 0x1b87_3593;

/// The hash of `bytes` with seed 0, as a signed number.
pub(crate) fn hash(bytes: impl IntoIterator<Item = u8>) -> i32 {
    let (mut hash, mut length, mut block) = (0u32, 0u32, 0u32);
    for byte in bytes {
        block |= u32::from(byte) << (8 * (length % 4));
        length = length.wrapping_add(1);
        if length.is_multiple_of(4) {
            hash = (hash ^ scramble(block)).rotate_left(13);
            hash = hash.wrapping_mul(5).wrapping_add(0xe654_6b64);
            block = 0;
        }
    }
    hash ^= scramble(block) ^ length;
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
    (hash ^ (hash >> 16)).cast_signed()
}

fn scramble(block: u32) -> u32 {
    block.wrapping_mul(C1).rotate_left(15).wrapping_mul(C2)
}

/// Column `|h| mod n_features` (0 if there is none) and the sign of `h` (1 for 0), or 1 without
/// `alternate_sign`.
pub(crate) fn column_and_sign(
    name: impl IntoIterator<Item = u8>,
    n_features: u32,
    alternate_sign: bool,
) -> (u32, f64) {
    let hash = hash(name);
    let column = hash.unsigned_abs().checked_rem(n_features).unwrap_or(0);
    let negative = alternate_sign && hash < 0;
    (column, if negative { -1.0 } else { 1.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of `sklearn.utils.murmurhash3_32`: every length of the rest, and bytes above 127.
    #[test]
    fn known_hashes() {
        let a = [
            0,
            1_009_084_850,
            923_832_745,
            -1_261_412_425,
            2_129_582_471,
            -372_625_365,
        ];
        for (length, wanted) in a.into_iter().enumerate() {
            assert_eq!(hash("a".repeat(length).bytes()), wanted, "{length}");
        }
        assert_eq!(hash("hé=".bytes()), -1_780_878_063);
    }

    #[test]
    fn a_column_is_always_there() {
        assert_eq!(column_and_sign("foo".bytes(), 1, true), (0, -1.0));
        assert_eq!(column_and_sign("foo".bytes(), 1, false), (0, 1.0));
        assert_eq!(column_and_sign("foo".bytes(), 0, false), (0, 1.0));
    }
}
