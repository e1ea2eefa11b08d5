//! A guess at the next key: the one that followed last time.
//!
//! The records of a stream look alike: behind `"loan_amnt": 31483` comes `, "loan_intent": ` once
//! more, space for space. So the text between two values is kept with what it meant, and where the
//! same bytes stand again they need not be read again. A wrong guess costs a comparison and
//! changes no result: the reader then reads the key, and the guess is put right.

use wide::u8x16;

/// Most different texts between values that are kept; the oldest gives way.
const MAX_MEMBERS: usize = 128;

/// Bytes of a text that are compared at once.
const HEAD_BYTES: usize = 32;

/// Longest text between two values that is kept.
const MAX_TEXT_BYTES: usize = 64;

/// The member that stands for a record's begin. Only what a record began with follows it.
const BEGIN: usize = 0;

/// The member that stands for all texts that are not kept.
const NOT_KEPT: usize = 1;

/// The first member that is a text.
const FIRST_TEXT: usize = 2;

/// The texts between values that were met, and which followed which.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    members: Vec<Member>,
    /// The member that gives way next once there are [`MAX_MEMBERS`].
    oldest: usize,
    /// The last member.
    current: usize,
    /// The member that followed it last time.
    guess: usize,
}

/// A text such as `, "loan_amnt": `, from behind one value to the next.
#[derive(Clone, Debug)]
struct Member {
    /// The first bytes, and a mask of those that are part of the text.
    head: [u8x16; 2],
    mask: [u8x16; 2],
    text: [u8; MAX_TEXT_BYTES],
    length: usize,
    /// What the key means.
    slot: u32,
    /// The member that followed last time.
    next: usize,
}

impl Default for Layout {
    fn default() -> Self {
        let no_text = Member::new(&[], u32::MAX);
        Self {
            members: vec![no_text; FIRST_TEXT],
            oldest: FIRST_TEXT,
            current: 0,
            guess: 0,
        }
    }
}

impl Layout {
    /// Goes to the begin of a record.
    #[inline]
    pub(super) fn restart(&mut self) {
        self.go_to(BEGIN);
    }

    fn go_to(&mut self, member: usize) {
        self.current = member;
        self.guess = self.members.get(member).map_or(0, |member| member.next);
    }

    /// If the text at `at` is the one that followed last time: where it ends, and its slot.
    #[inline]
    pub(super) fn guess(&mut self, bytes: &[u8], at: usize) -> Option<(usize, u32)> {
        let member = self.members.get(self.guess)?;
        if !member.is_at(bytes, at) {
            return None;
        }
        self.current = self.guess;
        self.guess = member.next;
        Some((at + member.length, member.slot))
    }

    /// Learns that `text`, which means `slot`, follows the last member.
    #[inline(never)]
    pub(super) fn learn(&mut self, text: &[u8], slot: u32) {
        if text.is_empty() || text.len() > MAX_TEXT_BYTES {
            return self.go_to(NOT_KEPT);
        }
        let known = self.members.iter().position(|member| member.text() == text);
        let next = known.unwrap_or_else(|| self.add(Member::new(text, slot)));
        self.members[self.current].next = next;
        self.go_to(next);
    }

    fn add(&mut self, member: Member) -> usize {
        if self.members.len() < MAX_MEMBERS {
            self.members.push(member);
            return self.members.len() - 1;
        }
        let place = self.oldest;
        // What led to the old text must not lead to the new one: it may belong elsewhere.
        let links = self.members.iter_mut().map(|member| &mut member.next);
        links
            .filter(|next| **next == place)
            .for_each(|next| *next = BEGIN);
        self.members[place] = member;
        self.oldest = if place + 1 < MAX_MEMBERS {
            place + 1
        } else {
            FIRST_TEXT
        };
        place
    }
}

impl Member {
    fn new(text: &[u8], slot: u32) -> Self {
        let mut kept = [0; MAX_TEXT_BYTES];
        kept[..text.len()].copy_from_slice(text);
        let head = kept.first_chunk().map_or([u8x16::splat(0); 2], vectors);
        let mut mask = [0; HEAD_BYTES];
        mask[..text.len().min(HEAD_BYTES)].fill(u8::MAX);
        Self {
            head,
            mask: vectors(&mask),
            text: kept,
            length: text.len(),
            slot,
            next: 0,
        }
    }

    fn text(&self) -> &[u8] {
        &self.text[..self.length]
    }

    /// Whether the text stands at `at`; the empty text stands nowhere.
    #[inline]
    fn is_at(&self, bytes: &[u8], at: usize) -> bool {
        match bytes.get(at..at + HEAD_BYTES).and_then(<[u8]>::first_chunk) {
            Some(window) => self.is_head_at(window) && self.is_tail_at(bytes, at),
            None => self.is_at_end(bytes, at),
        }
    }

