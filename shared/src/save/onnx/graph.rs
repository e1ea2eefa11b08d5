//! A graph as it grows: nodes, each named after its one output, and constants.

use super::proto::{Attribute, Element, Node, Tensor};

/// The domain of the operators for words.
pub(super) const ML: &str = "ai.onnx.ml";

/// Nodes in the order in which they can run, and the constants they use.
#[derive(Debug, Default)]
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    pub(super) constants: Vec<Tensor>,
}

/// The name of a value.
pub(super) type Name = String;

impl Graph {
    /// A node with one output of the same name.
    pub(super) fn node(&mut self, op: &str, inputs: &[&str], output: Name) -> Name {
        self.node_with(op, inputs, output, Vec::new())
    }

    pub(super) fn node_with(
        &mut self,
        op: &str,
        inputs: &[&str],
        output: Name,
        attribute: Vec<Attribute>,
    ) -> Name {
        self.nodes.push(Node {
            input: inputs.iter().map(|&input| input.to_owned()).collect(),
            output: vec![output.clone()],
            name: output.clone(),
            op_type: op.to_owned(),
            attribute,
            domain: if op == "LabelEncoder" { ML } else { "" }.to_owned(),
        });
        output
    }

    /// The same numbers in another width.
    pub(super) fn cast(&mut self, input: &str, to: Element, output: Name) -> Name {
        let to = vec![Attribute::int("to", to as i64)];
        self.node_with("Cast", &[input], output, to)
    }

    /// A constant of doubles.
    pub(super) fn doubles(&mut self, name: Name, dims: &[usize], values: &[f64]) -> Name {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes());
        self.constant(name, dims, Element::Double, bytes.collect())
    }

    /// A constant of whole numbers.
    pub(super) fn integers(&mut self, name: Name, dims: &[usize], values: &[i64]) -> Name {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes());
        self.constant(name, dims, Element::Int64, bytes.collect())
    }

    /// A constant of `true` and `false`.
    pub(super) fn booleans(&mut self, name: Name, values: &[bool]) -> Name {
        let bytes = values.iter().map(|&value| u8::from(value)).collect();
        self.constant(name, &[values.len()], Element::Bool, bytes)
    }

    /// A constant of words.
    pub(super) fn texts<'a>(&mut self, name: Name, values: impl Iterator<Item = &'a str>) -> Name {
        let words: Vec<Vec<u8>> = values.map(|value| value.as_bytes().to_vec()).collect();
        self.constants.push(Tensor {
            dims: dims_of(&[words.len()]),
            data_type: Element::Text as i32,
            string_data: words,
            name: name.clone(),
            raw_data: None,
        });
        name
    }

    fn constant(&mut self, name: Name, dims: &[usize], element: Element, raw: Vec<u8>) -> Name {
        self.constants.push(Tensor {
            dims: dims_of(dims),
            data_type: element as i32,
            string_data: Vec::new(),
            name: name.clone(),
            raw_data: Some(raw),
        });
        name
    }
}

fn dims_of(dims: &[usize]) -> Vec<i64> {
    let size = |&size: &usize| i64::try_from(size).unwrap_or(i64::MAX);
    dims.iter().map(size).collect()
}
