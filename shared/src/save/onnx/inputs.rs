//! The inputs of a graph, and what is made of them before anything is added up.

use super::graph::{Graph, Name};
use super::names::Names;
use super::proto::{Attribute, Element, Value};
use crate::encode::stable::terms::{NumberInput, WordInput};
use crate::save::formula::Formula;
use crate::schema::MissingNumber;

/// The inputs and what they became.
#[derive(Default)]
pub(super) struct Inputs {
    pub(super) values: Vec<Value>,
    /// The slot of each categorical field: int64, batch.
    pub(super) slots: Vec<Name>,
    pub(super) numbers: Vec<Number>,
}

/// The values of a numeric field: double, batch × 1.
pub(super) struct Number {
    /// With the constant for a missing one, if it has one; NaN where the mean stands for it.
    pub(super) raw: Name,
    pub(super) scaled: Name,
    /// Whether it is missing, where that is not refused.
    pub(super) missing: Option<Name>,
}

impl Inputs {
    pub(super) fn of(formula: &Formula<'_>, graph: &mut Graph) -> Self {
        let axis = graph.integers("axis/1".to_owned(), &[1], &[1]);
        let mut names = Names::new();
        let mut inputs = Self::default();
        let doc = |field: &str| format!("the field {field:?}");
        for field in &formula.terms.words {
            let name = names.give(&field.name);
            let value = Value::rows_of(&name, Element::Text, &[1], doc(&field.name));
            inputs.values.push(value);
            inputs.slots.push(slots_of(graph, &name, field, &axis));
        }
        for field in &formula.terms.numbers {
            let name = names.give(&field.name);
            let value = Value::rows_of(&name, Element::Double, &[1], doc(&field.name));
            inputs.values.push(value);
            inputs.numbers.push(Number::of(graph, &name, field));
        }
        inputs
    }
}

/// Words to slots. Behind the last slot there is no weight, so that the runtime refuses it.
fn slots_of(graph: &mut Graph, name: &str, field: &WordInput, axis: &str) -> Name {
    let place = |slot: usize| i64::try_from(slot).unwrap_or(i64::MAX);
    let mut words: Vec<&str> = field.words.iter().map(String::as_str).collect();
    let mut slots: Vec<i64> = (0..words.len()).map(place).collect();
    if let Some(missing) = field.missing
        && !words.contains(&"")
    {
        words.push("");
        slots.push(place(missing));
    }
    if words.is_empty() {
        // A list of keys may not be empty; this one says what every other word says.
        words.push("");
        slots.push(place(field.unknown.unwrap_or(field.columns.len())));
    }
    let unknown = place(field.unknown.unwrap_or(field.columns.len()));
    let attributes = vec![
        Attribute::strings("keys_strings", words.into_iter()),
        Attribute::ints("values_int64s", slots),
        Attribute::int("default_int64", unknown),
    ];
    let output = format!("{name}/slots");
    let slots = graph.node_with("LabelEncoder", &[name], output, attributes);
    graph.node("Squeeze", &[&slots, axis], format!("{name}/slot"))
}

impl Number {
    fn of(graph: &mut Graph, input: &str, field: &NumberInput) -> Self {
        let name = |part: &str| format!("{input}/{part}");
        let mean = graph.doubles(name("mean"), &[], &[field.mean]);
        let (raw, filled, missing) = match field.missing {
            MissingNumber::Error => (input.to_owned(), input.to_owned(), None),
            MissingNumber::Constant(constant) => {
                let missing = graph.node("IsNaN", &[input], name("missing"));
                let constant = graph.doubles(name("constant"), &[], &[constant]);
                let filled = graph.node("Where", &[&missing, &constant, input], name("filled"));
                (filled.clone(), filled, Some(missing))
            }
            MissingNumber::Mean => {
                let missing = graph.node("IsNaN", &[input], name("missing"));
                let filled = graph.node("Where", &[&missing, &mean, input], name("filled"));
                (input.to_owned(), filled, Some(missing))
            }
        };
        let finite = finite(graph, input, &filled);
        let centred = graph.node("Sub", &[&finite, &mean], name("centred"));
        let scale = graph.doubles(name("scale"), &[], &[field.scale]);
        let scaled = graph.node("Div", &[&centred, &scale], name("scaled"));
        Self {
            raw,
            scaled,
            missing,
        }
    }
}

/// The number itself, if it is finite: `x − x` is NaN otherwise, and that is the number 1 in a
/// list of one.
fn finite(graph: &mut Graph, input: &str, number: &str) -> Name {
    let name = |part: &str| format!("{input}/{part}");
    let difference = graph.node("Sub", &[number, number], name("difference"));
    let bad = graph.node("IsNaN", &[&difference], name("is_bad"));
    let place = graph.cast(&bad, Element::Int64, name("place"));
    let zero = graph.doubles(name("nothing"), &[1], &[0.0]);
    let nothing = graph.node("Gather", &[&zero, &place], name("must_be_a_finite_number"));
    graph.node("Add", &[number, &nothing], name("finite"))
}