    /// Compares 32 bytes at once, without those that are behind the text.
    #[inline]
    fn is_head_at(&self, window: &[u8; HEAD_BYTES]) -> bool {
        let [a, b] = vectors(window);
        let other = ((a ^ self.head[0]) & self.mask[0]) | ((b ^ self.head[1]) & self.mask[1]);
        self.length > 0 && other.simd_eq(u8x16::splat(0)).to_bitmask() == 0xFFFF
    }

    /// The same where fewer bytes are left.
    #[inline(never)]
    fn is_at_end(&self, bytes: &[u8], at: usize) -> bool {
        let found = bytes.get(at..at + self.length).unwrap_or_default();
        let text = self.text();
        match (found.first_chunk::<8>(), text.first_chunk::<8>()) {
            (Some(a), Some(b)) if found.len() < 16 => {
                a == b && found.last_chunk::<8>() == text.last_chunk::<8>()
            }
            _ => self.length > 0 && found == text,
        }
    }

    /// Compares the last 32 bytes of a longer text, which may overlap the first.
    #[inline]
    fn is_tail_at(&self, bytes: &[u8], at: usize) -> bool {
        let found = || bytes.get(at..at + self.length)?.last_chunk::<HEAD_BYTES>();
        self.length <= HEAD_BYTES || found() == self.text().last_chunk()
    }
}

/// 32 bytes as two vectors.
#[inline]
fn vectors(bytes: &[u8; HEAD_BYTES]) -> [u8x16; 2] {
    let first = bytes.first_chunk().copied().unwrap_or_default();
    let last = bytes.last_chunk().copied().unwrap_or_default();
    [u8x16::new(first), u8x16::new(last)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_followed_last_time_is_guessed() {
        let mut layout = Layout::default();
        assert_eq!(layout.guess(b"{\"a\":1", 0), None);
        layout.learn(b"{\"a\":", 3);
        layout.learn(b",\"b\": ", 4);
        layout.restart();
        assert_eq!(layout.guess(b"{\"a\":1,\"b\": 2", 0), Some((5, 3)));
        assert_eq!(layout.guess(b"{\"a\":1,\"b\":2", 6), None);
        assert_eq!(layout.guess(b"{\"a\":1,\"b\": 2", 6), Some((12, 4)));
        assert_eq!(layout.guess(b"{\"a\":1,\"b\": 2", 13), None);
    }

    #[test]
    fn every_byte_of_a_text_counts() {
        for length in 1..=MAX_TEXT_BYTES {
            let text: Vec<u8> = (b'0'..).take(length).collect();
            let behind = [&text[..], &[b'x'; 40]].concat();
            let mut layout = Layout::default();
            layout.learn(&text, 1);
            for place in 0..length {
                let mut other = text.clone();
                other[place] ^= 1;
                layout.restart();
                assert_eq!(layout.guess(&other, 0), None, "{length}, {place}");
                other.extend([b'x'; 40]);
                assert_eq!(layout.guess(&other, 0), None, "{length}, {place}");
            }
            layout.restart();
            assert_eq!(layout.guess(&behind, 0), Some((length, 1)));
            layout.restart();
            assert_eq!(layout.guess(&text[..length - 1], 0), None);
            assert_eq!(layout.guess(&text, 0), Some((length, 1)));
        }
    }

    #[test]
    fn what_follows_a_text_that_is_not_kept_does_not_begin_a_record() {
        let mut layout = Layout::default();
        layout.restart();
        layout.learn(&[b' '; MAX_TEXT_BYTES + 1], 1);
        layout.learn(b",\"b\":", 2);
        layout.restart();
        assert_eq!(layout.guess(b",\"b\":", 0), None);
        layout.learn(&[b' '; MAX_TEXT_BYTES + 1], 1);
        assert_eq!(layout.guess(b",\"b\":", 0), Some((5, 2)));
    }

    #[test]
    fn a_text_that_took_the_place_of_another_is_not_guessed_after_its_neighbours() {
        let mut layout = Layout::default();
        for number in 0..=MAX_MEMBERS - FIRST_TEXT {
            layout.learn(format!(",\"{number}\":").as_bytes(), 0);
        }
        // The last text stands in the place of the first, behind nothing but its own neighbour.
        layout.restart();
        assert_eq!(layout.guess(b",\"0\":", 0), None);
        let last = format!(",\"{}\":", MAX_MEMBERS - FIRST_TEXT);
        assert_eq!(layout.guess(last.as_bytes(), 0), None);
    }

    #[test]
    fn there_are_never_more_than_the_limit() {
        let mut layout = Layout::default();
        for number in 0..10 * MAX_MEMBERS {
            layout.learn(format!(",\"{number}\":").as_bytes(), 0);
        }
        layout.learn(&[b'x'; MAX_TEXT_BYTES + 1], 0);
        assert_eq!(layout.members.len(), MAX_MEMBERS);
    }
}
