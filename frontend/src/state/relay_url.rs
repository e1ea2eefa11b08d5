//! The address of a relay as a person types it, made into a WebSocket address or refused with a
//! sentence that says what to write instead.

use thiserror::Error;

/// Why an address cannot be a relay's.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum RelayUrlError {
    #[error("the relay's address is empty: write one like ws://localhost:8080")]
    Empty,
    #[error(
        "\"{0}\" is not a relay's address: it begins with ws:// or wss://, like ws://localhost:8080"
    )]
    Scheme(String),
    #[error("\"{0}\" names no host: write one like ws://localhost:8080")]
    Host(String),
    #[error("\"{0}\" has a port that is no number from 1 to 65535")]
    Port(String),
    #[error(
        "this page was loaded over https, and browsers let such a page connect only to wss:// addresses: \
         give the relay a certificate and use wss://, or open the page over http"
    )]
    InsecureFromHttps,
}

/// The WebSocket address meant by `text`. An address without a path means `/ws`.
pub(crate) fn relay_url(text: &str, page_is_https: bool) -> Result<String, RelayUrlError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(RelayUrlError::Empty);
    }
    let (scheme, rest) = split_scheme(text)?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    check_authority(authority, text)?;
    if scheme == "ws" && page_is_https && !is_loopback(authority) {
        return Err(RelayUrlError::InsecureFromHttps);
    }
    let path = path.split('#').next().unwrap_or_default();
    let path = match path {
        "" | "/" => "/ws".to_owned(),
        query if query.starts_with('?') => format!("/ws{query}"),
        path => path.to_owned(),
    };
    Ok(format!("{scheme}://{authority}{path}"))
}

/// The scheme as WebSocket's, and what follows it. The page's own address is often pasted, so
/// http and https are taken for what is meant.
fn split_scheme(text: &str) -> Result<(&'static str, &str), RelayUrlError> {
    let (scheme, rest) = text
        .split_once("://")
        .ok_or_else(|| RelayUrlError::Scheme(text.to_owned()))?;
    match scheme.to_ascii_lowercase().as_str() {
        "ws" | "http" => Ok(("ws", rest)),
        "wss" | "https" => Ok(("wss", rest)),
        _ => Err(RelayUrlError::Scheme(text.to_owned())),
    }
}

fn check_authority(authority: &str, text: &str) -> Result<(), RelayUrlError> {
    let after_bracket = authority.rfind(']').map_or(0, |at| at + 1);
    let (host, port) = match authority[after_bracket..].rfind(':') {
        Some(at) => authority.split_at(after_bracket + at),
        None => (authority, ""),
    };
    let plain = |c: char| {
        c.is_ascii_alphanumeric() || !c.is_ascii() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']')
    };
    if host.is_empty() || !host.chars().all(plain) {
        return Err(RelayUrlError::Host(text.to_owned()));
    }
    if port.is_empty() || port[1..].parse::<u16>().is_ok_and(|number| number > 0) {
        Ok(())
    } else {
        Err(RelayUrlError::Port(text.to_owned()))
    }
}

/// Browsers let an https page reach the machine it runs on without encryption.
fn is_loopback(authority: &str) -> bool {
    let host = authority
        .rsplit_once(':')
        .map_or(authority, |(host, _)| host);
    matches!(authority, "[::1]" | "localhost")
        || matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(relay_url(text, false).as_deref(), Ok(expected));
    }

    #[track_caller]
    fn check_refused(text: &str, expected: fn(String) -> RelayUrlError) {
        assert_eq!(relay_url(text, false), Err(expected(text.to_owned())));
    }

    #[test]
    fn an_address_without_a_path_means_ws() {
        check("ws://localhost:8080", "ws://localhost:8080/ws");
        check(" wss://relay.example/ ", "wss://relay.example/ws");
        check("ws://[::1]:9000", "ws://[::1]:9000/ws");
        check("ws://host/other?x=1", "ws://host/other?x=1");
        check("ws://host?x=1", "ws://host/ws?x=1");
    }

    #[test]
    fn the_pages_own_address_is_understood() {
        check("http://192.168.1.5:8080/", "ws://192.168.1.5:8080/ws");
        check("https://relay.example", "wss://relay.example/ws");
    }

    #[test]
    fn what_is_no_address_is_refused_with_the_reason() {
        check_refused("localhost:8080", RelayUrlError::Scheme);
        check_refused("kafka://broker:9092", RelayUrlError::Scheme);
        check_refused("ws://", RelayUrlError::Host);
        check_refused("ws://:8080", RelayUrlError::Host);
        check_refused("ws://ho st", RelayUrlError::Host);
        check_refused("ws://host:99999", RelayUrlError::Port);
        check_refused("ws://host:0", RelayUrlError::Port);
        check_refused("ws://host:", RelayUrlError::Port);
        assert_eq!(relay_url("  ", false), Err(RelayUrlError::Empty));
    }

    #[test]
    fn an_https_page_may_not_connect_without_encryption() {
        assert_eq!(
            relay_url("ws://10.0.0.7:8080", true),
            Err(RelayUrlError::InsecureFromHttps)
        );
        assert!(relay_url("wss://10.0.0.7:8080", true).is_ok());
        assert!(relay_url("ws://127.0.0.1:8080", true).is_ok());
        assert!(relay_url("ws://localhost", true).is_ok());
    }
}
