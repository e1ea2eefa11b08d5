//! The losses and their slopes.
//!
//! `y` is the label (0 or 1 for `log_loss`, −1 or 1 for all others) and `p` the score
//! `Σ w·x + b`. The slope is `d loss / d p`, in the very form in which scikit-learn computes it.

use super::exp::exp;
use super::settings::Loss;

/// A loss with its width where it has one.
#[derive(Clone, Copy, Debug)]
pub(super) struct LossFunction {
    pub(super) loss: Loss,
    pub(super) epsilon: f64,
}

impl LossFunction {
    /// How the loss writes label 0.
    pub(super) fn negative(self) -> f64 {
        if self.loss == Loss::LogLoss {
            0.0
        } else {
            -1.0
        }
    }

    /// Slope of the loss at score `p` for label `y`.
    #[inline]
    pub(super) fn gradient(self, y: f64, p: f64) -> f64 {
        match self.loss {
            Loss::LogLoss => log_loss(y, p),
            Loss::Hinge => hinge(y, p, 1.0),
            Loss::Perceptron => hinge(y, p, 0.0),
            Loss::ModifiedHuber => modified_huber(y, p),
            Loss::SquaredHinge => squared_hinge(y, p),
            Loss::SquaredError => p - y,
            Loss::Huber => huber(y, p, self.epsilon),
            Loss::EpsilonInsensitive => epsilon_insensitive(y, p, self.epsilon),
            Loss::SquaredEpsilonInsensitive => squared_epsilon_insensitive(y, p, self.epsilon),
        }
    }
}

/// The hinge `max(0, 1 − p·y)` itself, from which the passive-aggressive rates step.
#[inline]
pub(super) fn hinge_value(y: f64, p: f64) -> f64 {
    let z = p * y;
    if z <= 1.0 { 1.0 - z } else { 0.0 }
}

/// `p̂ − y` with `p̂ = 1/(1+e⁻ᵖ)`, without cancellation; far below zero `p̂` is `eᵖ`.
fn log_loss(y: f64, p: f64) -> f64 {
    if p > -37.0 {
        let e = exp(-p);
        ((1.0 - y) - y * e) / (1.0 + e)
    } else {
        exp(p) - y
    }
}

fn hinge(y: f64, p: f64, threshold: f64) -> f64 {
    if p * y <= threshold { -y } else { 0.0 }
}

fn modified_huber(y: f64, p: f64) -> f64 {
    let z = p * y;
    if z >= 1.0 {
        0.0
    } else if z >= -1.0 {
        2.0 * (1.0 - z) * -y
    } else {
        -4.0 * y
    }
}

fn squared_hinge(y: f64, p: f64) -> f64 {
    let z = 1.0 - p * y;
    if z > 0.0 { -2.0 * y * z } else { 0.0 }
}

fn huber(y: f64, p: f64, epsilon: f64) -> f64 {
    let rest = p - y;
    if rest.abs() <= epsilon {
        rest
    } else if rest >= 0.0 {
        epsilon
    } else {
        -epsilon
    }
}

fn epsilon_insensitive(y: f64, p: f64, epsilon: f64) -> f64 {
    if y - p > epsilon {
        -1.0
    } else if p - y > epsilon {
        1.0
    } else {
        0.0
    }
}

fn squared_epsilon_insensitive(y: f64, p: f64, epsilon: f64) -> f64 {
    let z = y - p;
    if z > epsilon {
        -2.0 * (z - epsilon)
    } else if z < -epsilon {
        2.0 * (-z - epsilon)
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(loss: Loss, y: f64, p: f64, slope: f64) {
        let found = LossFunction { loss, epsilon: 0.1 }.gradient(y, p);
        assert!(
            (found - slope).abs() < 1e-12,
            "{loss}: {found}, not {slope}"
        );
    }

    #[test]
    fn slopes_at_points_worked_out_by_hand() {
        check(Loss::LogLoss, 1.0, 0.0, -0.5);
        check(Loss::LogLoss, 0.0, 0.0, 0.5);
        check(Loss::LogLoss, 1.0, -100.0, -1.0);
        check(Loss::Hinge, 1.0, 0.5, -1.0);
        check(Loss::Hinge, -1.0, -1.5, 0.0);
        check(Loss::Perceptron, 1.0, 0.5, 0.0);
        check(Loss::ModifiedHuber, 1.0, 0.5, -1.0);
        check(Loss::ModifiedHuber, -1.0, 3.0, 4.0);
        check(Loss::SquaredHinge, 1.0, 0.5, -1.0);
        check(Loss::SquaredError, -1.0, 0.5, 1.5);
        check(Loss::Huber, -1.0, 0.5, 0.1);
        check(Loss::Huber, 1.0, 0.95, -0.05);
        check(Loss::EpsilonInsensitive, 1.0, 0.5, -1.0);
        check(Loss::EpsilonInsensitive, 1.0, 0.95, 0.0);
        check(Loss::SquaredEpsilonInsensitive, -1.0, 0.5, 2.8);
    }
}
