//! How many clients there may be, in all and from one address, so that nobody takes all places.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use tokio::sync::Notify;

/// The limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientLimits {
    /// Clients in all.
    pub in_all: usize,
    /// Clients of one address.
    pub per_address: usize,
}

/// Why there is no place.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
pub enum Full {
    /// In all.
    #[error("the relay serves {0} clients, as many as it may (--max-clients)")]
    InAll(usize),
    /// From one address.
    #[error("your address has {0} clients here, as many as it may (--max-clients-per-address)")]
    PerAddress(usize),
}

impl Full {
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::InAll(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::PerAddress(_) => StatusCode::TOO_MANY_REQUESTS,
        }
    }
}

/// Counts the clients that are there.
#[derive(Debug)]
pub struct Admission {
    limits: ClientLimits,
    /// Addresses that have a client; an address without one is removed, so the map is bounded.
    clients: Mutex<HashMap<IpAddr, usize>>,
    left: Notify,
}

impl Admission {
    /// Nobody is there yet.
    #[must_use]
    pub fn new(limits: ClientLimits) -> Arc<Self> {
        Arc::new(Self {
            limits,
            clients: Mutex::new(HashMap::new()),
            left: Notify::new(),
        })
    }

    /// Takes a place; it is free again when the value is dropped.
    pub fn admit(self: &Arc<Self>, address: IpAddr) -> Result<Admitted, Full> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if clients.values().sum::<usize>() >= self.limits.in_all {
            return Err(Full::InAll(self.limits.in_all));
        }
        let of_address = clients.get(&address).copied().unwrap_or(0);
        if of_address >= self.limits.per_address {
            return Err(Full::PerAddress(self.limits.per_address));
        }
        clients.insert(address, of_address + 1);
        Ok(Admitted {
            admission: Arc::clone(self),
            address,
        })
    }

    /// Waits until the last client has gone.
    pub async fn all_gone(&self) {
        loop {
            let left = self.left.notified();
            if self
                .clients
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .is_empty()
            {
                return;
            }
            left.await;
        }
    }

    fn leave(&self, address: IpAddr) {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        match clients.get_mut(&address) {
            Some(count) if *count > 1 => *count -= 1,
            _ => {
                clients.remove(&address);
            }
        }
        self.left.notify_one();
    }
}

/// A client's place.
#[derive(Debug)]
pub struct Admitted {
    admission: Arc<Admission>,
    address: IpAddr,
}

impl Drop for Admitted {
    fn drop(&mut self) {
        self.admission.leave(self.address);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_limited_and_free_again() {
        let admission = Admission::new(ClientLimits {
            in_all: 3,
            per_address: 2,
        });
        let [a, b] = [[10, 0, 0, 1], [10, 0, 0, 2]].map(IpAddr::from);
        let first = admission.admit(a).unwrap();
        let _second = admission.admit(a).unwrap();
        assert_eq!(admission.admit(a).unwrap_err(), Full::PerAddress(2));
        let _third = admission.admit(b).unwrap();
        assert_eq!(admission.admit(b).unwrap_err(), Full::InAll(3));
        drop(first);
        assert!(admission.admit(b).is_ok());
    }
}
