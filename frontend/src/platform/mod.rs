//! Everything that touches the browser: no other folder uses `web-sys` beyond the events and
//! elements that its components are made of.

mod clock;
mod database;
mod directory;
mod download;
mod drawing;
mod files;
mod frames;
mod immediate;
mod locks;
mod page;
mod scope;
mod size;
mod socket;
mod theme;
mod worker;

pub(crate) use clock::{date_millis, now_millis, random_u32, random_u64};
pub(crate) use database::{Change, Database, StorageError};
pub(crate) use directory::{Directory, DirectoryError, can_choose_directory};
pub(crate) use download::download;
pub(crate) use drawing::png;
pub(crate) use files::Chosen;
pub(crate) use frames::{Frame, next_frame};
pub(crate) use immediate::Immediate;
pub(crate) use locks::{Asked, Lock, held_locks, lock};
pub(crate) use page::{Page, own_relay, show_parameters};
pub(crate) use scope::{on_directory, on_message, on_panic, post};
pub(crate) use size::{SizeObserver, is_phone};
pub(crate) use socket::{Socket, SocketEvent};
pub(crate) use theme::{Theme, color, on_system_theme_change};
pub(crate) use worker::WorkerPort;
