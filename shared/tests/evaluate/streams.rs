//! The recorded streams, as `goldens/evaluate/generate.py` makes them: whole numbers from a generator
//! that both have, and division by powers of 2.

use shared::evaluate::Judged;

/// How an example is drawn, and its number.
pub(crate) type Example = fn(&mut Draws, usize) -> Judged;

/// Knuth's MMIX linear congruential generator; the upper 31 bits, modulo n.
pub(crate) struct Draws(pub(crate) u64);

impl Draws {
    fn draw(&mut self, n: u16) -> u16 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        u16::try_from((self.0 >> 33) % u64::from(n)).unwrap()
    }

    fn sorted<const N: usize>(&mut self, n: u16) -> [u16; N] {
        let mut drawn = std::array::from_fn(|_| self.draw(n));
        drawn.sort_unstable();
        drawn
    }
}

fn binary(label: u16, k: u16) -> Judged {
    let k = f64::from(k);
    Judged::binary(label, (k - 32.0) / 8.0, Some(k / 64.0))
}

fn multiclass(label: u16, parts: [u16; 4]) -> Judged {
    let most = parts.iter().max();
    let predicted = parts.iter().position(|part| Some(part) == most).unwrap();
    let probabilities = parts.map(|part| f64::from(part) / 64.0);
    let predicted = u16::try_from(predicted).unwrap();
    Judged::multiclass(label, predicted, 0.0, Some(&probabilities))
}

pub(crate) fn balanced(draws: &mut Draws, _: usize) -> Judged {
    let k = draws.draw(65);
    binary((draws.draw(64) < k).into(), k)
}

pub(crate) fn imbalanced(draws: &mut Draws, _: usize) -> Judged {
    let label = u16::from(draws.draw(64) == 0);
    let k = draws.draw(65).min(draws.draw(65)) + 24 * label;
    binary(label, k.min(64))
}

pub(crate) fn runs(draws: &mut Draws, i: usize) -> Judged {
    binary(u16::from(i / 97 % 2 == 1), draws.draw(65))
}

pub(crate) fn scores(draws: &mut Draws, _: usize) -> Judged {
    let label = draws.draw(2);
    let score = (f64::from(draws.draw(33)) - 16.0 + f64::from(4 * label)) / 4.0;
    Judged::binary(label, score, None)
}

pub(crate) fn four(draws: &mut Draws, _: usize) -> Judged {
    let [a, b, c] = draws.sorted(65);
    let at = draws.draw(64);
    let label = [a, b, c].iter().filter(|&&cut| at >= cut).count();
    let parts = [a, b - a, c - b, 64 - c];
    multiclass(u16::try_from(label).unwrap(), parts)
}

pub(crate) fn absent(draws: &mut Draws, _: usize) -> Judged {
    let [a, b] = draws.sorted(57);
    let third = 56 - b + draws.draw(9);
    let parts = [a, b - a, third, 64 - b - third];
    let label = match () {
        () if draws.draw(512) == 0 => 3,
        () if draws.draw(64) == 0 => 2,
        () => draws.draw(2),
    };
    multiclass(label, parts)
}
