//! What the steps of a pickle put together: lists, dicts, notes of what would be called, arrays.

use super::{Class, Id, Machine, Value, op};
use crate::open::{OpenError, array};

impl Machine<'_, '_> {
    pub(super) fn append(&mut self, one: bool) -> Result<(), OpenError> {
        let items = if one {
            self.last(1)?
        } else {
            self.since_mark()?
        };
        let target = self.top()?;
        match self.reader.tree.get_mut(target) {
            Value::List(list) => {
                list.extend(items);
                Ok(())
            }
            other => {
                let problem = format!("only a list takes items, not {}", other.kind());
                Err(self.fault(problem))
            }
        }
    }

    pub(super) fn set_items(&mut self, one: bool) -> Result<(), OpenError> {
        let items = if one {
            self.last(2)?
        } else {
            self.since_mark()?
        };
        let (pairs, rest) = items.as_chunks::<2>();
        if !rest.is_empty() {
            return Err(self.fault("a key without a value"));
        }
        let target = self.top()?;
        match self.reader.tree.get_mut(target) {
            Value::Dict(dict) => {
                dict.extend(pairs.iter().map(|&[key, value]| (key, value)));
                Ok(())
            }
            other => {
                let problem = format!("only a dict takes keys and values, not {}", other.kind());
                Err(self.fault(problem))
            }
        }
    }

    /// Notes what would be made.
    pub(super) fn make(&mut self, is_object: bool) -> Result<(), OpenError> {
        let arguments = self.pop()?;
        let called = self.pop()?;
        let tree = &self.reader.tree;
        let Value::Class(class) = *tree.get(called) else {
            let problem = format!(
                "only a class can be called, not {}",
                tree.get(called).kind()
            );
            return Err(self.fault(problem));
        };
        let Value::Tuple(values) = tree.get(arguments) else {
            let problem = format!(
                "arguments must be a tuple, not {}",
                tree.get(arguments).kind()
            );
            return Err(self.fault(problem));
        };
        let allowed = if is_object {
            class.is_object() && values.is_empty()
        } else {
            class.is_called()
        };
        if !allowed {
            let problem = format!("{} is not made this way", class.makes());
            return Err(self.fault(problem));
        }
        self.push(Value::Made {
            class,
            arguments,
            state: None,
        });
        Ok(())
    }

    pub(super) fn build(&mut self) -> Result<(), OpenError> {
        let new_state = self.pop()?;
        let target = self.top()?;
        let class = match self.reader.tree.get_mut(target) {
            Value::Made { class, state, .. } if class.has_state() && state.is_none() => {
                *state = Some(new_state);
                *class
            }
            other => {
                let problem = format!("{} takes no state here", other.kind());
                return Err(self.fault(problem));
            }
        };
        if class == Class::ArrayWrapper {
            self.pop()?;
            self.array(target)?;
        }
        Ok(())
    }

    /// The array that stands behind its wrapper.
    fn array(&mut self, wrapper: Id) -> Result<(), OpenError> {
        let described = array::Wrapper::of(&self.reader.tree, wrapper)?;
        let value = if described.holds_objects() {
            Value::Objects(Machine::new(self.reader, false).run()?)
        } else {
            if described.is_padded {
                let padding = self.reader.input.length::<1>("an array's padding")?;
                self.reader.input.take(padding, "an array's padding")?;
            }
            let bytes = described.bytes;
            Value::Array {
                wrapper,
                data: self.reader.input.take(bytes, "an array")?,
            }
        };
        self.push(value);
        Ok(())
    }

    pub(super) fn get(&mut self, op: u8) -> Result<(), OpenError> {
        let number = if op == op::BINGET {
            self.reader.input.byte("a number")?.into()
        } else {
            u32::from_le_bytes(self.reader.input.array("a number")?)
        };
        let found = self.memo.get(&number).copied();
        let id = found.ok_or_else(|| self.fault(format!("nothing is remembered as {number}")))?;
        self.stack.push(id);
        Ok(())
    }

    pub(super) fn put(&mut self, number: u32) -> Result<(), OpenError> {
        let top = self.top()?;
        self.memo.insert(number, top);
        Ok(())
    }
}
