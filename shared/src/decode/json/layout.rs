//! A guess at the next key: the one that followed last time.
//!
//! The records of a stream look alike: behind `"loan_amnt": 31483` comes `, "loan_intent": ` once
//! more, space for space. So the text between two values is kept with what it meant, and where the
//! same bytes stand again they need not be read again. A wrong guess costs a comparison and
//! changes no result: the reader then reads the key, and the guess is put right.

/// Most different texts between values that are kept; the oldest gives way.
const MAX_MEMBERS: usize = 128;

/// Longest text between two values that is kept.
const MAX_TEXT_BYTES: usize = 64;

/// The texts between values that were met, and which followed which.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    members: Vec<Member>,
    /// The member that gives way next once there are [`MAX_MEMBERS`].
    oldest: usize,
    /// The last member, whose `next` is the guess.
    current: usize,
}

/// A text such as `, "loan_amnt": `, from behind one value to the next.
#[derive(Clone, Debug)]
struct Member {
    text: [u8; MAX_TEXT_BYTES],
    length: usize,
    /// What the key means.
    slot: u32,
    /// The member that followed last time.
    next: usize,
}

impl Default for Layout {
    fn default() -> Self {
        // The first member is no text: it stands for the record's begin.
        let begin = Member::new(&[], u32::MAX);
        Self {
            members: vec![begin],
            oldest: 1,
            current: 0,
        }
    }
}

impl Layout {
    /// Goes to the begin of a record.
    #[inline]
    pub(super) fn restart(&mut self) {
        self.current = 0;
    }

    /// If the text at `at` is the one that followed last time: where it ends, and its slot.
    #[inline]
    pub(super) fn guess(&mut self, bytes: &[u8], at: usize) -> Option<(usize, u32)> {
        let next = self.members.get(self.current)?.next;
        let member = self.members.get(next)?;
        if !member.is_at(bytes, at) {
            return None;
        }
        self.current = next;
        Some((at + member.length, member.slot))
    }

    /// Learns that `text`, which means `slot`, follows the last member.
    #[inline(never)]
    pub(super) fn learn(&mut self, text: &[u8], slot: u32) {
        if text.is_empty() || text.len() > MAX_TEXT_BYTES {
            // Guesses go on from here as if this member were not there.
            return;
        }
        let known = self.members.iter().position(|member| member.text() == text);
        let next = known.unwrap_or_else(|| self.add(Member::new(text, slot)));
        self.members[self.current].next = next;
        self.current = next;
    }

    fn add(&mut self, member: Member) -> usize {
        if self.members.len() < MAX_MEMBERS {
            self.members.push(member);
            return self.members.len() - 1;
        }
        let place = self.oldest;
        self.members[place] = member;
        self.oldest = if place + 1 < MAX_MEMBERS {
            place + 1
        } else {
            1
        };
        place
    }
}

impl Member {
    fn new(text: &[u8], slot: u32) -> Self {
        let mut kept = [0; MAX_TEXT_BYTES];
        kept[..text.len()].copy_from_slice(text);
        Self {
            text: kept,
            length: text.len(),
            slot,
            next: 0,
        }
    }

    fn text(&self) -> &[u8] {
        &self.text[..self.length]
    }

    /// Whether the text stands at `at`; the empty text stands nowhere. Longer texts are compared
    /// 16 bytes at a time, the last 16 perhaps once more: no call, and hardly a branch.
    #[inline]
    fn is_at(&self, bytes: &[u8], at: usize) -> bool {
        let (Some(found), Some(text)) = (
            bytes.get(at..at + self.length),
            self.text.get(..self.length),
        ) else {
            return false;
        };
        if self.length < 16 {
            return self.length > 0 && is_short_equal(found, text);
        }
        let mut pieces = found.chunks_exact(16).zip(text.chunks_exact(16));
        found.last_chunk::<16>() == text.last_chunk::<16>() && pieces.all(|(a, b)| a == b)
    }
}

/// Whether two texts of the same length below 16 are equal.
#[inline]
fn is_short_equal(a: &[u8], b: &[u8]) -> bool {
    match (a.first_chunk::<8>(), b.first_chunk::<8>()) {
        (Some(first_a), Some(first_b)) => {
            first_a == first_b && a.last_chunk::<8>() == b.last_chunk::<8>()
        }
        _ => a == b,
    }
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
            let mut layout = Layout::default();
            layout.learn(&text, 1);
            for place in 0..length {
                let mut other = text.clone();
                other[place] ^= 1;
                layout.restart();
                assert_eq!(layout.guess(&other, 0), None, "{length}, {place}");
            }
            assert_eq!(layout.guess(&text[..length - 1], 0), None);
            assert_eq!(layout.guess(&text, 0), Some((length, 1)));
        }
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
