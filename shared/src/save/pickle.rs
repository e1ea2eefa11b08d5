//! Python's pickles, as far as joblib and scikit-learn need them: written op by op.
//!
//! The protocol is number 4 without frames; `NumPy` arrays stand in it as joblib puts them, which is
//! a small object that describes the array, and right behind it the array's own bytes.
//!
//! Sources: Python's `pickletools`, which says what every op does; joblib's `numpy_pickle.py`.

const PROTO: u8 = 0x80;
const PROTOCOL: u8 = 4;
const STOP: u8 = b'.';
const NONE: u8 = b'N';
const NEWTRUE: u8 = 0x88;
const NEWFALSE: u8 = 0x89;
const BININT1: u8 = b'K';
const BININT2: u8 = b'M';
const BININT: u8 = b'J';
const LONG1: u8 = 0x8a;
const BINFLOAT: u8 = b'G';
const SHORT_BINUNICODE: u8 = 0x8c;
const BINUNICODE: u8 = b'X';
const MARK: u8 = b'(';
const EMPTY_TUPLE: u8 = b')';
const TUPLE: u8 = b't';
const EMPTY_LIST: u8 = b']';
const APPENDS: u8 = b'e';
const EMPTY_DICT: u8 = b'}';
const SETITEMS: u8 = b'u';
const STACK_GLOBAL: u8 = 0x93;
const NEWOBJ: u8 = 0x81;
const REDUCE: u8 = b'R';
const BUILD: u8 = b'b';
const MEMOIZE: u8 = 0x94;
const BINGET: u8 = b'h';
const LONG_BINGET: u8 = b'j';

/// An array's bytes begin at a multiple of this, so that joblib can map the file into memory.
const ALIGNMENT: usize = 16;

/// The numbers or words of an array, row by row.
#[derive(Clone, Debug)]
pub(super) enum Data {
    F64(Vec<f64>),
    F32(Vec<f32>),
    I64(Vec<i64>),
    Bool(Vec<bool>),
    Text(Vec<String>),
}

impl Data {
    /// The type as `numpy.dtype` is asked for it, and the size of an entry.
    #[inline]
    fn dtype(&self) -> (String, usize) {
        match self {
            Self::F64(_) => ("f8".into(), 8),
            Self::F32(_) => ("f4".into(), 4),
            Self::I64(_) => ("i8".into(), 8),
            Self::Bool(_) => ("b1".into(), 1),
            Self::Text(_) => (format!("U{}", self.longest()), 4 * self.longest()),
        }
    }

    /// Characters of the longest word. `NumPy` has no words of length 0.
    #[inline]
    fn longest(&self) -> usize {
        let Self::Text(words) = self else { return 0 };
        let lengths = words.iter().map(|word| word.chars().count());
        lengths.max().unwrap_or_default().max(1)
    }

    #[inline]
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::F64(values) => values.iter().flat_map(|v| v.to_le_bytes()).collect(),
            Self::F32(values) => values.iter().flat_map(|v| v.to_le_bytes()).collect(),
            Self::I64(values) => values.iter().flat_map(|v| v.to_le_bytes()).collect(),
            Self::Bool(values) => values.iter().map(|&v| u8::from(v)).collect(),
            Self::Text(words) => {
                let longest = self.longest();
                let padded = |word: &String| {
                    let mut characters: Vec<u32> = word.chars().map(u32::from).collect();
                    characters.resize(longest, 0);
                    characters
                };
                let characters = words.iter().flat_map(padded);
                characters.flat_map(u32::to_le_bytes).collect()
            }
        }
    }
}

/// An array that was written and can stand in another place too, as the same object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Again(u32);

/// A pickle being written. What is written in turn is one value, or in [`Pickler::object`] keys and
/// values.
#[derive(Debug)]
pub(super) struct Pickler {
    bytes: Vec<u8>,
    remembered: u32,
}

impl Pickler {
    #[inline]
    pub(super) fn new() -> Self {
        Self {
            bytes: vec![PROTO, PROTOCOL],
            remembered: 0,
        }
    }

