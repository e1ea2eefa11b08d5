//! The optimisers against River, bit by bit, after every batch: natively and, built for wasm32, in
//! Node. `goldens/optim/generate.py` writes the files and says what is in them.

mod support;

use serde::Deserialize;
use shared::encode::Features;
use shared::encode::Row;
use shared::optim::{Memory, OnlineClassifier, OptimSettings, OptimState};
use support::numbers::{Numbers, below, hash};

const BATCHES: usize = 50;
const BATCH: usize = 20;
const WIDTH: usize = 8;

#[derive(Deserialize)]
struct Head {
    name: String,
    seed: u64,
    settings: OptimSettings,
}

/// The samples that the script describes.
fn batch(stream: &mut Numbers) -> (Vec<f64>, Vec<u16>) {
    let (mut values, mut labels) = (Vec::new(), Vec::new());
    for _ in 0..BATCH {
        let noise = below(stream.next(), 5) - 2.0;
        let x: [f64; WIDTH] = std::array::from_fn(|j| {
            let r = stream.next();
            if j < 4 {
                below(r, 2)
            } else if (r >> 32).is_multiple_of(3) {
                0.0
            } else {
                (below(r, 4097) - 2048.0) / 512.0
            }
        });
        labels.push(u16::from(x[0] + x[4] - 2.0 * x[5] + x[6] > noise));
        values.extend(x);
    }
    (values, labels)
}

/// The numbers of a state in the golden's order.
fn numbers(state: &OptimState) -> Vec<f64> {
    let mut numbers = vec![state.intercept];
    numbers.extend(&state.coef);
    match &state.memory {
        Memory::AdaGrad { g2 } => numbers.extend(g2),
        Memory::Adam { m, v } => numbers.extend(m.iter().chain(v)),
        Memory::FtrlProximal { z, n } => numbers.extend(z.iter().chain(n)),
    }
    if let Some(l1) = &state.l1 {
        numbers.push(l1.max_cum_l1);
        numbers.extend(&l1.cum_l1);
    }
    numbers
}

/// The states of a run after every batch.
fn states(head: &Head) -> impl Iterator<Item = OptimState> {
    head.settings.validate().expect("valid settings");
    let mut model = OnlineClassifier::new(head.settings, WIDTH);
    let mut stream = Numbers(head.seed);
    (0..BATCHES).map(move |_| {
        let (values, labels) = batch(&mut stream);
        let batch = Features::from_rows(WIDTH, values).expect("whole rows");
        model.partial_fit(&batch, &labels).expect("a good batch");
        model.state().clone()
    })
}

fn head(line: &str) -> Head {
    serde_json::from_str(line).expect("a head")
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn every_state_is_rivers() {
    let lines: Vec<&str> = include_str!("../goldens/optim/hashes.txt")
        .lines()
        .collect();
    assert_eq!(lines.len(), 24 * 5 * 2, "24 settings, 5 seeds, 2 lines");
    for run in lines.chunks_exact(2) {
        let head = head(run[0]);
        let wanted: Vec<&str> = run[1].split(' ').collect();
        assert_eq!(wanted.len(), BATCHES);
        for (batch, (state, wanted)) in states(&head).zip(wanted).enumerate() {
            let found = hash(&numbers(&state));
            assert_eq!(found, wanted, "{} {}, batch {batch}", head.name, head.seed);
            assert_eq!(state.n_iterations, (batch as u64 + 1) * BATCH as u64);
        }
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn weights_are_rivers() {
    let lines: Vec<&str> = include_str!("../goldens/optim/weights.txt")
        .lines()
        .collect();
    assert_eq!(lines.len(), 4 * (1 + BATCHES), "4 runs");
    for run in lines.chunks_exact(1 + BATCHES) {
        let head = head(run[0]);
        for (batch, (state, wanted)) in states(&head).zip(&run[1..]).enumerate() {
            let found = numbers(&state);
            let found = found[..=WIDTH].iter();
            let found: Vec<_> = found.map(|v| format!("{:016x}", v.to_bits())).collect();
            assert_eq!(found.join(" "), *wanted, "{} batch {batch}", head.name);
        }
    }
}

/// The features of a row that are not zero.
fn sparse(row: &[f64]) -> (Vec<u32>, Vec<f64>) {
    let named = (0u32..).zip(row).filter(|(_, x)| **x != 0.0);
    named.map(|(j, x)| (j, *x)).unzip()
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn sparse_rows_and_an_interruption_change_no_bit() {
    for line in include_str!("../goldens/optim/hashes.txt")
        .lines()
        .step_by(2)
    {
        let head = head(line);
        let mut model = OnlineClassifier::new(head.settings, WIDTH);
        let mut stream = Numbers(head.seed);
        for wanted in states(&head) {
            let (values, labels) = batch(&mut stream);
            let rows: Vec<_> = values.chunks_exact(WIDTH).map(sparse).collect();
            let rows: Vec<_> = rows
                .iter()
                .map(|(indices, values)| Row::sparse(indices, values).expect("ascending"))
                .collect();
            let json = serde_json::to_string(model.state()).expect("finite numbers");
            let state = serde_json::from_str(&json).expect("a state");
            model = OnlineClassifier::from_state(head.settings, state).expect("its own state");
            model
                .partial_fit_rows(&rows, &labels)
                .expect("a good batch");
            assert_eq!(
                hash(&numbers(model.state())),
                hash(&numbers(&wanted)),
                "{}",
                head.name
            );
            let dense = model.decision_function(&values[..WIDTH]);
            assert_eq!(model.decision_function(rows[0]).to_bits(), dense.to_bits());
        }
    }
}
