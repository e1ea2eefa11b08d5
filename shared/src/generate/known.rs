//! All streams behind one type: settings as data, one way to read, seek and know.

use serde::{Deserialize, Serialize};

use crate::schema::loan::{INTENTS, OWNERSHIPS, PREVIOUS_DEFAULTS};

use super::agrawal::{Agrawal, AgrawalSettings};
use super::error::StreamError;
use super::fields::{StreamFieldKind, StreamFields};
use super::hyperplane::{Hyperplane, HyperplaneSettings};
use super::led::{Led, LedSettings};
use super::loan::LoanStream;
use super::place::{Place, place};
use super::rbf::{Rbf, RbfSettings};
use super::script::DriftScript;
use super::scripted::ScriptedLoans;
use super::sea::{Sea, SeaSettings};
use super::stagger::{Stagger, StaggerSettings};
use super::switch::{Switch, SwitchSettings};
use super::truth::Truth;
use super::write;

/// Which stream, as data.
///
/// ```
/// use shared::generate::StreamSettings;
///
/// let settings: StreamSettings = serde_json::from_str(r#"{"agrawal": {"function": 3}}"#)?;
/// assert!(settings.validate().is_ok());
/// assert_eq!(settings.fields().fields[1].name, "salary");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StreamSettings {
    /// The lab's loan applications.
    #[default]
    Loan,
    /// The lab's loan applications under a drift script.
    Script(DriftScript),
    /// Agrawal's loan applications.
    Agrawal(AgrawalSettings),
    /// SEA concepts.
    Sea(SeaSettings),
    /// A rotating hyperplane.
    Hyperplane(HyperplaneSettings),
    /// STAGGER concepts.
    Stagger(StaggerSettings),
    /// Random radial basis functions.
    RandomRbf(RbfSettings),
    /// LED digits.
    Led(LedSettings),
    /// Drift from one stream to another.
    Switch(SwitchSettings),
}

impl StreamSettings {
    /// Checks every range.
    ///
    /// # Errors
    /// The first setting out of its range, with its path, the range and the value.
    pub fn validate(&self) -> Result<(), StreamError> {
        self.validate_at(0)
    }

    /// The same inside `depth` switches.
    pub(super) fn validate_at(&self, depth: u32) -> Result<(), StreamError> {
        let result = match self {
            Self::Loan => Ok(()),
            Self::Script(script) => script.validate(),
            Self::Agrawal(settings) => settings.validate(),
            Self::Sea(settings) => settings.validate(),
            Self::Hyperplane(settings) => settings.validate(),
            Self::Stagger(settings) => settings.validate(),
            Self::RandomRbf(settings) => settings.validate(),
            Self::Led(settings) => settings.validate(),
            Self::Switch(settings) => settings.validate(depth + 1),
        };
        result.map_err(|error| error.inside(self.name()))
    }

    /// The stream's name as settings spell it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Loan => "loan",
            Self::Script(_) => "script",
            Self::Agrawal(_) => "agrawal",
            Self::Sea(_) => "sea",
            Self::Hyperplane(_) => "hyperplane",
            Self::Stagger(_) => "stagger",
            Self::RandomRbf(_) => "random_rbf",
            Self::Led(_) => "led",
            Self::Switch(_) => "switch",
        }
    }

    /// The fields of the stream's records.
    #[must_use]
    pub fn fields(&self) -> StreamFields {
        match self {
            Self::Loan | Self::Script(_) => loan_fields(),
            Self::Agrawal(_) => AgrawalSettings::fields(),
            Self::Sea(_) => SeaSettings::fields(),
            Self::Hyperplane(settings) => settings.fields(),
            Self::Stagger(_) => StaggerSettings::fields(),
            Self::RandomRbf(settings) => settings.fields(),
            Self::Led(_) => LedSettings::fields(),
            Self::Switch(settings) => settings.before.fields(),
        }
    }
}

fn loan_fields() -> StreamFields {
    StreamFields::labelled(2)
        .with("application_id", StreamFieldKind::Key)
        .number("person_income")
        .words("person_home_ownership", &OWNERSHIPS)
        .number("loan_amnt")
        .words("loan_intent", &INTENTS)
        .number("loan_int_rate")
        .number("loan_percent_income")
        .words("previous_loan_defaults_on_file", &PREVIOUS_DEFAULTS)
}

/// A stream from its settings and a seed. Record `i` is a function of both and `i` alone.
///
/// ```
/// use shared::generate::{KnownStream, StaggerSettings, StreamSettings};
///
/// let settings = StreamSettings::Stagger(StaggerSettings::default());
/// let mut stream = KnownStream::new(&settings, 7)?;
/// let (mut key, mut value) = (Vec::new(), Vec::new());
/// stream.seek(12);
/// stream.next_into(&mut key, &mut value);
/// assert_eq!(key, b"12");
/// assert!(value.ends_with(b"\"label\": 0}"));
/// assert_eq!(stream.truth_at(12).unwrap().accuracy, 1.0);
/// # Ok::<(), shared::generate::StreamError>(())
/// ```
#[derive(Clone, Debug)]
pub struct KnownStream {
    settings: StreamSettings,
    source: Source,
    index: u64,
}

