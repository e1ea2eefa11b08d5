//! Slopes of the losses, in the very form in which River computes them.

use super::settings::OnlineLoss;
use crate::model::exp;

impl OnlineLoss {
    /// `d loss / d p` at score `p` for label `y`, 0 or 1.
    pub(super) fn slope(self, y: u16, p: f64) -> f64 {
        let sign = if y == 1 { 1.0 } else { -1.0 };
        match self {
            Self::Log => log_slope(sign, p),
            Self::Hinge if sign * p <= 1.0 => -sign,
            Self::Hinge => 0.0,
            Self::Squared => 2.0 * (p - f64::from(y)),
        }
    }

    /// The score above which the class is 1: the middle between the two labels.
    pub(super) fn threshold(self) -> f64 {
        match self {
            Self::Log | Self::Hinge => 0.0,
            Self::Squared => 0.5,
        }
    }
}

/// `−y/(1 + e^(yp))`; beyond ±18 without what no longer counts in the sum.
fn log_slope(y: f64, p: f64) -> f64 {
    let margin = p * y;
    if margin > 18.0 {
        exp(-margin) * -y
    } else if margin < -18.0 {
        -y
    } else {
        -y / (exp(margin) + 1.0)
    }
}
