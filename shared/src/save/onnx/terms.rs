//! The terms of the sum, from the inputs on.

use super::graph::{Graph, Name};
use super::names::{DECISION, Names};
use super::proto::{Attribute, Element, Value};
use crate::encode::Side;
use crate::encode::stable::terms::{Factor, NumberInput, Term, WordInput};
use crate::save::formula::Formula;
use crate::schema::MissingNumber;

/// The inputs of a graph and the decision it comes to.
pub(super) struct Sum {
    pub(super) inputs: Vec<Value>,
    pub(super) decision: Name,
}

/// What the inputs became.
struct Writer<'a, 'g> {
    formula: &'a Formula<'a>,
    graph: &'g mut Graph,
    /// The slot of each categorical field: int64, batch.
    slots: Vec<Name>,
    numbers: Vec<Number>,
    /// The axis of the weights' rows.
    axis: Name,
}

/// The values of a numeric field: double, batch × 1.
struct Number {
    /// With the constant for a missing one, if it has one; NaN where the mean stands for it.
    raw: Name,
    scaled: Name,
    /// Whether it is missing, where that is not refused.
    missing: Option<Name>,
}

impl Sum {
    pub(super) fn of(formula: &Formula<'_>, graph: &mut Graph) -> Self {
        let axis = graph.integers("axis/1".to_owned(), &[1], &[1]);
        let mut writer = Writer {
            formula,
            graph,
            slots: Vec::new(),
            numbers: Vec::new(),
            axis,
        };
        let inputs = writer.inputs();
        let mut sum: Option<Name> = None;
        for (place, term) in formula.terms.in_order.iter().enumerate() {
            let term = writer.term(place, term);
            sum = Some(match sum {
                None => term,
                Some(sum) => writer
                    .graph
                    .node("Add", &[&sum, &term], format!("sum/{place}")),
            });
        }
        let decision = writer.decision(&sum.unwrap_or_default());
        Self { inputs, decision }
    }
}

impl Writer<'_, '_> {
    fn inputs(&mut self) -> Vec<Value> {
        let (formula, mut names, mut inputs) = (self.formula, Names::new(), Vec::new());
        let doc = |field: &str| format!("the field {field:?}");
        for field in &formula.terms.words {
            let name = names.give(&field.name);
            inputs.push(Value::rows_of(&name, Element::Text, &[1], doc(&field.name)));
            let slots = self.slots_of(&name, field);
            self.slots.push(slots);
        }
        for field in &formula.terms.numbers {
            let name = names.give(&field.name);
            inputs.push(Value::rows_of(
                &name,
                Element::Double,
                &[1],
                doc(&field.name),
            ));
            let number = self.number(&name, field);
            self.numbers.push(number);
        }
        inputs
    }

    /// Words to slots. Behind the last slot there is no weight, so that the runtime refuses it.
    fn slots_of(&mut self, name: &str, field: &WordInput) -> Name {
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
        let slots = self
            .graph
            .node_with("LabelEncoder", &[name], output, attributes);
        self.graph
            .node("Squeeze", &[&slots, &self.axis], format!("{name}/slot"))
    }

    fn number(&mut self, input: &str, field: &NumberInput) -> Number {
        let graph = &mut *self.graph;
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
        let finite = self.finite(input, &filled);
        let graph = &mut *self.graph;
        let name = |part: &str| format!("{input}/{part}");
        let centred = graph.node("Sub", &[&finite, &mean], name("centred"));
        let scale = graph.doubles(name("scale"), &[], &[field.scale]);
        let scaled = graph.node("Div", &[&centred, &scale], name("scaled"));
        Number {
            raw,
            scaled,
            missing,
        }
    }

    /// The number itself, if it is finite: `x − x` is NaN otherwise, and that is the number 1 in a
    /// list of one.
    fn finite(&mut self, input: &str, number: &str) -> Name {
        let graph = &mut *self.graph;
        let name = |part: &str| format!("{input}/{part}");
        let difference = graph.node("Sub", &[number, number], name("difference"));
        let bad = graph.node("IsNaN", &[&difference], name("is_bad"));
        let place = graph.cast(&bad, Element::Int64, name("place"));
        let zero = graph.doubles(name("nothing"), &[1], &[0.0]);
        let nothing = graph.node("Gather", &[&zero, &place], name("must_be_a_finite_number"));
        graph.node("Add", &[number, &nothing], name("finite"))
    }

    /// What a term adds: double, batch × rows of weights.
    fn term(&mut self, place: usize, term: &Term) -> Name {
        let output = format!("term/{place}");
        match *term {
            Term::Words(field) => {
                let name = format!("{}/must_be_a_known_word", self.input_of(field));
                let slots = 0..self.formula.slots(Factor::Words(field));
                let column = |slot| self.formula.column_of_slot(field, slot);
                let columns: Vec<Option<u32>> = slots.map(column).collect();
                let table = self.table(&output, &columns);
                let slot = self.slots[field].clone();
                self.graph.node("Gather", &[&table, &slot], name)
            }
            Term::Number { number, column } => {
                let scaled = self.numbers[number].scaled.clone();
                self.times(&scaled, output, &[Some(column)])
            }
            Term::Missing { number, column } => {
                let missing = self.numbers[number].missing.clone().unwrap_or_default();
                self.indicator(&missing, output, column)
            }
            Term::Step {
                number,
                side,
                value,
                column,
            } => {
                let raw = self.numbers[number].raw.clone();
                let value = self.graph.doubles(format!("{output}/value"), &[], &[value]);
                let op = match side {
                    Side::Below => "Less",
                    Side::Above => "Greater",
                };
                let holds = self
                    .graph
                    .node(op, &[&raw, &value], format!("{output}/holds"));
                self.indicator(&holds, output, column)
            }
            Term::Product {
                left,
                right,
                right_width,
                start,
            } => self.product((left, right), (start, right_width), output),
        }
    }