#[derive(Clone, Debug)]
enum Source {
    Loan(LoanStream),
    Script(Box<ScriptedLoans>),
    Agrawal(Agrawal),
    Sea(Sea),
    Hyperplane(Hyperplane),
    Stagger(Stagger),
    Rbf(Rbf),
    Led(Led),
    Switch(Box<Switch>),
}

impl KnownStream {
    /// The stream at its first record.
    ///
    /// # Errors
    /// What [`StreamSettings::validate`] finds.
    pub fn new(settings: &StreamSettings, seed: u64) -> Result<Self, StreamError> {
        settings.validate()?;
        let source = match settings {
            StreamSettings::Loan => Source::Loan(LoanStream::new(seed)),
            StreamSettings::Script(script) => {
                Source::Script(Box::new(ScriptedLoans::new(script, seed)?))
            }
            StreamSettings::Agrawal(settings) => Source::Agrawal(Agrawal::new(*settings, seed)),
            StreamSettings::Sea(settings) => Source::Sea(Sea::new(*settings, seed)),
            StreamSettings::Hyperplane(settings) => {
                Source::Hyperplane(Hyperplane::new(*settings, seed))
            }
            StreamSettings::Stagger(settings) => Source::Stagger(Stagger::new(*settings, seed)),
            StreamSettings::RandomRbf(settings) => Source::Rbf(Rbf::new(*settings, seed)),
            StreamSettings::Led(settings) => Source::Led(Led::new(*settings, seed)),
            StreamSettings::Switch(settings) => {
                Source::Switch(Box::new(Switch::new(settings.clone(), seed)?))
            }
        };
        Ok(Self {
            settings: settings.clone(),
            source,
            index: 0,
        })
    }

    /// Index of the next record.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Goes to another index.
    pub fn seek(&mut self, index: u64) {
        self.index = index;
    }

    /// The fields of the records.
    #[must_use]
    pub fn fields(&self) -> StreamFields {
        self.settings.fields()
    }

    /// Writes the next record into `value`, a JSON object, and its key: a loan application's id,
    /// or the index.
    pub fn next_into(&mut self, key: &mut Vec<u8>, value: &mut Vec<u8>) -> Place {
        let index = self.index;
        self.index = index.wrapping_add(1);
        match &mut self.source {
            Source::Loan(stream) => {
                stream.seek(index);
                stream.next_into(key, value)
            }
            Source::Script(stream) => {
                if stream.index() != index {
                    stream.seek(index);
                }
                stream.next_into(key, value)
            }
            Source::Switch(stream) => stream.record(index, key, value),
            source => source.record(index, key, value),
        }
    }

    /// The best possible scores at an index, where they are known.
    #[must_use]
    pub fn truth_at(&self, index: u64) -> Option<Truth> {
        match (&self.settings, &self.source) {
            (StreamSettings::Loan, _) => {
                let script = ScriptedLoans::new(&DriftScript::default(), 0).ok()?;
                Some(script.truth_at(index))
            }
            (_, Source::Script(stream)) => Some(stream.truth_at(index)),
            (_, Source::Switch(stream)) => stream.truth(index),
            (StreamSettings::Agrawal(settings), _) => settings.truth(),
            (StreamSettings::Sea(settings), _) => Some(settings.truth(index)),
            (StreamSettings::Hyperplane(settings), _) => Some(settings.truth()),
            (StreamSettings::Stagger(settings), _) => Some(settings.truth(index)),
            (StreamSettings::Led(settings), _) => Some(settings.truth()),
            _ => None,
        }
    }

    /// The weights that label the record at an index, of a hyperplane.
    pub fn weights_at(&mut self, index: u64) -> Option<Vec<f64>> {
        match &mut self.source {
            Source::Hyperplane(plane) => Some(plane.weights(index)),
            _ => None,
        }
    }
}

impl Source {
    /// A record of a time, the stream's own fields and the label.
    fn record(&mut self, index: u64, key: &mut Vec<u8>, value: &mut Vec<u8>) -> Place {
        let place = place(index);
        key.clear();
        write::integer(key, index);
        value.clear();
        write::text(value, "{\"timestamp\": \"");
        write::timestamp(value, place.timestamp_millis);
        value.push(b'"');
        match self {
            Self::Agrawal(stream) => stream.write(index, value),
            Self::Sea(stream) => stream.write(index, value),
            Self::Hyperplane(stream) => stream.write(index, value),
            Self::Stagger(stream) => stream.write(index, value),
            Self::Rbf(stream) => stream.write(index, value),
            Self::Led(stream) => stream.write(index, value),
            Self::Loan(_) | Self::Script(_) | Self::Switch(_) => {}
        }
        value.push(b'}');
        place
    }
}
