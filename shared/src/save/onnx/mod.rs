//! Encoder and model as one graph of ONNX: raw fields in, label, decision and probabilities out.
//!
//! | value | type | shape |
//! |---|---|---|
//! | input, one a categorical field, with its name | string | batch × 1 |
//! | input, one a numeric field, with its name | double | batch × 1 |
//! | output `label` | the class itself: int64, string or bool | batch |
//! | output `decision_function` | double | batch × 1 for two classes, else batch × classes |
//! | output `probabilities`, for `log_loss` and `modified_huber` | double | batch × classes |
//!
//! Every number is a double from end to end, and the terms are added one after the other in the
//! engine's order, so that a runtime that rounds each operation as IEEE 754 says gives the
//! engine's decisions to the last bit. Words become numbers by the one operator of `ai.onnx.ml`
//! that has no `float` in it (`LabelEncoder`, string to int64).
//!
//! **What the model refuses, the graph refuses.** A word that the vocabulary does not have becomes
//! an index behind its table of weights, and so does a number that is missing or infinite: the
//! runtime stops there and names the node, which is called after the field. Where the schema has a
//! rule for missing values, the empty string is a missing word (unless it is in the vocabulary)
//! and NaN a missing number.
//!
//! Source: the operators of ONNX 1.10 (opset 15, `ai.onnx.ml` 2, IR version 8).

mod graph;
mod inputs;
mod names;
mod proto;
mod terms;

use prost::Message as _;

use self::graph::{Graph, ML, Name};
use self::names::{DECISION, LABEL, PROBABILITIES};
use self::proto::{Attribute, Element, ModelProto, OperatorSet, Property, Value};
use self::terms::Sum;
use super::formula::{Formula, ScoringError};
use crate::learner::Learner;
use crate::model::Loss;
use crate::schema::Class;

/// Most weights in the tables of one graph: its file is below half of the 2 GiB that a protobuf
/// may have.
const MAX_WEIGHTS: usize = 1 << 27;

pub(super) const FORMAT: &str = "onnx";

/// Versions of the standard that all runtimes since 2021 know.
const IR_VERSION: i64 = 8;
const OPSET: i64 = 15;
const ML_OPSET: i64 = 2;

/// Encoder and model as a file of ONNX.
///
/// # Errors
/// For hashed words and the encoders that have no fixed columns, and beyond 2²⁷ weights.
pub fn model_onnx(learner: &Learner) -> Result<Vec<u8>, ScoringError> {
    let formula = Formula::new(learner, FORMAT)?;
    check(&formula)?;
    Ok(model(&formula, learner).encode_to_vec())
}

/// Whether a model can be a file of ONNX.
pub(super) fn check(formula: &Formula<'_>) -> Result<(), ScoringError> {
    let found = formula.table_entries().saturating_mul(formula.rows.len());
    if found <= MAX_WEIGHTS {
        return Ok(());
    }
    Err(ScoringError::TooMany {
        format: FORMAT,
        things: "weights",
        most: MAX_WEIGHTS,
        found,
    })
}

fn model(formula: &Formula<'_>, learner: &Learner) -> ModelProto {
    let mut graph = Graph::default();
    let sum = Sum::of(formula, &mut graph);
    let decision = sum.decision;
    let mut outputs = vec![label(formula, &mut graph, &decision)];
    outputs.push(output(DECISION, Element::Double, &[formula.rows.len()]));
    if let Some(loss) = formula.loss {
        probabilities(formula, loss, &mut graph, &decision);
        outputs.push(output(
            PROBABILITIES,
            Element::Double,
            &[formula.classes.len()],
        ));
    }
    let version = |domain: &str, version| OperatorSet {
        domain: Some(domain.to_owned()),
        version: Some(version),
    };
    ModelProto {
        ir_version: Some(IR_VERSION),
        producer_name: "gradually".to_owned(),
        producer_version: env!("CARGO_PKG_VERSION").to_owned(),
        model_version: i64::try_from(learner.counters().models).unwrap_or(i64::MAX),
        doc_string: format!(
            "Gradually's {}: encoder and linear classifier, from raw fields to label.",
            formula.title
        ),
        graph: Some(proto::Graph {
            node: graph.nodes,
            name: "gradually_model".to_owned(),
            initializer: graph.constants,
            input: sum.inputs,
            output: outputs,
        }),
        opset_import: vec![version("", OPSET), version(ML, ML_OPSET)],
        metadata_props: properties(formula, learner),
    }
}

