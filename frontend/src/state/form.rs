//! The settings panel as a person fills it in: texts and choices, read into a run's configuration
//! or refused field by field. A refused value leaves the one in use as it is.

use std::num::NonZeroU32;
use std::str::FromStr;

use shared::model::{Average, LearningRate, Loss, Penalty};
use shared::settings::Settings;

use super::relay_url;
use crate::port::{Beginning, RunConfig, SourceConfig};

/// Which source is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SourceKind {
    Simulated,
    Relay,
}

/// The panel's fields.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Form {
    pub(crate) source: SourceKind,
    pub(crate) seed: String,
    pub(crate) url: String,
    pub(crate) topic: String,
    pub(crate) from: Beginning,
    pub(crate) loss: Loss,
    pub(crate) penalty: Penalty,
    pub(crate) alpha: String,
    pub(crate) learning_rate: LearningRate,
    pub(crate) eta0: String,
    pub(crate) average: String,
    pub(crate) random_state: String,
    pub(crate) window: String,
}

/// A field that cannot be used as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FormError {
    /// The field's name, as in the engine's settings.
    pub(crate) field: &'static str,
    pub(crate) message: String,
}

impl Form {
    /// The panel for a configuration. `own_relay` is offered as the relay's address when the
    /// configuration has none.
    pub(crate) fn of(config: &RunConfig, own_relay: &str) -> Self {
        let model = &config.settings.model;
        let (source, seed, url, topic, from) = match &config.source {
            SourceConfig::Simulated { seed } => (
                SourceKind::Simulated,
                *seed,
                own_relay.to_owned(),
                None,
                Beginning::Earliest,
            ),
            SourceConfig::Relay { url, topic, from } => {
                (SourceKind::Relay, 42, url.clone(), topic.clone(), *from)
            }
        };
        Self {
            source,
            seed: seed.to_string(),
            url,
            topic: topic.unwrap_or_default(),
            from,
            loss: model.loss,
            penalty: model.penalty,
            alpha: model.alpha.to_string(),
            learning_rate: model.learning_rate,
            eta0: model.eta0.map(|eta0| eta0.to_string()).unwrap_or_default(),
            average: model.average.to_string(),
            random_state: model.random_state.to_string(),
            window: config.settings.evaluation.window_records.to_string(),
        }
    }

    /// The configuration that the panel says, based on the one in use.
    pub(crate) fn read(
        &self,
        used: &RunConfig,
        page_is_https: bool,
    ) -> Result<RunConfig, FormError> {
        let source = self.read_source(page_is_https)?;
        let mut config = RunConfig {
            source,
            ..used.clone()
        };
        self.read_settings(&mut config.settings)?;
        config.settings.validate().map_err(|error| FormError {
            field: error.field,
            message: format!(
                "{} must be {}; {} stays in use",
                error.field,
                error.range,
                in_use(used, error.field)
            ),
        })?;
        Ok(config)
    }

    fn read_source(&self, page_is_https: bool) -> Result<SourceConfig, FormError> {
        if self.source == SourceKind::Simulated {
            return Ok(SourceConfig::Simulated {
                seed: whole("seed", &self.seed)?,
            });
        }
        let url = relay_url(&self.url, page_is_https).map_err(|error| FormError {
            field: "url",
            message: error.to_string(),
        })?;
        let topic = Some(self.topic.trim().to_owned()).filter(|topic| !topic.is_empty());
        Ok(SourceConfig::Relay {
            url,
            topic,
            from: self.from,
        })
    }

    fn read_settings(&self, settings: &mut Settings) -> Result<(), FormError> {
        let model = &mut settings.model;
        model.loss = self.loss;
        model.penalty = self.penalty;
        model.learning_rate = self.learning_rate;
        model.alpha = parsed("alpha", &self.alpha, "a number")?;
        model.eta0 = match self.eta0.trim() {
            "" => None,
            text => Some(parsed("eta0", text, "a number or empty")?),
        };
        model.average = parsed::<Average>(
            "average",
            &self.average,
            "true, false or a number of updates",
        )?;
        model.random_state = whole("random_state", &self.random_state)?;
        let window: NonZeroU32 = parsed("window_records", &self.window, "a whole number from 1")?;
        settings.evaluation.window_records = window;
        Ok(())
    }
}

fn whole<T: FromStr>(field: &'static str, text: &str) -> Result<T, FormError> {
    parsed(field, text, "a whole number from 0")
}

fn parsed<T: FromStr>(field: &'static str, text: &str, range: &str) -> Result<T, FormError> {
    text.trim().parse().map_err(|_| FormError {
        field,
        message: format!("{field} must be {range}; it is \"{text}\""),
    })
}

/// The value of a field that goes on being used, as text.
fn in_use(used: &RunConfig, field: &str) -> String {
    let form = Form::of(used, "");
    match field {
        "alpha" => form.alpha,
        "eta0" if form.eta0.is_empty() => "none".to_owned(),
        "eta0" => form.eta0,
        "window_records" => form.window,
        _ => "the value before".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> Form {
        Form::of(&RunConfig::default(), "ws://here/ws")
    }

    #[track_caller]
    fn check_refused(change: impl Fn(&mut Form), field: &str, words: &str) {
        let mut form = form();
        change(&mut form);
        let error = form.read(&RunConfig::default(), false).unwrap_err();
        assert_eq!(error.field, field);
        assert!(error.message.contains(words), "{}", error.message);
    }

    #[test]
    fn an_untouched_form_says_the_configuration_it_was_made_of() {
        let config = RunConfig::default();
        assert_eq!(form().read(&config, false), Ok(config));
    }

    #[test]
    fn a_relay_is_read_with_its_topic() {
        let mut form = form();
        form.source = SourceKind::Relay;
        form.topic = " loans ".into();
        let config = form.read(&RunConfig::default(), false).unwrap();
        let expected = SourceConfig::Relay {
            url: "ws://here/ws".into(),
            topic: Some("loans".into()),
            from: Beginning::Earliest,
        };
        assert_eq!(config.source, expected);
        assert_eq!(Form::of(&config, "ws://other").url, "ws://here/ws");
    }

    #[test]
    fn each_fault_names_its_field_and_what_stays() {
        check_refused(
            |form| form.alpha = "-3".into(),
            "alpha",
            "0.0001 stays in use",
        );
        check_refused(|form| form.alpha = "much".into(), "alpha", "a number");
        check_refused(
            |form| form.learning_rate = LearningRate::Constant,
            "eta0",
            "greater than 0",
        );
        check_refused(|form| form.window = "0".into(), "window_records", "from 1");
        check_refused(|form| form.seed = "x".into(), "seed", "whole number");
        check_refused(
            |form| form.random_state = "-1".into(),
            "random_state",
            "whole number",
        );
        check_refused(
            |form| form.average = "often".into(),
            "average",
            "true, false",
        );
        check_refused(
            |form| {
                form.source = SourceKind::Relay;
                form.url = "kafka:9092".into();
            },
            "url",
            "ws://",
        );
    }
}
