//! The content security policy: the page may run its own scripts and WebAssembly, nothing else.
//!
//! The build tool puts a small script into `index.html`; its SHA-256 is in the policy, so that no
//! other inline script runs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// The policy of a page with these inline scripts. Workers and other files get one without any.
pub(super) fn policy(index_html: &str) -> String {
    let mut scripts = String::from("'self' 'wasm-unsafe-eval'");
    for script in inline_scripts(index_html) {
        let hash = STANDARD.encode(Sha256::digest(script.as_bytes()));
        scripts.push_str(" 'sha256-");
        scripts.push_str(&hash);
        scripts.push('\'');
    }
    // The page can be pointed at another relay, so sockets may go anywhere.
    format!(
        "default-src 'none'; script-src {scripts}; style-src 'self'; img-src 'self' data: blob:; \
         font-src 'self'; connect-src 'self' ws: wss:; worker-src 'self'; manifest-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )
}

/// The text of every script element that has no `src`.
fn inline_scripts(html: &str) -> Vec<&str> {
    let lower = html.to_ascii_lowercase();
    let mut scripts = Vec::new();
    let mut at = 0;
    while let Some(found) = lower[at..].find("<script") {
        let tag = at + found;
        let Some(open) = lower[tag..].find('>').map(|end| tag + end + 1) else {
            break;
        };
        let Some(close) = lower[open..].find("</script").map(|end| open + end) else {
            break;
        };
        if !has_src(&lower[tag..open]) {
            scripts.push(&html[open..close]);
        }
        at = close;
    }
    scripts
}

fn has_src(tag: &str) -> bool {
    tag.split_ascii_whitespace()
        .any(|attribute| attribute.starts_with("src="))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inline_scripts_are_found_and_others_are_not() {
        let html = "<SCRIPT type=\"module\">a > b</SCRIPT><script src=\"x.js\"></script>\n\
                    <script>\nc</script><script defer";
        assert_eq!(inline_scripts(html), ["a > b", "\nc"]);
    }

    #[test]
    fn the_hash_is_the_one_browsers_compute() {
        // printf 'alert(1)' | openssl dgst -sha256 -binary | base64
        let policy = policy("<script>alert(1)</script>");
        assert!(
            policy.contains("'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='"),
            "{policy}"
        );
        assert!(!super::policy("").contains("unsafe-inline"));
    }
}