    fn input_of(&self, field: usize) -> &str {
        let slot = &self.slots[field];
        slot.strip_suffix("/slot").unwrap_or(slot)
    }

    /// The weights of some columns: columns × rows of weights.
    fn table(&mut self, output: &str, columns: &[Option<u32>]) -> Name {
        let rows = self.formula.rows.len();
        let weight = |column: Option<u32>, row| match column {
            Some(column) => self.formula.weight(row, column),
            None => 0.0,
        };
        let of_column = |&column: &Option<u32>| (0..rows).map(move |row| weight(column, row));
        let weights: Vec<f64> = columns.iter().flat_map(of_column).collect();
        let dims = [columns.len(), rows];
        self.graph
            .doubles(format!("{output}/weights"), &dims, &weights)
    }

    /// A column of numbers times its weights.
    fn times(&mut self, number: &str, output: Name, columns: &[Option<u32>]) -> Name {
        let weights = self.table(&output, columns);
        let number = self.rounded(number, &output);
        self.graph.node("Mul", &[&weights, &number], output)
    }

    /// Features are `f32` under `float32`.
    fn rounded(&mut self, number: &str, output: &str) -> Name {
        if !self.formula.single {
            return number.to_owned();
        }
        let single = self
            .graph
            .cast(number, Element::Float, format!("{output}/single"));
        self.graph
            .cast(&single, Element::Double, format!("{output}/double"))
    }

    fn indicator(&mut self, holds: &str, output: Name, column: u32) -> Name {
        let weights = self.table(&output, &[Some(column)]);
        let one = self
            .graph
            .cast(holds, Element::Double, format!("{output}/indicator"));
        self.graph.node("Mul", &[&weights, &one], output)
    }

    fn product(
        &mut self,
        (left, right): (Factor, Factor),
        place: (u32, u32),
        output: Name,
    ) -> Name {
        let pairs = (0..self.formula.slots(left))
            .flat_map(|a| (0..self.formula.slots(right)).map(move |b| (a, b)));
        let column = |(a, b)| self.formula.column_of_product((left, a), (right, b), place);
        let columns: Vec<Option<u32>> = pairs.map(column).collect();
        match (left, right) {
            (Factor::Number(a), Factor::Number(b)) => {
                let (a, b) = (
                    self.numbers[a].scaled.clone(),
                    self.numbers[b].scaled.clone(),
                );
                let product = self
                    .graph
                    .node("Mul", &[&a, &b], format!("{output}/product"));
                self.times(&product, output, &columns)
            }
            (Factor::Words(field), Factor::Number(number))
            | (Factor::Number(number), Factor::Words(field)) => {
                let table = self.table(&output, &columns);
                let slot = self.slots[field].clone();
                let name = format!("{}/must_be_a_known_word/{output}", self.input_of(field));
                let weights = self.graph.node("Gather", &[&table, &slot], name);
                let scaled = self.numbers[number].scaled.clone();
                let number = self.rounded(&scaled, &output);
                self.graph.node("Mul", &[&weights, &number], output)
            }
            (Factor::Words(a), Factor::Words(b)) => {
                let table = self.table(&output, &columns);
                let width = i64::try_from(self.formula.slots(right)).unwrap_or(i64::MAX);
                let width = self
                    .graph
                    .integers(format!("{output}/width"), &[], &[width]);
                let (first, second) = (self.input_of(a), self.input_of(b));
                let name = format!("{first}_or_{second}/must_be_a_known_word/{output}");
                let (a, b) = (self.slots[a].clone(), self.slots[b].clone());
                let row = self
                    .graph
                    .node("Mul", &[&a, &width], format!("{output}/row"));
                let slot = self
                    .graph
                    .node("Add", &[&row, &b], format!("{output}/slot"));
                self.graph.node("Gather", &[&table, &slot], name)
            }
        }
    }

    fn decision(&mut self, sum: &str) -> Name {
        let formula = self.formula;
        let intercepts: Vec<f64> = formula.rows.iter().map(|row| row.intercept).collect();
        let graph = &mut *self.graph;
        let name = "decision_function/intercept".to_owned();
        let intercept = graph.doubles(name, &[intercepts.len()], &intercepts);
        if formula.threshold == 0.0 {
            return graph.node("Add", &[sum, &intercept], DECISION.to_owned());
        }
        let name = |part: &str| format!("decision_function/{part}");
        let whole = graph.node("Add", &[sum, &intercept], name("whole"));
        let threshold = graph.doubles(name("threshold"), &[], &[formula.threshold]);
        graph.node("Sub", &[&whole, &threshold], DECISION.to_owned())
    }
}
