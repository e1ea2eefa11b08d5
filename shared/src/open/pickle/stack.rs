//! The stack of a pickle's machine.

use super::{Id, Machine, Value};
use crate::open::OpenError;

impl<'a> Machine<'a, '_> {
    pub(super) fn push(&mut self, value: Value<'a>) {
        let id = self.reader.tree.push(value, self.at);
        self.stack.push(id);
    }

    /// Values above this height belong to what is being built now.
    fn floor(&self) -> usize {
        self.marks.last().copied().unwrap_or_default()
    }

    pub(super) fn pop(&mut self) -> Result<Id, OpenError> {
        self.last(1).map(|last| last[0])
    }

    /// The top of the stack, which stays there.
    pub(super) fn top(&self) -> Result<Id, OpenError> {
        let top = self.stack.get(self.floor()..).and_then(<[Id]>::last);
        top.copied()
            .ok_or_else(|| self.fault("there is no value on the stack"))
    }

    /// The last values, taken from the stack.
    pub(super) fn last(&mut self, length: usize) -> Result<Vec<Id>, OpenError> {
        let have = self.stack.len() - self.floor();
        if have < length {
            let problem = format!("{length} values are needed on the stack, there are {have}");
            return Err(self.fault(problem));
        }
        Ok(self.taken(self.stack.len() - length))
    }

    /// The values from this height on, taken from the stack, in memory of their own size.
    fn taken(&mut self, from: usize) -> Vec<Id> {
        self.stack.drain(from..).collect()
    }

    pub(super) fn since_mark(&mut self) -> Result<Vec<Id>, OpenError> {
        let mark = self.marks.pop();
        let mark = mark.ok_or_else(|| self.fault("there is no mark on the stack"))?;
        Ok(self.taken(mark))
    }

    pub(super) fn popped_text(&mut self) -> Result<&'a str, OpenError> {
        let id = self.pop()?;
        match self.reader.tree.get(id) {
            Value::Text(text) => Ok(text),
            other => Err(self.fault(format!("a name is needed, not {}", other.kind()))),
        }
    }
}
