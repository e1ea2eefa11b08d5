use super::*;
use crate::encode::{Features, Row};
use crate::model::FitError;

fn settings(optimizer: Optimizer) -> OptimSettings {
    OptimSettings {
        optimizer,
        ..OptimSettings::default()
    }
}

const OPTIMIZERS: [fn() -> Optimizer; 4] = [
    || Optimizer::AdaGrad(AdaGrad::default()),
    || Optimizer::Adam(Adam::default()),
    || Optimizer::FtrlProximal(FtrlProximal::default()),
    || {
        Optimizer::FtrlProximal(FtrlProximal {
            variant: FtrlVariant::McMahan,
            ..FtrlProximal::default()
        })
    },
];

/// Learns two samples of one feature with the slopes −½ (the first score is 0) and whatever the
/// loss gives, and returns the weight after each, with the two gradients.
fn two_steps(optimizer: Optimizer) -> ([f64; 2], [f64; 2]) {
    let mut model = OnlineClassifier::new(
        OptimSettings {
            intercept_lr: 0.0,
            ..settings(optimizer)
        },
        1,
    );
    let (mut weights, mut gradients) = ([0.0; 2], [0.0; 2]);
    for (step, (x, y)) in [(2.0, 1u16), (-1.0, 1)].into_iter().enumerate() {
        let probability = 1.0 / (1.0 + libm::exp(-model.decision_function(&[x])));
        gradients[step] = (probability - f64::from(y)) * x;
        model.partial_fit_rows(&[Row::from(&[x])], &[y]).unwrap();
        weights[step] = model.coef()[0];
    }
    assert_eq!(gradients[0], -1.0);
    (weights, gradients)
}

#[track_caller]
fn check_near(found: f64, wanted: f64) {
    assert!((found - wanted).abs() < 1e-14, "{found}, not {wanted}");
}

/// Duchi et al. (2011), section 1.3: w ← w − η·G^(−1/2)·g with the sum of squares G.
#[test]
fn adagrads_first_two_steps_by_hand() {
    let (lr, eps) = (0.1, 1e-8);
    let ([w1, w2], [g1, g2]) = two_steps(Optimizer::AdaGrad(AdaGrad { lr, eps }));
    check_near(w1, lr / (1.0 + eps).sqrt());
    check_near(w2, w1 - lr * g2 / (g1 * g1 + g2 * g2 + eps).sqrt());
    // Scale-free: the first step is lr, whatever the gradient.
    check_near(w1, 0.099_999_999_5);
}

/// Kingma and Ba (2015), Algorithm 1 with the order of section 2's last paragraph.
#[test]
fn adams_first_two_steps_by_hand() {
    let ([w1, w2], [g1, g2]) = two_steps(Optimizer::Adam(Adam::default()));
    let (m, v) = (0.1 * g1, 0.001 * g1 * g1);
    let rate = 0.1 * (1.0f64 - 0.999).sqrt() / (1.0 - 0.9);
    check_near(w1, -rate * m / (v.sqrt() + 1e-8));
    let (m, v) = (0.9 * m + 0.1 * g2, 0.999 * v + 0.001 * g2 * g2);
    let rate = 0.1 * (1.0f64 - 0.999 * 0.999).sqrt() / (1.0 - 0.9 * 0.9);
    check_near(w2, w1 - rate * m / (v.sqrt() + 1e-8));
}

/// McMahan et al. (2013), Algorithm 1.
#[test]
fn ftrls_first_two_steps_by_hand() {
    let rule = FtrlProximal {
        alpha: 0.5,
        beta: 1.0,
        l1: 0.25,
        l2: 2.0,
        variant: FtrlVariant::McMahan,
    };
    let ([w1, w2], [g1, g2]) = two_steps(Optimizer::FtrlProximal(rule));
    // σ = (√1 − √0)/α = 2, w = 0: z = g = −1, n = 1.
    check_near(w1, -(g1 + 0.25) / ((1.0 + 1.0) / 0.5 + 2.0));
    check_near(w1, 0.125);
    let n = 1.0 + g2 * g2;
    let z = g1 + g2 - (n.sqrt() - 1.0) / 0.5 * w1;
    let wanted = if z.abs() <= 0.25 {
        0.0
    } else {
        -(z + 0.25) / ((1.0 + n.sqrt()) / 0.5 + 2.0)
    };
    check_near(w2, wanted);
}

