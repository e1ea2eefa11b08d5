//! Which pages may connect. A browser names the page's origin; anything else that can open a
//! socket has none, and is admitted.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use axum::http::Uri;

/// An origin: scheme, host and port, as a browser writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let example =
            "write it as the browser does, such as https://example.org or http://10.0.0.5:8080";
        let uri: Uri = text
            .parse()
            .map_err(|error| format!("{error}: {example}"))?;
        let is_web = matches!(uri.scheme_str(), Some("http" | "https"));
        let is_bare = uri.query().is_none() && !text.ends_with('/') && uri.path() == "/";
        if is_web
            && is_bare
            && uri
                .authority()
                .is_some_and(|found| !found.as_str().contains('@'))
        {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(format!("not an origin: {example}"))
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The rule.
#[derive(Clone, Debug)]
pub struct OriginRule {
    is_loopback: bool,
    allowed: Vec<Origin>,
}

impl OriginRule {
    /// While the relay listens on loopback only, pages of this machine are admitted on any port;
    /// others need to be in the list, exactly.
    #[must_use]
    pub fn new(listen: SocketAddr, allowed: Vec<Origin>) -> Self {
        Self {
            is_loopback: listen.ip().is_loopback(),
            allowed,
        }
    }

    /// Whether a page of this origin may connect.
    #[must_use]
    pub fn admits(&self, origin: &str) -> bool {
        let origin = origin.to_ascii_lowercase();
        self.allowed.iter().any(|allowed| allowed.0 == origin)
            || (self.is_loopback && is_loopback(&origin))
    }
}

fn is_loopback(origin: &str) -> bool {
    let Ok(origin) = origin.parse::<Origin>() else {
        return false;
    };
    let Ok(uri) = origin.0.parse::<Uri>() else {
        return false;
    };
    let host = uri.host().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || bare
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(listen: &str, allowed: &[&str]) -> OriginRule {
        let allowed = allowed
            .iter()
            .map(|origin| origin.parse().unwrap())
            .collect();
        OriginRule::new(listen.parse().unwrap(), allowed)
    }

    #[test]
    fn on_loopback_pages_of_this_machine_are_admitted_on_any_port() {
        let rule = rule("127.0.0.1:8080", &[]);
        for origin in [
            "http://localhost:8081",
            "http://127.0.0.1",
            "https://[::1]:9",
            "http://127.9.9.9:1",
        ] {
            assert!(rule.admits(origin), "{origin}");
        }
        for origin in [
            "http://evil.example",
            "http://localhost.evil.example",
            "http://127.0.0.1.evil.example",
            "http://evil.example@localhost",
            "null",
            "file://localhost",
            "",
        ] {
            assert!(!rule.admits(origin), "{origin}");
        }
    }

    #[test]
    fn elsewhere_only_the_listed_are() {
        let rule = rule("0.0.0.0:8080", &["https://Lab.example"]);
        assert!(rule.admits("https://lab.example"));
        for origin in [
            "http://lab.example",
            "https://lab.example:8443",
            "http://localhost:8080",
        ] {
            assert!(!rule.admits(origin), "{origin}");
        }
    }

    #[test]
    fn what_is_no_origin_cannot_be_listed() {
        for text in [
            "*",
            "lab.example",
            "https://lab.example/",
            "https://lab.example/path",
            "ws://x",
        ] {
            assert!(text.parse::<Origin>().is_err(), "{text}");
        }
    }
}
