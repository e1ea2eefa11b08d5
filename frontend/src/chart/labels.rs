//! Places for the labels at the ends of the curves: as near to their curve as a fixed distance
//! between them allows, in the order of the curves.

/// A label with the height it would like and the height it got, in pixels from above.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Label<T> {
    pub(crate) wanted: f64,
    pub(crate) place: f64,
    pub(crate) what: T,
}

/// Places labels at least `apart` from each other, between `top` and `bottom`. Labels that would
/// overlap form a group around the mean of what they want.
pub(crate) fn spread<T>(
    labels: impl IntoIterator<Item = (f64, T)>,
    apart: f64,
    top: f64,
    bottom: f64,
) -> Vec<Label<T>> {
    // A handful: a sorting algorithm would be larger than all the rest of the chart.
    let mut placed: Vec<Label<T>> = Vec::new();
    for (wanted, what) in labels {
        let place = placed.partition_point(|above| above.wanted <= wanted);
        let label = Label {
            wanted,
            place: wanted,
            what,
        };
        placed.insert(place, label);
    }
    let mut groups: Vec<Group> = Vec::new();
    for label in &placed {
        let mut group = Group {
            first: label.wanted,
            wanted_firsts: label.wanted,
            size: 1.0,
        };
        group.settle(apart, top, bottom);
        while let Some(above) =
            groups.pop_if(|above| above.first + above.size * apart > group.first)
        {
            group = above.joined(&group, apart);
            group.settle(apart, top, bottom);
        }
        groups.push(group);
    }
    let mut places = groups.iter().flat_map(|group| group.places(apart));
    for label in &mut placed {
        label.place = places.next().unwrap_or(label.wanted);
    }
    placed
}

/// Labels that stand one below the other.
struct Group {
    /// The place of the topmost.
    first: f64,
    /// Sum of the places that each of its labels would like the topmost to have.
    wanted_firsts: f64,
    size: f64,
}

impl Group {
    fn joined(self, below: &Self, apart: f64) -> Self {
        let shifted = below.wanted_firsts - below.size * self.size * apart;
        Self {
            first: self.first,
            wanted_firsts: self.wanted_firsts + shifted,
            size: self.size + below.size,
        }
    }

    fn settle(&mut self, apart: f64, top: f64, bottom: f64) {
        let lowest = (bottom - (self.size - 1.0) * apart).max(top);
        self.first = (self.wanted_firsts / self.size).clamp(top, lowest);
    }

    fn places(&self, apart: f64) -> impl Iterator<Item = f64> + use<> {
        let first = self.first;
        std::iter::successors(Some(0.0), |index| Some(index + 1.0))
            .take_while({
                let size = self.size;
                move |index| *index < size
            })
            .map(move |index| first + index * apart)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(wanted: &[f64], expected: &[f64]) {
        let labels = spread(wanted.iter().map(|y| (*y, ())), 17.0, 0.0, 200.0);
        let places: Vec<f64> = labels.iter().map(|label| label.place).collect();
        assert_eq!(places, expected);
    }

    #[test]
    fn labels_with_room_stay_where_they_are() {
        check(&[10.0, 60.0, 120.0], &[10.0, 60.0, 120.0]);
    }

    #[test]
    fn labels_that_overlap_share_the_room_around_their_mean() {
        check(&[100.0, 100.0], &[91.5, 108.5]);
        check(&[100.0, 100.0, 100.0], &[83.0, 100.0, 117.0]);
        check(&[90.0, 100.0, 40.0], &[40.0, 86.5, 103.5]);
    }

    #[test]
    fn nothing_leaves_the_chart() {
        check(&[0.0, 1.0], &[0.0, 17.0]);
        check(&[199.0, 200.0], &[183.0, 200.0]);
    }

    #[test]
    fn they_are_never_nearer_than_asked() {
        let mut seed = 7u32;
        for _ in 0..500 {
            let wanted: Vec<(f64, ())> = (0..5)
                .map(|_| {
                    seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (f64::from(seed >> 24) * 200.0 / 255.0, ())
                })
                .collect();
            let labels = spread(wanted, 17.0, 0.0, 200.0);
            assert!(
                labels
                    .windows(2)
                    .all(|pair| pair[1].place - pair[0].place >= 17.0 - 1e-9)
            );
            assert!(
                labels
                    .iter()
                    .all(|label| (0.0..=200.0).contains(&label.place))
            );
        }
    }
}
