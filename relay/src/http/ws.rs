//! `/ws`: who may come in, and the upgrade.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{ConnectInfo, State, WebSocketUpgrade};
use axum::http::StatusCode;
use axum::http::header::{HeaderMap, HeaderName, ORIGIN, SEC_WEBSOCKET_PROTOCOL};
use axum::response::{IntoResponse as _, Response};
use shared::wire::{MAX_CLIENT_MESSAGE_BYTES, MAX_FRAME_BYTES, SUBPROTOCOL, SUBPROTOCOL_FAMILY};

use super::{Door, refusal};
use crate::session::{self, Socket};

/// Bytes of buffer a socket has in each direction before anything is sent.
const BUFFER_BYTES: usize = 4096;

pub(super) async fn upgrade(
    State(door): State<Arc<Door>>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    if let Some(refused) = refuse_origin(&door, &headers) {
        return refused;
    }
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(rejection) => {
            let message = format!("this is a WebSocket: {rejection}");
            return refusal(StatusCode::UPGRADE_REQUIRED, "not_a_websocket", &message);
        }
    };
    if let Some(refused) = refuse_protocol(&headers) {
        return refused;
    }
    let admitted = match door.admission.admit(address.ip()) {
        Ok(admitted) => admitted,
        Err(full) => return refusal(full.status(), "full", &full.to_string()),
    };
    let shared = Arc::clone(&door.shared);
    upgrade
        .protocols([SUBPROTOCOL])
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(BUFFER_BYTES)
        // One frame of the largest size fits beside what is left of the one before.
        .max_write_buffer_size(2 * MAX_FRAME_BYTES)
        .max_message_size(MAX_CLIENT_MESSAGE_BYTES)
        .max_frame_size(MAX_CLIENT_MESSAGE_BYTES)
        .on_upgrade(move |socket| async move {
            let limits = shared.limits;
            let socket = Socket::new(socket, limits.stall, limits.messages_per_second);
            session::serve(socket, shared).await;
            drop(admitted);
        })
        .into_response()
}

/// A page that may not connect.
fn refuse_origin(door: &Door, headers: &HeaderMap) -> Option<Response> {
    let origin = headers.get(ORIGIN)?.to_str().unwrap_or("(not text)");
    if door.origins.admits(origin) {
        return None;
    }
    let message = format!(
        "pages of {origin} may not connect here; the relay admits them with --allow-origin {origin}"
    );
    tracing::info!(origin, "refused: origin not allowed");
    Some(refusal(
        StatusCode::FORBIDDEN,
        "origin_not_allowed",
        &message,
    ))
}

/// A client that speaks another protocol, or another version.
fn refuse_protocol(headers: &HeaderMap) -> Option<Response> {
    let offered = tokens(headers, &SEC_WEBSOCKET_PROTOCOL);
    if offered.iter().any(|name| name == SUBPROTOCOL) {
        return None;
    }
    let is_other_version = offered
        .iter()
        .any(|name| name.starts_with(SUBPROTOCOL_FAMILY));
    let code = if is_other_version {
        "unsupported_version"
    } else {
        "subprotocol_missing"
    };
    let offered = if offered.is_empty() {
        "none".to_owned()
    } else {
        offered.join(", ")
    };
    let message = format!(
        "the relay speaks the WebSocket subprotocol {SUBPROTOCOL}; the client offers {offered}"
    );
    Some(refusal(StatusCode::BAD_REQUEST, code, &message))
}

/// The comma-separated tokens of a header, over all its lines.
fn tokens(headers: &HeaderMap, name: &HeaderName) -> Vec<String> {
    let lines = headers
        .get_all(name)
        .iter()
        .filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(','))
        .map(|token| token.trim().to_owned())
        .collect()
}