/// Where the model comes from.
fn properties(formula: &Formula<'_>, learner: &Learner) -> Vec<Property> {
    let counters = learner.counters();
    let json = |value: Result<String, serde_json::Error>| {
        value.expect("files have string keys and finite numbers only")
    };
    let fields = formula.terms.words.iter().map(|field| &field.name);
    let fields = fields.chain(formula.terms.numbers.iter().map(|field| &field.name));
    let properties = [
        ("format", "gradually-model-onnx".to_owned()),
        ("version", "1".to_owned()),
        ("model_id", counters.models.to_string()),
        (
            "batch_id",
            json(serde_json::to_string(&counters.batches.checked_sub(1))),
        ),
        (
            "fields",
            json(serde_json::to_string(&fields.collect::<Vec<_>>())),
        ),
        ("classes", json(serde_json::to_string(formula.classes))),
        ("settings", json(serde_json::to_string(learner.settings()))),
        (
            "positions",
            json(serde_json::to_string(learner.positions())),
        ),
    ];
    let property = |(key, value): (&str, String)| Property {
        key: key.to_owned(),
        value,
    };
    properties.map(property).into()
}

fn output(name: &str, element: Element, more: &[usize]) -> Value {
    let size = |&size: &usize| i64::try_from(size).unwrap_or(i64::MAX);
    let more: Vec<i64> = more.iter().map(size).collect();
    Value::rows_of(name, element, &more, String::new())
}

/// The class of each row: above 0 the second of two, else the first of the greatest.
fn label(formula: &Formula<'_>, graph: &mut Graph, decision: &str) -> Value {
    let number = if formula.rows.len() == 1 {
        let zero = graph.doubles("label/zero".into(), &[], &[0.0]);
        let above = graph.node("Greater", &[decision, &zero], "label/above".into());
        let column = graph.cast(&above, Element::Int64, "label/column".into());
        let axis = graph.integers("label/axis".into(), &[1], &[1]);
        graph.node("Squeeze", &[&column, &axis], "label/number".into())
    } else {
        let attributes = vec![Attribute::int("axis", 1), Attribute::int("keepdims", 0)];
        graph.node_with("ArgMax", &[decision], "label/number".into(), attributes)
    };
    let (classes, element) = class_table(formula.classes, graph);
    graph.node("Gather", &[&classes, &number], LABEL.into());
    output(LABEL, element, &[])
}

/// The classes by their numbers. A schema's classes are all of one kind.
fn class_table(classes: &[Class], graph: &mut Graph) -> (Name, Element) {
    let name = "label/classes".to_owned();
    let texts = classes.iter().filter_map(|class| match class {
        Class::Text(text) => Some(text.as_str()),
        _ => None,
    });
    let numbers = classes.iter().filter_map(|class| match class {
        Class::Integer(number) => Some(*number),
        _ => None,
    });
    let switches = classes.iter().filter_map(|class| match class {
        Class::Bool(switch) => Some(*switch),
        _ => None,
    });
    match classes.first() {
        Some(Class::Text(_)) => (graph.texts(name, texts), Element::Text),
        Some(Class::Bool(_)) => {
            let switches: Vec<bool> = switches.collect();
            (graph.booleans(name, &switches), Element::Bool)
        }
        _ => {
            let numbers: Vec<i64> = numbers.collect();
            (
                graph.integers(name, &[numbers.len()], &numbers),
                Element::Int64,
            )
        }
    }
}

/// As [`crate::model::probabilities`] makes them.
fn probabilities(formula: &Formula<'_>, loss: Loss, graph: &mut Graph, decision: &str) {
    let name = |part: &str| format!("probabilities/{part}");
    let one = graph.doubles(name("one"), &[], &[1.0]);
    let each = if loss == Loss::LogLoss {
        let negative = graph.node("Neg", &[decision], name("negative"));
        let exp = graph.node("Exp", &[&negative], name("exp"));
        let below = graph.node("Add", &[&one, &exp], name("below"));
        graph.node("Div", &[&one, &below], name("each"))
    } else {
        let least = graph.doubles(name("least"), &[], &[-1.0]);
        let two = graph.doubles(name("two"), &[], &[2.0]);
        let clipped = graph.node("Clip", &[decision, &least, &one], name("clipped"));
        let raised = graph.node("Add", &[&clipped, &one], name("raised"));
        graph.node("Div", &[&raised, &two], name("each"))
    };
    if formula.rows.len() == 1 {
        let other = graph.node("Sub", &[&one, &each], name("other"));
        let axis = vec![Attribute::int("axis", 1)];
        graph.node_with("Concat", &[&other, &each], PROBABILITIES.into(), axis);
        return;
    }
    let axis = graph.integers(name("axis"), &[1], &[1]);
    let sum = graph.node("ReduceSum", &[&each, &axis], name("sum"));
    let zero = graph.doubles(name("zero"), &[], &[0.0]);
    let none = graph.node("Equal", &[&sum, &zero], name("none"));
    // As many as there are class numbers at most.
    let classes = f64::from(u32::try_from(formula.classes.len()).unwrap_or(u32::MAX));
    let alike = graph.doubles(name("alike"), &[], &[1.0 / classes]);
    let shares = graph.node("Div", &[&each, &sum], name("shares"));
    graph.node("Where", &[&none, &alike, &shares], PROBABILITIES.into());
}
