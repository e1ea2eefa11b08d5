//! A strict reader of the part of Python's pickles in which joblib and `pickle` keep a classifier.
//!
//! A pickle is a program for a small stack machine, and Python's own reader runs it: it imports what
//! is named and calls what it is told to. Here the same program only builds a [`Tree`] of values.
//! A class is a name and a call is a note of what would be called, and both are allowed for
//! [few names](class::Class) only. Every other name, and every opcode that no classifier needs, is
//! refused with its offset.
//!
//! joblib puts an array's bytes right behind the object that describes it, in the middle of the
//! pickle, and for an array of objects another whole pickle.
//!
//! **Memory** is bounded by the file: every step reads at least one byte and keeps at most
//! [`STEP_BYTES`], texts and arrays stay where they are in the file, and there are at most
//! [`MAX_STEPS`] steps.
//!
//! Sources: Python's `pickletools`, which says what every opcode does; joblib's `numpy_pickle.py`.

mod build;
mod class;
mod input;
mod op;
mod stack;
mod value;

pub(super) use class::Class;
pub(super) use value::{Id, Tree, Value};

use std::collections::BTreeMap;

use super::error::OpenError;
use input::Input;

/// Most steps of a pickle. A model of a million named features takes two million.
pub const MAX_STEPS: u32 = 1 << 22;

/// Most bytes of memory that one step takes: a value, its places on the stack, in a container and
/// in the memo, each in memory that may have doubled just before.
pub const STEP_BYTES: usize = 384;

/// The newest protocol there is.
const NEWEST_PROTOCOL: u8 = 5;

/// The oldest protocol that is read: those before it call classes by opcodes of their own.
const OLDEST_PROTOCOL: u8 = 2;

/// Reads a whole file: its values, and which of them is the pickled one.
pub(super) fn read(bytes: &[u8]) -> Result<(Tree<'_>, Id), OpenError> {
    let mut reader = Reader {
        input: Input::new(bytes),
        tree: Tree::new(bytes.len()),
        steps: 0,
    };
    let root = Machine::new(&mut reader, true).run()?;
    match reader.input.left() {
        0 => Ok((reader.tree, root)),
        left => {
            let problem = format!("{left} bytes behind the end of the pickle");
            Err(OpenError::at(reader.input.at(), problem))
        }
    }
}

/// What a pickle and those inside it share.
struct Reader<'a> {
    input: Input<'a>,
    tree: Tree<'a>,
    steps: u32,
}

/// One pickle on its way.
struct Machine<'a, 'r> {
    reader: &'r mut Reader<'a>,
    stack: Vec<Id>,
    /// Heights of the stack at the open marks.
    marks: Vec<usize>,
    memo: BTreeMap<u32, Id>,
    /// Whether arrays may follow their wrappers; not in a pickle inside.
    is_outer: bool,
    /// Offset of the step's opcode.
    at: usize,
}

impl<'a, 'r> Machine<'a, 'r> {
    fn new(reader: &'r mut Reader<'a>, is_outer: bool) -> Self {
        Self {
            reader,
            stack: Vec::new(),
            marks: Vec::new(),
            memo: BTreeMap::new(),
            is_outer,
            at: 0,
        }
    }

    fn run(mut self) -> Result<Id, OpenError> {
        self.protocol()?;
        loop {
            self.at = self.reader.input.at();
            self.reader.steps += 1;
            if self.reader.steps > MAX_STEPS {
                return Err(self.fault(format!("more than {MAX_STEPS} steps")));
            }
            let op = self.reader.input.byte("an opcode")?;
            if op == op::STOP {
                return self.stop();
            }
            self.step(op)?;
        }
    }

    fn protocol(&mut self) -> Result<(), OpenError> {
        self.at = self.reader.input.at();
        let op = self.reader.input.byte("a pickle")?;
        if op != op::PROTO {
            return Err(self.fault("no pickle of protocol 2 or later begins here"));
        }
        let protocol = self.reader.input.byte("the protocol")?;
        if !(OLDEST_PROTOCOL..=NEWEST_PROTOCOL).contains(&protocol) {
            let problem = format!(
                "a pickle of protocol {protocol}: {OLDEST_PROTOCOL} to {NEWEST_PROTOCOL} are opened"
            );
            return Err(self.fault(problem));
        }
        Ok(())
    }

    fn stop(&mut self) -> Result<Id, OpenError> {
        let root = self.pop()?;
        if self.stack.is_empty() && self.marks.is_empty() {
            Ok(root)
        } else {
            Err(self.fault("the pickle ends with values that belong to nothing"))
        }
    }

    fn fault(&self, problem: impl Into<String>) -> OpenError {
        OpenError::at(self.at, problem)
    }

