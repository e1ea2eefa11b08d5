//! Records that are nearly good: real ones with a few bytes changed.

/// What is likely to be read wrongly.
const NASTY: [&str; 48] = [
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    " ",
    "\n",
    "\t",
    "\r",
    "\0",
    "\u{1f}",
    "\u{7f}",
    "é",
    "𝄞",
    "\u{feff}",
    "\\u0041",
    "\\ud834\\udd1e",
    "\\ud800",
    "\\udc00",
    "\\u12",
    "\\n",
    "\\/",
    "null",
    "true",
    "false",
    "nul",
    "0",
    "-",
    "-0",
    "1.",
    ".5",
    "1e5",
    "1E-400",
    "1e400",
    "01",
    "12345678901234567890123",
    "9007199254740993",
    "0.1234567890123456789",
    "e",
    "+",
    "\"\"",
    "[[1]]",
    "{\"a\":[]}",
    "\"label\":1,",
    "\"loan_amnt\":2,",
];

/// A stream of numbers from a seed (xorshift64, G. Marsaglia 2003).
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % end.max(1)
    }

    /// Changes a few places of `record`.
    pub(super) fn mutate(&mut self, record: &mut Vec<u8>) {
        for _ in 0..=self.below(3) {
            let (from, to) = (self.below(record.len() + 1), self.below(record.len() + 1));
            let (from, to) = (from.min(to), from.max(to));
            let few = to.min(from + self.below(8));
            match self.below(8) {
                0 if from < record.len() => record[from] = self.below(256).to_le_bytes()[0],
                1 if from < record.len() => record[from] ^= 1 << self.below(8),
                2 => drop(record.splice(from..few, [])),
                3 => record.truncate(record.len() - self.below(4).min(record.len())),
                4 => {
                    let piece = record[from..to.min(from + 40)].to_vec();
                    let at = self.below(record.len() + 1);
                    drop(record.splice(at..at, piece));
                }
                _ => {
                    let nasty = NASTY[self.below(NASTY.len())].bytes();
                    drop(record.splice(from..few, nasty));
                }
            }
        }
    }
}
