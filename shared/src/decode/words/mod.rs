//! Distinct words and their numbers: a small open-addressing table.
//!
//! Words are numbered from 0 in the order in which they came. The place of a word in the table is
//! a fixed function of its bytes, so that nothing depends on the run or the platform; a collision
//! goes to the next place. The first 16 bytes of a word are kept beside its number: most words
//! are told apart by one comparison of 128 bits.

mod key;

use std::ops::Range;

use key::Key;

/// Most bytes of a word that one window holds.
pub(super) const HEAD_BYTES: usize = Key::HEAD_BYTES;

/// Most distinct words of one field in one batch, or of one fixed vocabulary.
pub const MAX_WORDS: usize = 1 << 16;

/// Most bytes that the distinct words of one field in one batch may have together.
pub const MAX_WORDS_BYTES: usize = 1 << 24;

/// Places of the smallest table.
const FEWEST_PLACES: usize = 16;

/// Places of the largest table that is made only to keep words apart.
const MOST_SPREAD_PLACES: usize = 4096;

/// Distinct words, numbered in the order in which they came.
///
/// ```
/// # use shared::decode::Words;
/// let words: Words = ["RENT", "OWN", "RENT"].into_iter().collect();
/// assert_eq!(words.len(), 2);
/// assert_eq!(words.get(1), Some("OWN"));
/// assert_eq!(words.find("OWN"), Some(1));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// All words, one behind the other.
    text: String,
    entries: Vec<Entry>,
    /// A power of two of places: 0, or a word's number plus 1.
    places: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    key: Key,
    /// Where the word ends in the text of all.
    end: usize,
}

impl Words {
    /// Number of distinct words.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The word of a number.
    #[must_use]
    pub fn get(&self, number: u32) -> Option<&str> {
        self.text.get(self.range(number as usize)?)
    }

    /// The words in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0u32..).map_while(|number| self.get(number))
    }

    /// The number of `word`, if it is known.
    #[must_use]
    pub fn find(&self, word: &str) -> Option<u32> {
        self.find_in(word.as_bytes(), 0..word.len())
    }

    /// The number of `word`, which is new or known; `None` when it is one too many.
    pub fn number(&mut self, word: &str) -> Option<u32> {
        self.number_in(word.as_bytes(), 0..word.len())
    }

    /// [`Words::find`] for the word that stands in `bytes` at `word`.
    #[inline(never)]
    pub(super) fn find_in(&self, bytes: &[u8], word: Range<usize>) -> Option<u32> {
        if word.len() > Key::HEAD_BYTES {
            return self.find_long(bytes, word);
        }
        self.look_up(&Key::short(bytes, &word), |_| true)
    }

    /// The same for the first `length` bytes of a window, which are at most 16.
    #[inline]
    pub(super) fn find_short(&self, window: &[u8; HEAD_BYTES], length: usize) -> Option<u32> {
        self.look_up(&Key::of_window(window, length), |_| true)
    }

    /// The same for a word that its first 16 bytes do not tell: apart, so that the common case
    /// needs few registers.
    #[inline(never)]
    fn find_long(&self, bytes: &[u8], word: Range<usize>) -> Option<u32> {
        let key = Key::new(bytes, &word);
        let word = bytes.get(word)?;
        let is_word = |number| self.get(number).map(str::as_bytes) == Some(word);
        self.look_up(&key, is_word)
    }

    /// [`Words::number`] for the word that stands in `bytes` at `word`.
    #[inline]
    pub(super) fn number_in(&mut self, bytes: &[u8], word: Range<usize>) -> Option<u32> {
        match self.find_in(bytes, word.clone()) {
            Some(known) => Some(known),
            None => self.insert(Key::new(bytes, &word), bytes.get(word)?),
        }
    }

    /// Forgets all words from number `length` on, and keeps the memory.
    pub(super) fn truncate(&mut self, length: usize) {
        if length == 0 && self.entries.len() * 8 > self.places.len() {
            self.places.fill(0);
            self.entries.clear();
        }
        // The youngest goes first: no search leads over its place.
        while self.entries.len() > length {
            let (number, mask) = (self.entries.len(), self.places.len() - 1);
            let Some(entry) = self.entries.pop() else {
                break;
            };
            let mut place = entry.key.place(mask);
            while self.places[place] as usize != number {
                place = (place + 1) & mask;
            }
            self.places[place] = 0;
        }
        let end = self.entries.last().map_or(0, |entry| entry.end);
        self.text.truncate(end);
    }

    #[expect(
        clippy::inline_always,
        reason = "a call would move the key through memory: measured"
    )]
    #[inline(always)]
    fn look_up(&self, key: &Key, is_rest_equal: impl Fn(u32) -> bool) -> Option<u32> {
        let mask = self.places.len().checked_sub(1)?;
        let mut place = key.place(mask);
        loop {
            // The table is never full, so that an empty place ends the search.
            let number = self.places.get(place)?.checked_sub(1)?;
            let entry = self.entries.get(number as usize)?;
            if entry.key.is_like(key) && is_rest_equal(number) {
                return Some(number);
            }
            place = (place + 1) & mask;
        }
    }

    #[cold]
    fn insert(&mut self, key: Key, word: &[u8]) -> Option<u32> {
        if self.len() == MAX_WORDS || self.text.len() + word.len() > MAX_WORDS_BYTES {
            return None;
        }
        let number = u32::try_from(self.len()).ok()?;
        self.text.push_str(&String::from_utf8_lossy(word));
        let end = self.text.len();
        self.entries.push(Entry { key, end });
        if self.entries.len() * 4 > self.places.len() {
            self.grow();
        } else {
            self.put(number, key);
        }
        Some(number)
    }

    /// Makes the table larger until each word has its own place, or it is large enough: a
    /// processor then guesses right that the first place is the last, whatever word comes.
    pub(super) fn spread(&mut self) {
        let collide = |words: &Self| {
            let mask = words.places.len().wrapping_sub(1);
            let mut entries = (1..).zip(&words.entries);
            entries.any(|(number, entry)| words.places[entry.key.place(mask)] != number)
        };
        while self.places.len() < MOST_SPREAD_PLACES && collide(self) {
            self.grow();
        }
    }

    fn grow(&mut self) {
        let places = (self.places.len() * 2).max(FEWEST_PLACES);
        self.places.clear();
        self.places.resize(places, 0);
        for (number, at) in (0u32..).zip(0..self.entries.len()) {
            self.put(number, self.entries[at].key);
        }
    }

    fn put(&mut self, number: u32, key: Key) {
        let mask = self.places.len() - 1;
        let mut place = key.place(mask);
        while self.places[place] != 0 {
            place = (place + 1) & mask;
        }
        self.places[place] = number + 1;
    }

    fn range(&self, number: usize) -> Option<Range<usize>> {
        let end = self.entries.get(number)?.end;
        let before = number.checked_sub(1).map(|before| self.entries[before].end);
        Some(before.unwrap_or(0)..end)
    }
}

impl PartialEq for Words {
    /// The same words in the same order.
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.iter().eq(other.iter())
    }
}

impl Eq for Words {}

impl<'a> FromIterator<&'a str> for Words {
    /// Numbers the words; those beyond [`MAX_WORDS`] are left out.
    fn from_iter<I: IntoIterator<Item = &'a str>>(words: I) -> Self {
        let mut all = Self::default();
        for word in words {
            all.number(word);
        }
        all
    }
}