    /// The pickle.
    #[inline]
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.bytes.push(STOP);
        self.bytes
    }

    #[inline]
    pub(super) fn none(&mut self) {
        self.bytes.push(NONE);
    }

    #[inline]
    pub(super) fn bool(&mut self, value: bool) {
        self.bytes.push(if value { NEWTRUE } else { NEWFALSE });
    }

    #[inline]
    pub(super) fn int(&mut self, value: i64) {
        if let Ok(value) = u8::try_from(value) {
            self.op(BININT1, [value]);
        } else if let Ok(value) = u16::try_from(value) {
            self.op(BININT2, value.to_le_bytes());
        } else if let Ok(value) = i32::try_from(value) {
            self.op(BININT, value.to_le_bytes());
        } else {
            self.op(LONG1, [8]);
            self.bytes.extend(value.to_le_bytes());
        }
    }

    #[inline]
    pub(super) fn float(&mut self, value: f64) {
        self.op(BINFLOAT, value.to_be_bytes());
    }

    #[inline]
    pub(super) fn text(&mut self, value: &str) {
        if let Ok(length) = u8::try_from(value.len()) {
            self.op(SHORT_BINUNICODE, [length]);
        } else {
            let length = u32::try_from(value.len());
            let length = length.expect("no text of a model has 4 GiB");
            self.op(BINUNICODE, length.to_le_bytes());
        }
        self.bytes.extend(value.as_bytes());
    }

    #[inline]
    pub(super) fn list(&mut self, items: impl FnOnce(&mut Self)) {
        self.bytes.extend([EMPTY_LIST, MARK]);
        items(self);
        self.bytes.push(APPENDS);
    }

    #[inline]
    pub(super) fn tuple(&mut self, items: impl FnOnce(&mut Self)) {
        self.bytes.push(MARK);
        items(self);
        self.bytes.push(TUPLE);
    }

    /// What a class or function gives, called with the arguments that `arguments` writes.
    #[inline]
    pub(super) fn call(&mut self, module: &str, name: &str, arguments: impl FnOnce(&mut Self)) {
        self.global(module, name);
        self.tuple(arguments);
        self.bytes.push(REDUCE);
    }

    /// A key; its value must follow.
    #[inline]
    pub(super) fn key(&mut self, name: &str) -> &mut Self {
        self.text(name);
        self
    }

    /// A dict of the keys and values that `items` writes.
    #[inline]
    pub(super) fn dict(&mut self, items: impl FnOnce(&mut Self)) {
        self.bytes.extend([EMPTY_DICT, MARK]);
        items(self);
        self.bytes.push(SETITEMS);
    }

    /// An object of a class, made without its constructor, with the attributes that `state` writes.
    #[inline]
    pub(super) fn object(&mut self, module: &str, class: &str, state: impl FnOnce(&mut Self)) {
        self.global(module, class);
        self.bytes.extend([EMPTY_TUPLE, NEWOBJ]);
        self.dict(state);
        self.bytes.push(BUILD);
    }

    /// An array of this shape.
    #[inline]
    pub(super) fn array(&mut self, shape: &[usize], data: &Data) -> Again {
        let (dtype, size) = data.dtype();
        self.object("joblib.numpy_pickle", "NumpyArrayWrapper", |p| {
            p.key("subclass").global("numpy", "ndarray");
            p.key("shape")
                .tuple(|p| shape.iter().for_each(|&length| p.length(length)));
            p.key("order").text("C");
            p.key("dtype").dtype(&dtype, size);
            p.key("allow_mmap").bool(true);
            p.key("numpy_array_alignment_bytes").length(ALIGNMENT);
        });
        // Between 1 and 16 bytes, as joblib has it, told in the byte before them.
        let padding = ALIGNMENT - (self.bytes.len() + 1) % ALIGNMENT;
        self.bytes.push(u8::try_from(padding).expect("at most 16"));
        self.bytes.resize(self.bytes.len() + padding, 0xff);
        self.bytes.extend(data.bytes());
        self.bytes.push(MEMOIZE);
        self.remembered += 1;
        Again(self.remembered - 1)
    }

    /// An array that stands elsewhere already.
    #[inline]
    pub(super) fn again(&mut self, Again(number): Again) {
        match u8::try_from(number) {
            Ok(number) => self.op(BINGET, [number]),
            Err(_) => self.op(LONG_BINGET, number.to_le_bytes()),
        }
    }

    #[inline]
    fn op<const N: usize>(&mut self, op: u8, argument: [u8; N]) {
        self.bytes.push(op);
        self.bytes.extend(argument);
    }

    /// A class or function by its name.
    #[inline]
    pub(super) fn global(&mut self, module: &str, name: &str) {
        self.text(module);
        self.text(name);
        self.bytes.push(STACK_GLOBAL);
    }

    #[inline]
    pub(super) fn length(&mut self, length: usize) {
        self.int(i64::try_from(length).expect("no vector is longer"));
    }

    /// `numpy.dtype(name, False, True)` and its state: version, byte order, no fields, and for words
    /// their size and alignment.
    #[inline]
    fn dtype(&mut self, name: &str, size: usize) {
        self.call("numpy", "dtype", |p| {
            p.text(name);
            p.bool(false);
            p.bool(true);
        });
        self.tuple(|p| {
            p.int(3);
            p.text(if size == 1 { "|" } else { "<" });
            (0..3).for_each(|_| p.none());
            if name.starts_with('U') {
                p.length(size);
                p.int(4);
                p.int(8);
            } else {
                for value in [-1, -1, 0] {
                    p.int(value);
                }
            }
        });
        self.bytes.push(BUILD);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pickled(write: impl FnOnce(&mut Pickler)) -> Vec<u8> {
        let mut pickler = Pickler::new();
        write(&mut pickler);
        let bytes = pickler.finish();
        assert_eq!((&bytes[..2], bytes.last()), (&[0x80, 4][..], Some(&b'.')));
        bytes[2..bytes.len() - 1].to_vec()
    }

    /// As `pickle.dumps` writes them.
    #[test]
    fn whole_numbers_take_the_shortest_op() {
        for (value, wanted) in [
            (0, &b"K\0"[..]),
            (255, b"K\xff"),
            (256, b"M\0\x01"),
            (65_536, b"J\0\0\x01\0"),
            (-1, b"J\xff\xff\xff\xff"),
            (1 << 40, b"\x8a\x08\0\0\0\0\0\x01\0\0"),
        ] {
            assert_eq!(pickled(|p| p.int(value)), wanted, "{value}");
        }
    }

    #[test]
    fn texts_beyond_255_bytes_take_the_longer_op() {
        assert_eq!(pickled(|p| p.text("é")), b"\x8c\x02\xc3\xa9");
        let long = "x".repeat(256);
        let bytes = pickled(|p| p.text(&long));
        assert_eq!((&bytes[..5], bytes.len()), (&b"X\0\x01\0\0"[..], 261));
    }

    #[test]
    fn an_arrays_bytes_are_aligned_in_the_file_wherever_it_begins() {
        for before in 0..40 {
            let mut pickler = Pickler::new();
            pickler.text(&"x".repeat(before));
            pickler.array(&[1], &Data::F64(vec![1.5]));
            let bytes = pickler.finish();
            let at = bytes.len() - 2 - 8;
            assert_eq!(bytes[at..at + 8], 1.5_f64.to_le_bytes());
            assert_eq!(at % ALIGNMENT, 0, "{before}");
        }
    }

    #[test]
    fn words_are_as_long_as_the_longest() {
        let words = Data::Text(vec!["a".into(), "bé".into()]);
        assert_eq!(words.dtype(), ("U2".into(), 8));
        assert_eq!(words.bytes(), b"a\0\0\0\0\0\0\0b\0\0\0\xe9\0\0\0");
    }
}
