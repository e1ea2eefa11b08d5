//! The page's files: types, caching, compression, and the security headers. They may be absent,
//! and may be built anew while the relay runs.

use std::path::{Path, PathBuf};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::services::ServeDir;

use super::csp;

/// Files whose names hold their content's hash never change.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// All others are asked for again every time, and mostly answered with "not modified".
const ASK_AGAIN: &str = "no-cache";

/// Where the page's files are.
#[derive(Clone, Debug)]
pub struct Page {
    folder: PathBuf,
}

impl Page {
    /// The page in this folder.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The page where it is by default: `dist` in the working directory, else beside the program.
    #[must_use]
    pub fn find() -> Self {
        let here = PathBuf::from("dist");
        let beside = std::env::current_exe()
            .ok()
            .and_then(|program| Some(program.parent()?.join("dist")));
        match beside {
            Some(beside)
                if !here.join("index.html").is_file() && beside.join("index.html").is_file() =>
            {
                Self::new(beside)
            }
            _ => Self::new(here),
        }
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether it has been built.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.index_file().is_file()
    }

    fn index_file(&self) -> PathBuf {
        self.folder.join("index.html")
    }

    pub(super) fn into_router(self) -> Router {
        let files = ServeDir::new(&self.folder).append_index_html_on_directories(false);
        let compression = CompressionLayer::new()
            .br(true)
            .gzip(true)
            .quality(CompressionLevel::Precise(6));
        Router::new()
            .route("/", get(index))
            .route("/index.html", get(index))
            .with_state(self)
            .fallback_service(files)
            .layer(middleware::from_fn(with_headers))
            .layer(compression)
    }
}

/// The page itself, or how to build it.
async fn index(State(page): State<Page>) -> Response {
    match tokio::fs::read_to_string(page.index_file()).await {
        Ok(html) => {
            let mut response = axum::response::Html(html.clone()).into_response();
            set(&mut response, CONTENT_SECURITY_POLICY, &csp::policy(&html));
            response
        }
        Err(error) => missing(&page, &error),
    }
}

fn missing(page: &Page, error: &std::io::Error) -> Response {
    let text = format!(
        "The relay runs, but its page is not there: {}: {error}.\n\n\
         Build it with\n\n    trunk build --release\n\n\
         in the project's top folder (./x installs trunk), then reload. If the page is elsewhere,\n\
         start the relay with --page FOLDER.\n\n\
         Clients connect to {} all the same.\n",
        page.index_file().display(),
        shared::wire::PATH,
    );
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    (StatusCode::OK, [(CONTENT_TYPE, plain)], text).into_response()
}

/// What every answer of the page's routes carries.
async fn with_headers(request: Request, next: Next) -> Response {
    let cache = if is_hashed(request.uri().path()) {
        FOR_EVER
    } else {
        ASK_AGAIN
    };
    let mut response = next.run(request).await;
    if !response.headers().contains_key(CONTENT_SECURITY_POLICY) {
        set(&mut response, CONTENT_SECURITY_POLICY, &csp::policy(""));
    }
    let cache = if response.status().is_success() {
        cache
    } else {
        ASK_AGAIN
    };
    set(&mut response, CACHE_CONTROL, cache);
    set(&mut response, X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(&mut response, REFERRER_POLICY, "no-referrer");
    response
}

fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// Whether a file's name holds a hash: `-` and at least eight hexadecimal digits.
fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.split(['-', '_', '.']).skip(1).any(|part| {
        part.len() >= 8
            && part
                .bytes()
                .all(|byte| byte.is_ascii_hexdigit() && !byte.is_ascii_uppercase())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashed_names_are_told_apart() {
        for path in [
            "/frontend-1a2b3c4d5e6f7a8b.js",
            "/frontend-1a2b3c4d5e6f7a8b_bg.wasm",
            "/a-0123456789.css",
        ] {
            assert!(is_hashed(path), "{path}");
        }
        for path in [
            "/",
            "/worker_loader.js",
            "/frontend_bg.wasm",
            "/dec-oration.js",
            "/0123456789abcdef",
        ] {
            assert!(!is_hashed(path), "{path}");
        }
    }
}