    fn step(&mut self, op: u8) -> Result<(), OpenError> {
        if let Some(value) = self.plain(op)? {
            self.push(value);
            return Ok(());
        }
        match op {
            op::FRAME => self.frame(),
            op::MARK => {
                self.marks.push(self.stack.len());
                Ok(())
            }
            op::APPEND | op::APPENDS => self.append(op == op::APPEND),
            op::SETITEM | op::SETITEMS => self.set_items(op == op::SETITEM),
            op::NEWOBJ | op::REDUCE => self.make(op == op::NEWOBJ),
            op::BUILD => self.build(),
            op::BINGET | op::LONG_BINGET => self.get(op),
            op::BINPUT => {
                let number = self.reader.input.byte("a number")?;
                self.put(number.into())
            }
            op::LONG_BINPUT => {
                let number = self.reader.input.array("a number")?;
                self.put(u32::from_le_bytes(number))
            }
            op::MEMOIZE => {
                // Never more than there are steps.
                self.put(u32::try_from(self.memo.len()).unwrap_or(u32::MAX))
            }
            other => Err(self.fault(op::refusal(other))),
        }
    }

    /// The value of an opcode that needs nothing but bytes, or the top of the stack.
    fn plain(&mut self, op: u8) -> Result<Option<Value<'a>>, OpenError> {
        let input = &mut self.reader.input;
        Ok(Some(match op {
            op::NONE => Value::None,
            op::NEWTRUE | op::NEWFALSE => Value::Bool(op == op::NEWTRUE),
            op::BININT1 => Value::Int(input.byte("a number")?.into()),
            op::BININT2 => Value::Int(u16::from_le_bytes(input.array("a number")?).into()),
            op::BININT => Value::Int(i32::from_le_bytes(input.array("a number")?).into()),
            op::LONG1 => Value::Int(self.long()?),
            op::BINFLOAT => Value::Float(f64::from_be_bytes(input.array("a number")?)),
            op::SHORT_BINUNICODE => self.text::<1>()?,
            op::BINUNICODE => self.text::<4>()?,
            op::BINUNICODE8 => self.text::<8>()?,
            op::SHORT_BINBYTES => self.bytes::<1>()?,
            op::BINBYTES => self.bytes::<4>()?,
            op::BINBYTES8 | op::BYTEARRAY8 => self.bytes::<8>()?,
            op::EMPTY_LIST => Value::List(Vec::new()),
            op::EMPTY_DICT => Value::Dict(Vec::new()),
            op::EMPTY_TUPLE => Value::Tuple(Vec::new()),
            op::TUPLE1 | op::TUPLE2 | op::TUPLE3 => {
                let length = usize::from(op - op::TUPLE1) + 1;
                Value::Tuple(self.last(length)?)
            }
            op::TUPLE => Value::Tuple(self.since_mark()?),
            op::GLOBAL => {
                let module = input.line()?;
                let name = input.line()?;
                self.class(module, name)?
            }
            op::STACK_GLOBAL => {
                let (name, module) = (self.popped_text()?, self.popped_text()?);
                self.class(module, name)?
            }
            _ => return Ok(None),
        }))
    }

    /// A whole number of up to 8 bytes in two's complement.
    fn long(&mut self) -> Result<i64, OpenError> {
        let length = usize::from(self.reader.input.byte("a number")?);
        if length > 8 {
            return Err(self.fault(format!("a whole number of {length} bytes: 8 are enough")));
        }
        let bytes = self.reader.input.take(length, "a number")?;
        let is_negative = bytes.last().is_some_and(|&byte| byte >= 0x80);
        let mut wide = if is_negative { [0xff; 8] } else { [0; 8] };
        wide[..length].copy_from_slice(bytes);
        Ok(i64::from_le_bytes(wide))
    }

    fn text<const N: usize>(&mut self) -> Result<Value<'a>, OpenError> {
        let length = self.reader.input.length::<N>("a text")?;
        Ok(Value::Text(self.reader.input.text(length)?))
    }

    fn bytes<const N: usize>(&mut self) -> Result<Value<'a>, OpenError> {
        let length = self.reader.input.length::<N>("bytes")?;
        Ok(Value::Bytes(self.reader.input.take(length, "bytes")?))
    }

    /// A frame says how much is to be read at once, which here is all in memory.
    fn frame(&mut self) -> Result<(), OpenError> {
        let length = self.reader.input.length::<8>("a frame")?;
        let left = self.reader.input.left();
        if length > left {
            let problem = format!("the file ends early: a frame has {length} bytes, {left} follow");
            return Err(self.fault(problem));
        }
        Ok(())
    }

    fn class(&self, module: &str, name: &str) -> Result<Value<'a>, OpenError> {
        match Class::of(module, name) {
            // An array behind its wrapper stands in joblib's own pickle only.
            Some(Class::ArrayWrapper) if !self.is_outer => {
                Err(self.fault("joblib's array in an array of objects"))
            }
            Some(class) => Ok(Value::Class(class)),
            None => Err(self.fault(class::refusal(module, name))),
        }
    }
}
