//! `pow` and `log` against glibc's, bit by bit: natively and, built for wasm32, in Node.
//! `goldens/math/generate.py` writes the file and says what is in it.

mod support;

use shared::model::{log, pow};
use support::numbers::{Numbers, below, hash};

const BLOCK: usize = 1000;
const INFINITY_BITS: u64 = 0x7ff0_0000_0000_0000;

/// The result of one kind of argument, from two integers.
fn result(kind: &str, r: u64, s: u64) -> f64 {
    let million = 1 << 20;
    match kind {
        "pow_rates" => pow(
            1.0 + below(r, 1_000_000_000),
            (below(s, 4001) - 2000.0) / 1000.0,
        ),
        "pow_any" => pow(
            f64::from_bits(r % INFINITY_BITS),
            (below(s, 8193) - 4096.0) / 1024.0,
        ),
        "pow_near_1" => pow(
            1.0 + (below(r, million) - 524_288.0) / 8_388_608.0,
            (below(s, 200_001) - 100_000.0) / 8.0,
        ),
        "pow_quick" => pow(
            (1.0 + below(r, 1_000_000_000)) / 1000.0,
            match s % 3 {
                0 => 2.0,
                1 => 0.5,
                _ => -1.0,
            },
        ),
        "log_any" => log(f64::from_bits(1 + r % (INFINITY_BITS - 1))),
        "log_near_1" => log(1.0 + (below(r, million) - 524_288.0) / 4_194_304.0),
        _ => panic!("no such kind: {kind}"),
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn pow_and_log_have_glibcs_bits() {
    let lines: Vec<&str> = include_str!("../goldens/math/hashes.txt").lines().collect();
    assert_eq!(lines.len(), 6);
    for line in lines {
        let mut words = line.split(' ');
        let kind = words.next().expect("a name");
        let mut stream = Numbers(1);
        let blocks: Vec<&str> = words.collect();
        assert_eq!(blocks.len(), 20);
        for (block, wanted) in blocks.into_iter().enumerate() {
            let results: Vec<f64> = (0..BLOCK)
                .map(|_| result(kind, stream.next(), stream.next()))
                .collect();
            assert_eq!(hash(&results), wanted, "{kind}, block {block}");
        }
    }
}
