//! Streams of every kind, with the hash of their bytes: the first 2000 records at seed 7 and those
//! around far indices. A change of a byte is a change of everybody's runs.

/// Settings as JSON, and the hash.
pub(crate) const PINNED: [(&str, u64); 11] = [
    ("\"loan\"", 0xad1b_1841_8cf5_843d),
    (
        r#"{"script": {"format": "gradually-drift-script", "version": 1, "phases": [
            {"at": 100, "change": {"gradual": {"records": 200}}, "rule": {"score_above": 30}},
            {"at": 500, "change": {"incremental": {"records": 300}}, "noise": 0.4,
             "rule": {"income": -20}, "population": {"income": [1000, 9000], "intent": [1, 0, 0, 0, 2, 9]},
             "balance": {"positive_share": 0.2}},
            {"at": 1000, "change": {"recurring": {"every": 77}}, "flip": 0.1,
             "missing": {"loan_amnt": 0.1}, "bad": {"garbage": 0.05, "wrong_type": 0.05,
             "truncated": 0.05, "unknown_category": 0.05}}
        ]}}"#,
        0xf9cf_da7d_2204_514b,
    ),
    (
        r#"{"agrawal": {"function": 10, "perturbation": 0.05}}"#,
        0x9b28_f096_ce92_6abb,
    ),
    (r#"{"sea": {"change_every": 500}}"#, 0x1043_4da7_21c5_7e07),
    (r#"{"hyperplane": {}}"#, 0xd3f3_cc0b_6fa5_0909),
    (
        r#"{"hyperplane": {"features": 64, "drifting": 64, "sigma": 0.0}}"#,
        0xf3fc_dd79_414f_b8a0,
    ),
    (
        r#"{"stagger": {"change_every": 40}}"#,
        0x7442_cf6b_b853_ff35,
    ),
    (r#"{"random_rbf": {}}"#, 0x913c_44ad_9d43_f7aa),
    (
        r#"{"random_rbf": {"features": 64, "classes": 100, "centroids": 1000, "drifting": 10, "speed": 0.3}}"#,
        0x65e3_cadc_d363_0685,
    ),
    (
        r#"{"led": {"drifting": 4, "change_every": 300}}"#,
        0x7d27_f539_27c5_804e,
    ),
    (
        r#"{"switch": {"before": {"random_rbf": {}}, "after": {"hyperplane": {}}, "position": 1000, "width": 300, "every": 700}}"#,
        0x35cd_03c1_91de_bbd6,
    ),
];
