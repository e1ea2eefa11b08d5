//! Files that are broken, hostile, or something else.

mod hostile;
mod own;

use super::{OpenedModel, open_model};

/// The message by which a file is refused.
#[track_caller]
fn refusal(bytes: &[u8]) -> String {
    open_model(bytes).expect_err("to be refused").to_string()
}

#[track_caller]
fn check_refused(bytes: &[u8], part: &str) {
    let message = refusal(bytes);
    assert!(message.contains(part), "{message}");
}

#[test]
fn other_formats_are_told_by_their_name_and_with_a_remedy() {
    let remedy = "save the classifier with zlib or without compression: joblib.dump(classifier, \"model.joblib\")";
    for (bytes, name) in [
        (&b"BZh9"[..], "bzip2"),
        (b"\xfd7zXZ\0\0", "xz"),
        (b"]\0\0\x80", "lzma"),
        (b"\x04\x22\x4d\x18", "LZ4"),
    ] {
        let wanted = format!("this is no model that can be opened: it is {name}; {remedy}");
        assert_eq!(refusal(bytes), wanted);
    }
    check_refused(b"PK\x03\x04", "a zip archive");
    check_refused(
        b"ccopy_reg\n_reconstructor\n",
        "a pickle of protocol 0 or 1",
    );
    check_refused(b"", "it is empty");
    check_refused(b"hello", "neither a model file in JSON nor");
}

/// Every file of the goldens that has another form than the others.
const FILES: [&[u8]; 6] = [
    include_bytes!("../../goldens/open/1.7/average_multiclass.joblib"),
    include_bytes!("../../goldens/open/1.5/model_1_batch_0.joblib"),
    include_bytes!("../../goldens/open/1.9/data_frame.joblib"),
    include_bytes!("../../goldens/open/1.9/names_protocol_2.joblib"),
    include_bytes!("../../goldens/open/1.7/word_objects.joblib"),
    include_bytes!("../../goldens/open/1.7/protocol_5.joblib"),
];

#[test]
fn a_file_that_ends_early_is_refused_with_the_place() {
    for file in FILES {
        for length in 1..file.len() {
            let message = refusal(&file[..length]);
            assert!(message.contains("byte "), "{length}: {message}");
        }
        check_refused(
            &[file, b"."].concat(),
            "1 bytes behind the end of the pickle",
        );
    }
}

/// A model, or an error that says something; what was opened can be gone on from.
fn survives(bytes: &[u8]) {
    match open_model(bytes) {
        Ok(OpenedModel::Sgd(sgd)) => {
            sgd.settings.validate().expect("valid settings");
            if let Some(fitted) = sgd.fitted {
                let classes = u16::try_from(fitted.classes.len()).expect("few classes");
                assert!(fitted.state.is_consistent(fitted.width(), classes));
            }
        }
        Ok(OpenedModel::Own(_)) => {}
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

#[test]
fn every_flipped_bit_gives_a_model_or_an_error() {
    for file in FILES {
        let mut file = file.to_vec();
        for place in 0..file.len() {
            let was = file[place];
            for bit in 0..8 {
                file[place] = was ^ (1 << bit);
                survives(&file);
            }
            for byte in [0, 0xff, b'.', b'(', b'h', b'e', b'b', b'R'] {
                file[place] = byte;
                survives(&file);
            }
            file[place] = was;
        }
    }
}

/// A stream of numbers from a seed (xorshift64, G. Marsaglia 2003).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits") % end.max(1)
    }

    /// Moves, doubles, drops or changes a piece of the file.
    fn mutate(&mut self, file: &mut Vec<u8>) {
        for _ in 0..=self.below(3) {
            let from = self.below(file.len());
            let to = (from + self.below(40)).min(file.len());
            let piece = file[from..to].to_vec();
            let at = self.below(file.len());
            match self.below(4) {
                0 => drop(file.drain(from..to)),
                1 => drop(file.splice(at..at, piece)),
                2 => drop(file.splice(at..(at + to - from).min(file.len()), piece)),
                _ => file[at] = self.below(256).to_le_bytes()[0],
            }
        }
    }
}

#[test]
fn mutated_files_give_a_model_or_an_error() {
    let mut dice = Dice(3);
    for round in 0..20_000 {
        let mut file = FILES[round % FILES.len()].to_vec();
        dice.mutate(&mut file);
        survives(&file);
    }
}

#[test]
fn soups_of_opcodes_give_an_error() {
    // The opcodes that are understood, and a few small arguments.
    const SOUP: &[u8] =
        b"(.N\x88\x89K\x01M\0\0G)t\x85\x86\x87]ae}sucRb\x81hq\x94\x8c\x01C\x00\x93\x95";
    let mut dice = Dice(9);
    for _ in 0..50_000 {
        let length = dice.below(60);
        let mut file = vec![0x80, 4];
        file.extend((0..length).map(|_| SOUP[dice.below(SOUP.len())]));
        assert!(open_model(&file).is_err());
    }
}
