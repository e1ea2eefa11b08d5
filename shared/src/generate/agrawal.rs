//! Agrawal's loan applications (Agrawal, Imielinski and Swami, 1993): nine fields, ten rules.
//!
//! | field | domain |
//! |---|---|
//! | `salary` | uniform over 20 000 to 150 000 |
//! | `commission` | 0 from a salary of 75 000 on, else uniform over 10 000 to 75 000 |
//! | `age` | uniform over 20 to 80 |
//! | `elevel` | `level0` to `level4` |
//! | `car` | `car1` to `car20` |
//! | `zipcode` | `zipcode1` to `zipcode9` |
//! | `hvalue` | uniform over 0.5·k to 1.5·k times 100 000, k = 10 − zipcode |
//! | `hyears` | uniform over 1 to 30 |
//! | `loan` | uniform over 0 to 500 000 |
//!
//! Money is in whole units. The rules, numbered 1 to 10 as in the paper, are those of River's
//! `synth.Agrawal` (there 0 to 9), to its oddities: its `k` of a house is one less, its rule 5
//! compares the salary where the paper has the loan, and its 1 is what the paper calls group A
//! but for the rules 7 to 10, where it is group B. With a `perturbation` p each number is moved, after
//! it was labelled, by up to p times its range either way, and kept in its range.
//! Known: without perturbation, accuracy 1.

use serde::{Deserialize, Serialize};

use super::draws::{Draws, Lane, WIDE_WORDS};
use super::error::{StreamError, probability, within};
use super::fields::{StreamFieldKind, StreamFields};
use super::truth::Truth;
use super::write;

/// Which of Agrawal's rules, and how much the fields are moved after labelling.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AgrawalSettings {
    /// The rule, 1 to 10.
    pub function: u32,
    /// The share of its range that a number is moved by at most, 0 to 1; the paper's is 0.05.
    pub perturbation: f64,
}

impl Default for AgrawalSettings {
    fn default() -> Self {
        Self {
            function: 1,
            perturbation: 0.0,
        }
    }
}

impl AgrawalSettings {
    pub(super) fn validate(&self) -> Result<(), StreamError> {
        within("function", self.function, 1, 10)?;
        probability("perturbation", self.perturbation)
    }

    pub(super) fn fields() -> StreamFields {
        let words = |stem: &str, from: u32, to: u32| {
            StreamFieldKind::Categorical((from..=to).map(|i| format!("{stem}{i}")).collect())
        };
        StreamFields::labelled(2)
            .number("salary")
            .number("commission")
            .number("age")
            .with("elevel", words("level", 0, 4))
            .with("car", words("car", 1, 20))
            .with("zipcode", words("zipcode", 1, 9))
            .number("hvalue")
            .number("hyears")
            .number("loan")
    }

    pub(super) fn truth(&self) -> Option<Truth> {
        (self.perturbation == 0.0).then(|| Truth::of_label_noise(0.0, None))
    }
}

/// One application; all in whole numbers.
#[derive(Clone, Copy)]
struct Person {
    salary: u32,
    commission: u32,
    age: u32,
    elevel: u32,
    hvalue: u32,
    hyears: u32,
    loan: u32,
}

impl Person {
    /// The paper's rules as River has them.
    fn says(&self, function: u32) -> bool {
        // The paper's three ages: below 40, below 60, older.
        let age = usize::from(self.age >= 40) + usize::from(self.age >= 60);
        let pay = [(50, 100), (75, 125), (25, 75)][age];
        let in_thousands =
            |value: u32, (least, most): (u32, u32)| (least * 1000..=most * 1000).contains(&value);
        let level = [(0, 1), (1, 3), (2, 4)][age];
        let level = (level.0..=level.1).contains(&self.elevel);
        match function {
            1 => age != 1,
            2 => in_thousands(self.salary, pay),
            3 => level,
            4 => {
                let pays = [
                    [(50, 100), (25, 75)],
                    [(75, 125), (50, 100)],
                    [(25, 75), (50, 100)],
                ];
                in_thousands(self.salary, pays[age][usize::from(level)])
            }
            5 => self.fifth(age, in_thousands(self.salary, pay)),
            6 => in_thousands(self.salary + self.commission, pay),
            _ => self.disposable(function) <= 1.0,
        }
    }

