//! A run in words: where its records come from and how they are learned from.

use shared::batch::Trigger;
use shared::learner::Learner;
use shared::model::SgdSettings;
use shared::open::START_FILES;

use super::Run;
use crate::port::{Beginning, SourceConfig};

/// The version of everything in this workspace.
pub(super) const PROGRAM: &str = concat!("Gradually ", env!("CARGO_PKG_VERSION"));

/// Where the records come from.
pub(crate) fn source_words(source: &SourceConfig) -> String {
    match source {
        SourceConfig::Simulated { seed } => {
            format!("Simulated stream of loan applications, seed {seed}")
        }
        SourceConfig::Relay { topic, from, .. } => {
            let from = match from {
                Beginning::Earliest => "its earliest record",
                Beginning::Latest => "what was written after the start",
            };
            let topic = topic.as_deref().unwrap_or("the relay’s first");
            format!("Topic {topic}, from {from}")
        }
    }
}

/// An address without what may be secret in it.
pub(crate) fn public_url(url: &str) -> &str {
    url.split('?').next().unwrap_or_default()
}

impl Run {
    /// The source and the settings, phrase by phrase.
    pub(super) fn phrases(&self) -> Vec<String> {
        let mut phrases = vec![source_words(&self.source), self.batches_in_words()];
        phrases.extend(settings_phrases(&self.learner));
        phrases.push(PROGRAM.to_owned());
        phrases
    }

    fn batches_in_words(&self) -> String {
        let now = if self.trigger_changed { "now " } else { "" };
        format!("{now}{}", trigger_words(self.trigger()))
    }

    /// The command that trains the same models natively; none for a topic, which goes on, or where
    /// something was done by hand.
    pub(crate) fn command(&self) -> Option<String> {
        let SourceConfig::Simulated { seed } = self.source else {
            return None;
        };
        let Trigger::Records(records) = self.trigger() else {
            return None;
        };
        if self.trigger_changed || !self.marks.is_empty() || self.log.is_ended_by_hand() {
            return None;
        }
        let first = self.log.first_batch();
        let batches = self.counters().batches.saturating_sub(first);
        let begin = format!(
            "gradually train --simulate {seed} --batch-records {records} --max-batches {batches}"
        );
        let model = self.model_flags();
        Some(format!("{begin} {model} --out run"))
    }

    /// What the learner is made of, as flags. A model's file says some of it or all.
    fn model_flags(&self) -> String {
        let settings = self.learner.settings();
        let SgdSettings {
            loss,
            penalty,
            alpha,
            learning_rate,
            eta0,
            average,
            random_state,
            ..
        } = &settings.model;
        let window = settings.evaluation.window_records;
        if let Some(start) = self.log.model() {
            let from = if start.from_start {
                " --from-start"
            } else {
                ""
            };
            let window = if start.file == START_FILES[0] {
                String::new()
            } else {
                format!(" --window-records {window}")
            };
            return format!("--model {}{from}{window}", start.file);
        }
        let eta0 = eta0.map_or(String::new(), |eta0| format!(" --eta0 {eta0:?}"));
        format!(
            "--loss {loss} --penalty {penalty} --alpha {alpha:?} --learning-rate {learning_rate}{eta0} \
             --average {average} --random-state {random_state} --window-records {window}"
        )
    }
}

/// Encoder, classifier and window.
fn settings_phrases(learner: &Learner) -> Vec<String> {
    let settings = learner.settings();
    let mut phrases = vec![format!("{} encoder", learner.encoder().settings().name())];
    phrases.extend(model(&settings.model));
    let window = settings.evaluation.window_records;
    phrases.push(format!("window {window} records"));
    phrases
}

/// The settings of a learner in one line.
pub(crate) fn settings_words(learner: &Learner) -> String {
    let mut phrases = settings_phrases(learner);
    phrases.push(trigger_words(learner.settings().trigger));
    phrases.join(" · ")
}

fn trigger_words(trigger: Trigger) -> String {
    match trigger {
        Trigger::Records(records) if records.get() == 1 => "a batch every record".to_owned(),
        Trigger::Records(records) => format!("batches of {records} records"),
        Trigger::Seconds(seconds) => format!("a batch every {seconds} s"),
    }
}

/// The classifier's settings under scikit-learn's names.
fn model(settings: &SgdSettings) -> Vec<String> {
    let mut phrases = vec![
        format!("SGDClassifier: loss {}", settings.loss),
        format!("penalty {}", settings.penalty),
        format!("alpha {:?}", settings.alpha),
        format!("learning_rate {}", settings.learning_rate),
    ];
    phrases.extend(settings.eta0.map(|eta0| format!("eta0 {eta0:?}")));
    if settings.average != SgdSettings::default().average {
        phrases.push(format!("average {}", settings.average));
    }
    phrases.push(format!("random_state {}", settings.random_state));
    phrases
}

#[cfg(test)]
mod tests {
    use super::super::tests::{begun, fed, settings};
    use super::*;

    #[test]
    fn a_topic_is_named_and_what_may_be_secret_in_an_address_is_not() {
        let relay = SourceConfig::Relay {
            url: "wss://host/ws?token=secret".to_owned(),
            topic: None,
            from: Beginning::Earliest,
        };
        let mut run = Run::new(&settings(1), relay).unwrap();
        run.set_topic("loans", &[], None);
        let phrases = run.phrases();
        assert_eq!(phrases[0], "Topic loans, from its earliest record");
        assert_eq!(phrases[1], "a batch every record");
        assert!(phrases.iter().all(|phrase| !phrase.contains("secret")));
        assert_eq!(public_url("wss://host/ws?token=secret"), "wss://host/ws");
        assert_eq!(run.command(), None);
    }

    #[test]
    fn a_run_whose_trigger_was_changed_is_told_and_has_no_command() {
        let mut run = begun(100);
        run.set_trigger(settings(50).trigger).unwrap();
        assert!(run.command().is_some(), "nothing had come yet");
        fed(&mut run, 10);
        run.set_trigger(settings(40).trigger).unwrap();
        assert_eq!(run.phrases()[1], "now batches of 40 records");
        assert_eq!(run.command(), None);
    }
}