#[test]
fn rivers_ftrl_is_one_step_behind_the_published_one() {
    let rule = FtrlProximal::default();
    let (river, _) = two_steps(Optimizer::FtrlProximal(rule));
    let variant = FtrlVariant::McMahan;
    let (published, _) = two_steps(Optimizer::FtrlProximal(FtrlProximal { variant, ..rule }));
    assert_eq!(river, [0.0, published[0]]);
}

#[test]
fn what_l1_outweighs_is_zero_in_the_published_ftrl() {
    let rule = FtrlProximal {
        l1: 10.0,
        variant: FtrlVariant::McMahan,
        ..FtrlProximal::default()
    };
    assert_eq!(two_steps(Optimizer::FtrlProximal(rule)).0, [0.0; 2]);
}

#[test]
fn slopes_at_points_worked_out_by_hand() {
    use OnlineLoss::{Hinge, Log, Squared};
    let cases = [
        (Log, 1, 0.0, -0.5),
        (Log, 0, 0.0, 0.5),
        (Log, 1, -18.5, -1.0),
        (Log, 1, 800.0, -0.0),
        (Hinge, 1, 0.5, -1.0),
        // The margin itself still counts as a violation.
        (Hinge, 1, 1.0, -1.0),
        (Hinge, 0, -1.0, 1.0),
        (Hinge, 0, -1.5, 0.0),
        (Squared, 1, 0.25, -1.5),
        (Squared, 0, 0.25, 0.5),
    ];
    for (loss, y, p, slope) in cases {
        assert_eq!(loss.slope(y, p), slope, "{loss:?} {y} {p}");
    }
}

#[test]
fn every_optimiser_learns_a_separable_rule() {
    let rows: [[f64; 2]; 4] = [[1.0, 0.2], [-1.0, 0.1], [0.8, -0.3], [-0.6, -0.2]];
    let batch = Features::from_rows(2, rows.concat()).unwrap();
    for optimizer in OPTIMIZERS {
        for loss in [OnlineLoss::Log, OnlineLoss::Hinge, OnlineLoss::Squared] {
            let settings = OptimSettings {
                loss,
                ..settings(optimizer())
            };
            let mut model = OnlineClassifier::new(settings, 2);
            for _ in 0..200 {
                model.partial_fit(&batch, &[1, 0, 1, 0]).unwrap();
            }
            let predicted = rows.each_ref().map(|row| model.predict(row));
            assert_eq!(predicted, [1, 0, 1, 0], "{settings:?}");
            assert_eq!(model.n_iterations(), 800);
        }
    }
}

/// A batch that a model of two features which has learned something must refuse.
#[track_caller]
fn check_refused(width: usize, values: &[f64], labels: &[u16], message: &str) {
    for optimizer in OPTIMIZERS {
        let mut model = OnlineClassifier::new(settings(optimizer()), 2);
        let good = Features::from_rows(2, vec![1.0, -1.0, 0.5, 2.0]).unwrap();
        model.partial_fit(&good, &[1, 0]).unwrap();
        let before = model.clone();
        let batch = Features::from_rows(width, values.to_vec()).unwrap();
        let error = model.partial_fit(&batch, labels).unwrap_err();
        assert_eq!(error.to_string(), message);
        assert_eq!(model, before, "the model is as it was");
    }
}

#[test]
fn a_batch_that_does_not_fit_is_refused_and_leaves_the_model_as_it_was() {
    let message = "the batch has no sample: at least 1 is needed";
    check_refused(2, &[], &[], message);
    check_refused(3, &[1.0; 3], &[1], "a sample has 3 features, the model 2");
    check_refused(2, &[1.0; 4], &[1], "1 labels for 2 samples");
    let message = "sample 1 has label 2: the classes are 0 and 1";
    check_refused(2, &[1.0; 4], &[1, 2], message);
    let message = "sample 1, feature 0 is NaN: features must be finite";
    check_refused(2, &[1.0, 1.0, f64::NAN, 1.0], &[1, 0], message);
}

#[test]
fn an_overflow_is_refused_and_leaves_the_model_as_it_was() {
    let message = FitError::Overflow.to_string();
    // The squared gradient is beyond the range.
    check_refused(2, &[1.0, 1.0, 1e200, 1.0], &[1, 0], &message);
}