    fn fifth(&self, age: usize, paid: bool) -> bool {
        let within = |value: u32, least: u32, most: u32| (least..=most).contains(&value);
        match (age, paid) {
            (0, true) => within(self.loan, 100_000, 300_000),
            (0, false) => within(self.salary, 200_000, 400_000),
            (1, true) => self.salary >= 200_000 && self.loan <= 400_000,
            (1, false) => within(self.salary, 300_000, 500_000),
            (_, true) => within(self.loan, 300_000, 500_000),
            (_, false) => within(self.loan, 75_000, 300_000),
        }
    }

    /// What is left to spend, in River's order of operations.
    fn disposable(&self, function: u32) -> f64 {
        let pay = 2.0 * f64::from(self.salary + self.commission) / 3.0;
        let loan = f64::from(self.loan) / 5.0;
        let school = 5000.0 * f64::from(self.elevel);
        let years = f64::from(self.hyears.saturating_sub(20));
        match function {
            7 => pay - loan - 20_000.0,
            8 => pay - school - 20_000.0,
            9 => pay - school - loan - 10_000.0,
            _ => pay - school + f64::from(self.hvalue) * years / 10.0 / 5.0 - 10_000.0,
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Agrawal {
    settings: AgrawalSettings,
    draws: Draws,
}

impl Agrawal {
    pub(super) fn new(settings: AgrawalSettings, seed: u64) -> Self {
        let draws = Draws::new(seed, Lane::Record, WIDE_WORDS);
        Self { settings, draws }
    }

    pub(super) fn write(&mut self, index: u64, out: &mut Vec<u8>) {
        let draws = self.draws.at(index);
        let salary = draws.between(20_000, 150_000);
        let commission = draws.between(10_000, 75_000);
        let (age, elevel) = (draws.between(20, 80), draws.below(5));
        let (car, zipcode) = (draws.between(1, 20), draws.between(1, 9));
        let house = (10 - zipcode) * 50_000;
        let mut person = Person {
            salary,
            commission: if salary >= 75_000 { 0 } else { commission },
            age,
            elevel,
            hvalue: draws.between(house, 3 * house),
            hyears: draws.between(1, 30),
            loan: draws.below(500_001),
        };
        let label = person.says(self.settings.function);
        if self.settings.perturbation > 0.0 {
            person.perturb(draws, self.settings.perturbation, house);
        }
        for (name, stem, value) in [
            ("salary", "", person.salary),
            ("commission", "", person.commission),
            ("age", "", person.age),
            ("elevel", "level", elevel),
            ("car", "car", car),
            ("zipcode", "zipcode", zipcode),
            ("hvalue", "", person.hvalue),
            ("hyears", "", person.hyears),
            ("loan", "", person.loan),
        ] {
            write::name(out, name);
            write::word_or_integer(out, stem, u64::from(value));
        }
        write::label(out, u64::from(label));
    }
}

impl Person {
    fn perturb(&mut self, draws: &mut Draws, share: f64, house: u32) {
        let mut moved = |value: u32, least: u32, most: u32| {
            let away = (2.0 * draws.unit() - 1.0) * share * f64::from(most - least);
            let value = (f64::from(value) + away + 0.5).floor();
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "between two u32"
            )]
            let value = value.clamp(f64::from(least), f64::from(most)) as u32;
            value
        };
        self.salary = moved(self.salary, 20_000, 150_000);
        if self.commission > 0 {
            self.commission = moved(self.commission, 10_000, 75_000);
        }
        self.age = moved(self.age, 20, 80);
        self.hvalue = moved(self.hvalue, house, 3 * house);
        self.hyears = moved(self.hyears, 1, 30);
        self.loan = moved(self.loan, 0, 500_000);
    }
}
