//! Where a request comes from.
//!
//! `X-Forwarded-For` can be written by anybody, so it is believed only from trusted proxies and read
//! from the right: the first address that is not a trusted proxy is the client.

use crate::app::AppState;
use crate::config::Network;
use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The address of the client.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub IpAddr);

impl<S> FromRequestParts<S> for ClientAddress
where
    S: Send + Sync,
    AppState: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let state = AppState::from_ref(state);
        let peer = peer(parts);
        Ok(ClientAddress(client(
            peer,
            &parts.headers,
            &state.config.trusted_proxies,
        )))
    }
}

/// The other end of the connection, believed as it is.
pub fn peer(parts: &Parts) -> IpAddr {
    parts
        .extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |it| it.0.ip())
}

fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|it| it.contains(address));
    if !is_trusted(peer) {
        return peer;
    }
    let hops: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|it| it.to_str().ok())
        .flat_map(|it| it.split(','))
        .collect();
    let mut nearest = peer;
    for hop in hops.iter().rev() {
        let Ok(address) = hop.trim().parse::<IpAddr>() else {
            break;
        };
        nearest = address;
        if !is_trusted(address) {
            break;
        }
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(peer: &str, forwarded: &str, expected: &str) {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        let address = client(peer.parse().unwrap(), &headers, &trusted);
        assert_eq!(
            address,
            expected.parse::<IpAddr>().unwrap(),
            "{peer} {forwarded}"
        );
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        check("203.0.113.9", "198.51.100.1", "203.0.113.9");
        check("10.0.0.2", "198.51.100.1", "198.51.100.1");
        check(
            "10.0.0.2",
            "1.1.1.1, 198.51.100.1, 10.0.0.3",
            "198.51.100.1",
        );
        check("10.0.0.2", "not an address", "10.0.0.2");
        check("10.0.0.2", "1.1.1.1, nonsense, 10.0.0.3", "10.0.0.3");
    }
}