#[test]
fn sparse_rows_that_do_not_fit_are_refused() {
    assert_eq!(Row::sparse(&[1, 0], &[1.0, 1.0]), None);
    assert_eq!(Row::sparse(&[1, 1], &[1.0, 1.0]), None);
    assert_eq!(Row::sparse(&[1], &[1.0, 1.0]), None);
    let mut model = OnlineClassifier::new(OptimSettings::default(), 2);
    let beyond = Row::sparse(&[0, 7], &[1.0, 1.0]).unwrap();
    let error = model.partial_fit_rows(&[beyond], &[1]).unwrap_err();
    assert_eq!(error.to_string(), "a sample has 8 features, the model 2");
    let infinite = Row::sparse(&[1], &[f64::INFINITY]).unwrap();
    let error = model.partial_fit_rows(&[infinite], &[1]).unwrap_err();
    let message = "sample 0, feature 1 is inf: features must be finite";
    assert_eq!(error.to_string(), message);
    assert_eq!(model.n_iterations(), 0);
}

#[test]
fn a_state_of_other_settings_is_refused() {
    let adam = settings(OPTIMIZERS[1]());
    let state = OnlineClassifier::new(adam, 2).state().clone();
    let check = |settings: OptimSettings, state: OptimState, message: &str| {
        let error = OnlineClassifier::from_state(settings, state).unwrap_err();
        assert_eq!(error.to_string(), message);
    };
    let adagrad = settings(OPTIMIZERS[0]());
    let message = "the state's memory is not that of the settings";
    check(adagrad, state.clone(), message);
    let with_l1 = OptimSettings { l1: 0.1, ..adam };
    let message = "the state's l1 is not that of the settings";
    check(with_l1, state.clone(), message);
    let mut short = state.clone();
    short.coef.push(0.0);
    check(adam, short, "the state has 2 numbers in m, but 3 weights");
    let mut infinite = state;
    infinite.coef[0] = f64::INFINITY;
    let message = "the state has a number that is not finite";
    check(adam, infinite, message);
}

#[track_caller]
fn check_setting(change: impl Fn(&mut OptimSettings), message: &str) {
    let mut settings = OptimSettings::default();
    change(&mut settings);
    assert_eq!(settings.validate().unwrap_err().to_string(), message);
}

#[test]
fn a_setting_out_of_its_range_is_named_with_range_and_value() {
    for optimizer in OPTIMIZERS {
        settings(optimizer()).validate().unwrap();
    }
    let message = "lr must be greater than 0 and at most 1e100; it is 0";
    check_setting(
        |s| s.optimizer = Optimizer::AdaGrad(AdaGrad { lr: 0.0, eps: 1e-8 }),
        message,
    );
    let adam = |beta_1, eps| {
        Optimizer::Adam(Adam {
            beta_1,
            eps,
            ..Adam::default()
        })
    };
    let message = "beta_1 must be at least 0 and less than 1; it is 1";
    check_setting(|s| s.optimizer = adam(1.0, 1e-8), message);
    let message = "eps must be a number greater than 0; it is 0";
    check_setting(|s| s.optimizer = adam(0.9, 0.0), message);
    let message = "clip_gradient must be a number greater than 0; it is NaN";
    check_setting(|s| s.clip_gradient = f64::NAN, message);
    let message = "l1 must be 0 beside an l2; it is 0.5";
    check_setting(|s| (s.l1, s.l2) = (0.5, 0.5), message);
    let message = "l1 must be 0 with ftrl_proximal, which has an l1 of its own; it is 0.5";
    check_setting(
        |s| {
            s.optimizer = OPTIMIZERS[2]();
            s.l1 = 0.5;
        },
        message,
    );
}

#[test]
fn settings_survive_json_and_unknown_ones_are_refused() {
    for optimizer in OPTIMIZERS {
        let settings = settings(optimizer());
        let json = serde_json::to_string(&settings).unwrap();
        assert_eq!(
            serde_json::from_str::<OptimSettings>(&json).unwrap(),
            settings
        );
    }
    let typo = r#"{"optimizer": {"name": "adam", "beta1": 0.5}}"#;
    let error = serde_json::from_str::<OptimSettings>(typo).unwrap_err();
    assert!(error.to_string().contains("beta1"), "{error}");
}
