//! What the page knows, and how it changes. Nothing in here touches the browser, so all of it is
//! tested natively.

mod form;
mod format;
mod groups;
mod intent;
mod query;
mod relay_url;
mod run;
mod weight_scale;

pub(crate) use form::{Form, FormError, SourceKind};
pub(crate) use format::{accuracy, ago, bytes, count, decimals, per_second, plural, signed};
pub(crate) use groups::{Group, alone, groups, pairs};
pub(crate) use intent::{Intent, begins_anew, plan};
pub(crate) use query::{Opening, read as read_query, write as write_query};
pub(crate) use relay_url::relay_url;
pub(crate) use run::{Action, RunState};
pub(crate) use weight_scale::weight_scale;
