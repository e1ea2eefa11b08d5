//! How one gradient moves one weight. The order of the operations is River's.

use super::settings::{AdaGrad, Adam, FtrlProximal, FtrlVariant};
use crate::model::pow;

impl AdaGrad {
    /// One step of a weight `w` with the sum `g2` of its squared gradients.
    pub(super) fn step(&self, g: f64, w: &mut f64, g2: &mut f64) {
        *g2 += pow(g, 2.0);
        *w -= self.lr / pow(*g2 + self.eps, 0.5) * g;
    }
}

impl Adam {
    /// The rate of the step number `t`, from 1, with both means freed of their bias.
    pub(super) fn rate(&self, t: f64) -> f64 {
        let rate = self.lr * pow(1.0 - pow(self.beta_2, t), 0.5);
        rate / (1.0 - pow(self.beta_1, t))
    }

    /// One step of a weight `w` with the means `m` of its gradients and `v` of their squares.
    pub(super) fn step(&self, rate: f64, g: f64, w: &mut f64, (m, v): (&mut f64, &mut f64)) {
        *m = self.beta_1 * *m + (1.0 - self.beta_1) * g;
        *v = self.beta_2 * *v + (1.0 - self.beta_2) * (g * g);
        *w -= rate * *m / (pow(*v, 0.5) + self.eps);
    }
}

impl FtrlProximal {
    /// One step of a weight `w` with the sums `z` of its shifted gradients and `n` of their squares.
    pub(super) fn step(&self, g: f64, w: &mut f64, (z, n): (&mut f64, &mut f64)) {
        if self.variant == FtrlVariant::River
            && let Some(weight) = self.weight(*z, *n)
        {
            *w = weight;
        }
        let square = pow(g, 2.0);
        let shift = (pow(*n + square, 0.5) - pow(*n, 0.5)) / self.alpha;
        *z += g - shift * *w;
        *n += square;
        if self.variant == FtrlVariant::McMahan {
            *w = self.weight(*z, *n).unwrap_or(0.0);
        }
    }

    /// The weight that follows from the sums; none where `l1` outweighs them.
    fn weight(&self, z: f64, n: f64) -> Option<f64> {
        if z.abs() <= self.l1 {
            return None;
        }
        let inverse = pow((self.beta + pow(n, 0.5)) / self.alpha + self.l2, -1.0);
        Some(-inverse * (z - self.l1.copysign(z)))
    }
}
