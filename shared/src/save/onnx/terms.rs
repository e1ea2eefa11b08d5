//! The terms of the sum, one node after the other.

use super::graph::{Graph, Name};
use super::inputs::Inputs;
use super::names::DECISION;
use super::proto::{Element, Value};
use crate::encode::Side;
use crate::encode::stable::terms::{Factor, Term};
use crate::save::formula::Formula;

/// The inputs of a graph and the decision it comes to.
pub(super) struct Sum {
    pub(super) inputs: Vec<Value>,
    pub(super) decision: Name,
}

struct Writer<'a, 'g> {
    formula: &'a Formula<'a>,
    graph: &'g mut Graph,
    inputs: Inputs,
}

impl Sum {
    pub(super) fn of(formula: &Formula<'_>, graph: &mut Graph) -> Self {
        let inputs = Inputs::of(formula, graph);
        let mut writer = Writer {
            formula,
            graph,
            inputs,
        };
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
        Self {
            inputs: writer.inputs.values,
            decision,
        }
    }
}

impl Writer<'_, '_> {
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
                let slot = self.inputs.slots[field].clone();
                self.graph.node("Gather", &[&table, &slot], name)
            }
            Term::Number { number, column } => {
                let scaled = self.inputs.numbers[number].scaled.clone();
                self.times(&scaled, output, &[Some(column)])
            }
            Term::Missing { number, column } => {
                let missing = self.inputs.numbers[number]
                    .missing
                    .clone()
                    .unwrap_or_default();
                self.indicator(&missing, output, column)
            }
            Term::Step {
                number,
                side,
                value,
                column,
            } => {
                let raw = self.inputs.numbers[number].raw.clone();
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
        let slot = &self.inputs.slots[field];
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
                    self.inputs.numbers[a].scaled.clone(),
                    self.inputs.numbers[b].scaled.clone(),
                );
                let product = self
                    .graph
                    .node("Mul", &[&a, &b], format!("{output}/product"));
                self.times(&product, output, &columns)
            }
            (Factor::Words(field), Factor::Number(number))
            | (Factor::Number(number), Factor::Words(field)) => {
                let table = self.table(&output, &columns);
                let slot = self.inputs.slots[field].clone();
                let name = format!("{}/must_be_a_known_word/{output}", self.input_of(field));
                let weights = self.graph.node("Gather", &[&table, &slot], name);
                let scaled = self.inputs.numbers[number].scaled.clone();
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
                let (a, b) = (self.inputs.slots[a].clone(), self.inputs.slots[b].clone());
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
