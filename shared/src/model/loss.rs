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

    /// The loss itself at score `p` for label `y`, for whoever wants to see it: learning needs the
    /// slope alone. It may be infinite where the score is beyond 10¹⁵⁴.
    ///
    /// | loss | value |
    /// |---|---|
    /// | `log_loss` | `ln(1 + e^(−m))`, `m` = `p` for label 1, `−p` for label 0 |
    /// | `hinge`, `perceptron` | `max(0, 1 − p·y)`, `max(0, −p·y)` |
    /// | `modified_huber` | `max(0, 1 − p·y)²` where `p·y ≥ −1`, else `−4·p·y` |
    /// | `squared_hinge` | `max(0, 1 − p·y)²` |
    /// | `squared_error` | `(p − y)²/2` |
    /// | `huber` | `r²/2` where `r = abs(p − y) ≤ ε`, else `ε·r − ε²/2` |
    /// | `epsilon_insensitive` | `max(0, r − ε)` |
    /// | `squared_epsilon_insensitive` | `max(0, r − ε)²` |
    pub(super) fn value(self, y: f64, p: f64) -> f64 {
        let (z, r, epsilon) = (p * y, (p - y).abs(), self.epsilon);
        let square = |v: f64| v * v;
        match self.loss {
            Loss::LogLoss => softplus(if y > 0.0 { -p } else { p }),
            Loss::Hinge => f64::max(0.0, 1.0 - z),
            Loss::Perceptron => f64::max(0.0, -z),
            Loss::ModifiedHuber if z < -1.0 => -4.0 * z,
            Loss::ModifiedHuber | Loss::SquaredHinge => square(f64::max(0.0, 1.0 - z)),
            Loss::SquaredError => square(r) / 2.0,
            Loss::Huber if r <= epsilon => square(r) / 2.0,
            Loss::Huber => epsilon * r - square(epsilon) / 2.0,
            Loss::EpsilonInsensitive => f64::max(0.0, r - epsilon),
            Loss::SquaredEpsilonInsensitive => square(f64::max(0.0, r - epsilon)),
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

/// `ln(1 + eˣ)` in a form that neither overflows nor cancels.
fn softplus(x: f64) -> f64 {
    f64::max(x, 0.0) + libm::log1p(exp(-x.abs()))
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
    fn the_slope_is_that_of_the_value() {
        for &loss in Loss::ALL {
            let function = LossFunction { loss, epsilon: 0.3 };
            for y in [function.negative(), 1.0] {
                // Away from the corners, which lie at multiples of 0.1.
                for place in -30..30 {
                    let p = f64::from(place) / 10.0 + 0.05;
                    let h = 1e-6;
                    let rise = function.value(y, p + h) - function.value(y, p - h);
                    let (found, wanted) = (rise / (2.0 * h), function.gradient(y, p));
                    assert!(
                        (found - wanted).abs() < 1e-6,
                        "{loss} y={y} p={p}: {found} {wanted}"
                    );
                }
            }
        }
        let log_loss = LossFunction {
            loss: Loss::LogLoss,
            epsilon: 0.0,
        };
        assert_eq!(log_loss.value(1.0, 0.0), std::f64::consts::LN_2);
        assert_eq!(log_loss.value(0.0, 1000.0), 1000.0);
        assert!(log_loss.value(1.0, 1000.0) < 1e-300);
    }

    /// A constant of a piece is not in its slope.
    #[test]
    fn values_at_points_worked_out_by_hand() {
        for (loss, y, p, wanted) in [
            (Loss::Hinge, 1.0, -0.5, 1.5),
            (Loss::Perceptron, -1.0, 0.5, 0.5),
            (Loss::ModifiedHuber, 1.0, -1.5, 6.0),
            (Loss::ModifiedHuber, -1.0, 0.5, 2.25),
            (Loss::SquaredHinge, 1.0, 0.5, 0.25),
            (Loss::SquaredError, -1.0, 1.0, 2.0),
            (Loss::Huber, 1.0, 1.5, 0.125),
            (Loss::Huber, 1.0, 4.0, 1.375),
            (Loss::EpsilonInsensitive, -1.0, 1.0, 1.5),
            (Loss::SquaredEpsilonInsensitive, -1.0, 1.0, 2.25),
        ] {
            let found = LossFunction { loss, epsilon: 0.5 }.value(y, p);
            assert_eq!(found, wanted, "{loss} y={y} p={p}");
        }
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

    /// Where two pieces of a loss meet, scikit-learn's comparison says which slope holds, down to
    /// the sign of a zero.
    #[test]
    fn slopes_at_the_corners() {
        let corners = [
            (Loss::LogLoss, 0.0, -37.0, exp(-37.0)),
            (Loss::Hinge, 1.0, 1.0, -1.0),
            (Loss::Perceptron, -1.0, 0.0, 1.0),
            (Loss::ModifiedHuber, 1.0, 1.0, 0.0),
            (Loss::ModifiedHuber, 1.0, -1.0, -4.0),
            (Loss::SquaredHinge, 1.0, 1.0, 0.0),
            (Loss::Huber, 1.0, 0.5, -0.5),
            (Loss::EpsilonInsensitive, 1.0, 0.5, 0.0),
            (Loss::EpsilonInsensitive, 1.0, 1.5, 0.0),
            (Loss::SquaredEpsilonInsensitive, 1.0, 0.5, 0.0),
            (Loss::SquaredEpsilonInsensitive, 1.0, 1.5, 0.0),
        ];
        for (loss, y, p, slope) in corners {
            let found = LossFunction { loss, epsilon: 0.5 }.gradient(y, p);
            assert_eq!(found.to_bits(), f64::to_bits(slope), "{loss} y={y} p={p}");
        }
    }
}
