//! What is written in the picture, all of it from the run.

use std::fmt::Write as _;

use super::Scene;
use crate::port::Mark;
use crate::state::{accuracy, count, plural};

/// Lines of settings, and the letters of 12 pixels that one has room for in the widest typefaces.
const LINES: usize = 3;
const LINE_LETTERS: usize = 132;

/// Between two phrases.
const SEPARATOR: &str = " · ";
const SEPARATOR_LETTERS: usize = 3;

/// Letters of one phrase at most: a topic's name may be anything.
const PHRASE_LETTERS: usize = 90;

pub(super) fn title(scene: &Scene<'_>) -> String {
    let batches = scene.newest.batch;
    format!(
        "Accuracy over {} batch{}",
        count(batches),
        if batches == 1 { "" } else { "es" }
    )
}

pub(super) fn subtitle(scene: &Scene<'_>) -> String {
    format!(
        "Before and after learning, each over the last {}. Values are those after batch {}.",
        plural(u64::from(scene.picture.window_records), "record"),
        count(scene.newest.batch)
    )
}

/// The picture for those who do not see it.
pub(super) fn description(scene: &Scene<'_>) -> String {
    let newest = scene.newest;
    let mut words = format!(
        "A line chart of accuracy, a share of records, by batch. After batch {}: {} tested before learning, {} same batch after learning, {} tested since the start, {} majority class, {:.3} {}.",
        count(newest.batch),
        accuracy(newest.window),
        accuracy(newest.same_window),
        accuracy(newest.cumulative),
        accuracy(newest.majority),
        scene.picture.best.0,
        scene.picture.best.1
    );
    let drawn = scene.columns.batches.len() as u64;
    if drawn < newest.batch {
        // Writing to a string does not fail.
        let _ = write!(
            words,
            " Of {} batches {} evenly chosen ones are drawn.",
            count(newest.batch),
            count(drawn)
        );
    }
    words += " Bars below show the share that was judged wrong in each batch.";
    for Mark { after_batch, event } in scene.marks() {
        let _ = write!(
            words,
            " {} after batch {}.",
            capital(event.words()),
            count(*after_batch)
        );
    }
    words
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// The phrases in lines, with a dot between two.
pub(super) fn wrapped(phrases: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for phrase in phrases {
        let phrase = short(phrase);
        let has_room = |line: &&mut String| {
            letters(line) + SEPARATOR_LETTERS + letters(&phrase) <= LINE_LETTERS
        };
        if let Some(line) = lines.last_mut().filter(has_room) {
            line.push_str(SEPARATOR);
            line.push_str(&phrase);
        } else if lines.len() < LINES {
            lines.push(phrase);
        } else {
            break;
        }
    }
    lines
}

fn letters(text: &str) -> usize {
    text.chars().count()
}

fn short(phrase: &str) -> String {
    if letters(phrase) <= PHRASE_LETTERS {
        return phrase.to_owned();
    }
    let kept: String = phrase.chars().take(PHRASE_LETTERS - 1).collect();
    kept + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_fill_lines_and_long_ones_are_cut() {
        let phrase = |letters: usize| "x".repeat(letters);
        let lines = wrapped(&[phrase(60), phrase(60), phrase(60), phrase(500)]);
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[0], format!("{} · {}", phrase(60), phrase(60)));
        assert_eq!(letters(&lines[2]), PHRASE_LETTERS);
        assert!(lines.iter().all(|line| letters(line) <= LINE_LETTERS));
        assert_eq!(wrapped(&vec![phrase(90); 50]).len(), LINES);
    }
}
