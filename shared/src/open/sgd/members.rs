//! The attributes of a classifier, taken one by one: what nobody takes is refused by its name.

use std::collections::BTreeMap;

use crate::open::OpenError;
use crate::open::array::{Array, Plain};
use crate::open::pickle::{Class, Id, Tree, Value};

/// The attributes that were not taken yet.
pub(super) struct Members<'t> {
    pub(super) tree: &'t Tree<'t>,
    left: BTreeMap<&'t str, Id>,
    /// Where the classifier began.
    offset: usize,
}

impl<'t> Members<'t> {
    /// Those of the classifier that was pickled.
    pub(super) fn of(tree: &'t Tree<'t>, root: Id) -> Result<Self, OpenError> {
        let offset = tree.offset(root);
        let Value::Made {
            class: Class::SgdClassifier,
            state,
            ..
        } = *tree.get(root)
        else {
            let found = tree.get(root).kind();
            let problem = format!("the file holds {found}, an SGDClassifier is needed");
            return Err(OpenError::at(offset, problem));
        };
        let Some(Value::Dict(items)) = state.map(|state| tree.get(state)) else {
            return Err(OpenError::at(offset, "a classifier without attributes"));
        };
        let mut left = BTreeMap::new();
        for &(key, value) in items {
            let Value::Text(name) = tree.get(key) else {
                let problem = "an attribute's name must be a text";
                return Err(OpenError::at(tree.offset(key), problem));
            };
            if left.insert(*name, value).is_some() {
                let problem = "the classifier has this attribute twice";
                return Err(OpenError::at(tree.offset(key), problem).of_part(&short(name)));
            }
        }
        Ok(Self { tree, left, offset })
    }

    /// An attribute, if there is one of this name.
    pub(super) fn find(&mut self, name: &str) -> Option<Id> {
        self.left.remove(name)
    }

    /// An attribute that stays to be taken.
    pub(super) fn peek(&self, name: &str) -> Option<Id> {
        self.left.get(name).copied()
    }

    /// Whether an attribute of this name is left.
    pub(super) fn has(&self, name: &str) -> bool {
        self.left.contains_key(name)
    }

    /// An attribute that must be there.
    pub(super) fn need(&mut self, name: &str) -> Result<Id, OpenError> {
        let problem = "the classifier does not have this attribute";
        self.find(name)
            .ok_or_else(|| OpenError::at(self.offset, problem).of_part(name))
    }

    /// An attribute that is no container.
    pub(super) fn plain(&mut self, name: &str) -> Result<(Plain<'t>, Id), OpenError> {
        let id = self.need(name)?;
        let plain = Plain::of(self.tree, id).map_err(|error| error.of_part(name))?;
        Ok((plain, id))
    }

    /// An attribute that is an array.
    pub(super) fn array(&mut self, name: &str) -> Result<(Array<'t>, Id), OpenError> {
        let id = self.need(name)?;
        let array = Array::of(self.tree, id).map_err(|error| error.of_part(name))?;
        Ok((array, id))
    }

    /// Leaves attributes aside that the next partial fit makes anew, or that it does not use.
    pub(super) fn pass_over(&mut self, names: &[&str]) {
        for name in names {
            self.left.remove(*name);
        }
    }

    /// Nothing may be left.
    pub(super) fn end(&self) -> Result<(), OpenError> {
        match self.left.iter().next() {
            None => Ok(()),
            Some((name, id)) => {
                let problem = "not an attribute of an SGDClassifier that is known here; \
                    delete it and save the classifier again";
                Err(self.fault(&short(name), *id, problem))
            }
        }
    }

    /// What is wrong with an attribute.
    pub(super) fn fault(&self, name: &str, id: Id, problem: impl Into<String>) -> OpenError {
        OpenError::at(self.tree.offset(id), problem).of_part(name)
    }
}

/// A name for a message: printable, and not longer than a line.
fn short(name: &str) -> String {
    name.escape_debug().take(80).collect()
}
