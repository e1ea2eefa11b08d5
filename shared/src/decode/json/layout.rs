//! A guess at the next key: the one that followed last time.
//!
//! The records of a stream look alike: behind `"loan_amnt": 31483` comes `, "loan_intent": ` once
//! more, space for space. So the text between two values is kept with what it meant, and where the
//! same bytes stand again they need not be read again. A wrong guess costs a comparison and
//! changes no result: the reader then reads the key, and the guess is put right.

use super::text::Text;

/// Most different texts between values that are kept; the oldest gives way.
const MAX_MEMBERS: usize = 128;

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
    /// None where nothing is kept that could be guessed.
    text: Option<Text>,
    /// What the key means.
    slot: u32,
    /// The member that followed last time.
    next: usize,
}

impl Default for Layout {
    fn default() -> Self {
        let no_text = Member {
            text: None,
            slot: u32::MAX,
            next: BEGIN,
        };
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
        let behind = member.text.as_ref()?.strip(bytes.get(at..)?)?;
        let end = bytes.len() - behind.len();
        self.current = self.guess;
        self.guess = member.next;
        Some((end, member.slot))
    }

    /// Learns that `text`, which means `slot`, follows the last member.
    #[inline(never)]
    pub(super) fn learn(&mut self, text: &[u8], slot: u32) {
        let is_it = |member: &Member| member.text.as_ref().map(Text::as_bytes) == Some(text);
        let known = self.members.iter().position(is_it);
        let kept = || Text::new(text).map(|text| self.add(text, slot));
        let Some(next) = known.or_else(kept) else {
            return self.go_to(NOT_KEPT);
        };
        self.members[self.current].next = next;
        self.go_to(next);
    }

    fn add(&mut self, text: Text, slot: u32) -> usize {
        let member = Member {
            text: Some(text),
            slot,
            next: BEGIN,
        };
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

#[cfg(test)]
mod tests {
    use super::super::text::MAX_TEXT_BYTES;
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
