//! The door: routes, who may come in, and the page's files.

mod csp;
mod limits;
mod origin;
mod page;
mod ws;

use std::future::IntoFuture as _;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use serde_json::json;
use tokio::net::TcpListener;

pub use self::limits::{Admission, ClientLimits};
pub use self::origin::{Origin, OriginRule};
pub use self::page::Page;
use crate::session::Shared;

/// Sessions have this long to say goodbye when the relay ends.
const FAREWELL_LIMIT: Duration = Duration::from_secs(3);

/// What the door needs.
pub struct Door {
    /// What sessions share.
    pub shared: Arc<Shared>,
    /// Which pages may connect.
    pub origins: OriginRule,
    /// How many clients there may be.
    pub admission: Arc<Admission>,
}

/// Answers on the listener until the shutdown flag of the sessions is set.
pub async fn serve(listener: TcpListener, door: Arc<Door>, page: Page) -> io::Result<()> {
    let mut shutdown = door.shared.shutdown.clone();
    let admission = Arc::clone(&door.admission);
    let routes = routes(door, page).into_make_service_with_connect_info::<SocketAddr>();
    let is_over = async move {
        // The sender ends with the program.
        let _ = shutdown.wait_for(|is_over| *is_over).await;
    };
    let mut over = Box::pin(is_over);
    let server = axum::serve(listener, routes);
    tokio::select! {
        result = server.into_future() => result,
        () = &mut over => {
            let _ = tokio::time::timeout(FAREWELL_LIMIT, admission.all_gone()).await;
            Ok(())
        }
    }
}

fn routes(door: Arc<Door>, page: Page) -> Router {
    Router::new()
        .route(shared::wire::PATH, any(ws::upgrade))
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .with_state(door)
        .fallback_service(page.into_router())
}

/// The process is there and answers.
async fn healthz() -> &'static str {
    "ok\n"
}

/// Records can be had.
async fn readyz(State(door): State<Arc<Door>>) -> Response {
    let problems = door.shared.ends.problems();
    if problems.is_empty() {
        return "ready\n".into_response();
    }
    let problems: Vec<_> = problems
        .into_iter()
        .map(|(topic, problem)| json!({ "topic": topic, "problem": problem }))
        .collect();
    (
        StatusCode::SERVICE_UNAVAILABLE,
        Json(json!({ "problems": problems })),
    )
        .into_response()
}

/// A refusal before the upgrade: a status, and a body that a program can read.
fn refusal(status: StatusCode, code: &str, message: &str) -> Response {
    let body = json!({ "error": { "code": code, "message": message } });
    (status, Json(body)).into_response()
}
