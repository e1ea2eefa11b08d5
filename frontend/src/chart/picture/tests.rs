use shared::evaluate::Tally;

use super::*;
use crate::port::Event;

fn point(batch: u64) -> Rc<Point> {
    let tally = |correct: u64| Tally {
        correct: (correct + batch * 7 % 13).min(100),
        total: 100,
    };
    Rc::new(Point {
        batch,
        tested: tally(75),
        same_batch: tally(82),
        window: tally(78),
        same_window: tally(84),
        cumulative: tally(72),
        majority: tally(50),
        weights: Vec::new(),
    })
}

fn picture(batches: u64, marks: &[Mark], settings: &[String]) -> String {
    let points: Vec<_> = (1..=batches).map(point).collect();
    svg(Picture {
        points: &points,
        marks,
        window_records: 500,
        best: (0.9153, "best possible"),
        settings,
    })
    .unwrap()
}

/// How many points a curve has.
fn points(svg: &str, curve: &str) -> usize {
    let begin = svg.find(&format!("<path class=\"{curve}\"")).unwrap();
    let element = &svg[begin..begin + svg[begin..].find("/>").unwrap()];
    let way = element.rsplit_once(" d=\"").unwrap().1;
    way.matches(['M', 'L']).count()
}

#[test]
fn a_curve_has_a_point_a_batch() {
    for batches in [1, 2, 133, 600u16] {
        let svg = picture(batches.into(), &[], &[]);
        for curve in ["tested", "learned", "since-start", "majority"] {
            assert_eq!(points(&svg, curve), usize::from(batches), "{curve}");
        }
    }
}

#[test]
fn a_long_run_has_a_bounded_picture_which_says_so() {
    let svg = picture(4_000, &[], &vec!["x".repeat(1_000); 100]);
    assert!(points(&svg, "tested") <= 641);
    assert!(svg.len() < 100_000, "{} bytes", svg.len());
    assert!(svg.contains("evenly chosen"), "{svg}");
}

#[test]
fn nothing_is_drawn_before_the_first_batch() {
    let picture = Picture {
        points: &[],
        marks: &[],
        window_records: 500,
        best: (0.9, "best"),
        settings: &[],
    };
    assert_eq!(svg(picture), None);
}

#[test]
fn title_axes_legend_and_settings_are_text() {
    let settings = [
        "Topic <loans> & \"more\"\u{1}".to_owned(),
        "alpha 0.0001".to_owned(),
    ];
    let svg = picture(133, &[], &settings);
    for words in [
        "<title id=\"title\">Accuracy over 133 batches</title>",
        ">Accuracy (share of records)</text>",
        ">Batch, in the order of the stream</text>",
        "tested before learning</text>",
        "same batch, after learning</text>",
        "0.915\u{2002}best possible</text>",
        ">Topic &lt;loans&gt; &amp; &quot;more&quot;\u{fffd} · alpha 0.0001</text>",
        "stroke=\"#0a5fa8\" stroke-width=\"2.75\"",
        "stroke-dasharray=\"7 3.5\"",
    ] {
        assert!(svg.contains(words), "{words:?} in\n{svg}");
    }
    assert!(!svg.contains("NaN") && !svg.contains("inf"));
}

#[test]
fn marks_stand_in_the_picture_and_in_its_description() {
    let mark = |after_batch| Mark {
        after_batch,
        event: Event::ModelReset,
    };
    let svg = picture(100, &[mark(0), mark(40), mark(41)], &[]);
    assert_eq!(svg.matches("class=\"mark\"").count(), 2);
    assert_eq!(
        svg.matches(">model reset after batch 4").count(),
        1,
        "no name on another"
    );
    assert!(svg.contains("Model reset after batch 41."));
}

#[test]
fn a_gap_stays_a_gap() {
    let mut points: Vec<_> = (1..=5).map(point).collect();
    let nothing = Tally {
        correct: 0,
        total: 0,
    };
    Rc::get_mut(&mut points[0]).unwrap().window = nothing;
    Rc::get_mut(&mut points[2]).unwrap().window = nothing;
    let svg = svg(Picture {
        points: &points,
        marks: &[],
        window_records: 500,
        best: (0.9, "best"),
        settings: &[],
    })
    .unwrap();
    let begin = svg.find("class=\"tested\"").unwrap();
    let way = svg[begin..]
        .split(" d=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    assert_eq!((way.matches('M').count(), way.matches('L').count()), (2, 1));
}
