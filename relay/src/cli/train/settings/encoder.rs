//! The encoder's settings as flags.

use shared::encode::{EncoderSettings, HashedSettings, Interaction, StableSettings, Threshold};

use crate::cli::Failure;
use crate::cli::named::{checked, name_or_json};

/// The flags.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Encoder")]
pub(super) struct EncoderArgs {
    /// How records become features: stable (fixed columns, running means), per_batch (the lab's
    /// pipeline, fitted anew on every batch) or hashed, or settings as JSON such as
    /// {"hashed": {"n_features": 1024, "scale_numbers": false}}
    #[arg(long, default_value = "stable", value_name = "NAME|JSON", value_parser = encoder)]
    encoder: EncoderSettings,

    /// Columns of the hashed encoder [default: 1048576]
    #[arg(long, value_name = "COLUMNS")]
    n_features: Option<u32>,

    /// A column of the stable encoder that is 1 where a number is beyond a value, such as
    /// 'person_income<30000'; may be given several times
    #[arg(long, value_name = "FIELD<VALUE")]
    threshold: Vec<Threshold>,

    /// Columns of the stable encoder for the products of two fields, such as
    /// 'loan_int_rate*person_home_ownership'; may be given several times
    #[arg(long, value_name = "FIELD*FIELD")]
    interaction: Vec<Interaction>,
}

fn encoder(text: &str) -> Result<EncoderSettings, String> {
    let settings = name_or_json(text, &["stable", "per_batch", "hashed"])?;
    checked(settings, EncoderSettings::validate)
}

impl EncoderArgs {
    /// The settings that the flags say.
    pub(super) fn settings(&self) -> Result<EncoderSettings, Failure> {
        let mut settings = self.encoder.clone();
        let name = settings.name();
        let misfit = |flag: &str, encoder: &str| {
            let message = format!("{flag} goes with --encoder {encoder}; it is {name}");
            Err(Failure::Usage(message))
        };
        if let Some(columns) = self.n_features {
            match &mut settings {
                EncoderSettings::Hashed(HashedSettings { n_features, .. }) => *n_features = columns,
                _ => return misfit("--n-features", "hashed"),
            }
        }
        match &mut settings {
            EncoderSettings::Stable(StableSettings {
                thresholds,
                interactions,
            }) => {
                thresholds.extend_from_slice(&self.threshold);
                interactions.extend_from_slice(&self.interaction);
            }
            _ if !self.threshold.is_empty() => return misfit("--threshold", "stable"),
            _ if !self.interaction.is_empty() => return misfit("--interaction", "stable"),
            _ => {}
        }
        Ok(settings)
    }
}
