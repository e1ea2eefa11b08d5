//! Everything that touches the browser: no other folder uses `web-sys` beyond the events and
//! elements that its components are made of.

mod clock;
mod download;
mod drawing;
mod frames;
mod immediate;
mod page;
mod scope;
mod size;
mod socket;
mod theme;
mod worker;

pub(crate) use clock::{now_millis, random_u32, random_u64};
pub(crate) use download::download;
pub(crate) use drawing::png;
pub(crate) use frames::{Frame, next_frame};
pub(crate) use immediate::Immediate;
pub(crate) use page::{Page, own_relay};
pub(crate) use scope::{on_message, on_panic, post};
pub(crate) use size::{SizeObserver, is_phone};
pub(crate) use socket::{Socket, SocketEvent};
pub(crate) use theme::{Theme, color, on_system_theme_change};
pub(crate) use worker::WorkerPort;
