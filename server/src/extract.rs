//! What handlers take from a request: the app, who calls, JSON bodies, ids of the path, pages.
//!
//! Everything that does not fit answers with a problem; who calls was decided by the route's row of the access
//! table before the handler runs ([`guard`]).

use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    ops::Deref,
    str::FromStr,
    time::Duration,
};

use axum::{
    extract::{
        ConnectInfo, FromRequest, FromRequestParts, Request, State,
        rejection::{ExtensionRejection, JsonRejection},
    },
    http::{Extensions, HeaderMap, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::{Serialize, de::DeserializeOwned};
use shared::{ids::DeviceId, model::Actor, wire::Code};
use tokio::time::timeout;

use crate::{
    App,
    error::{Error, Result},
    router::{Access, Route},
    sessions::{
        self,
        token::{self, Audience, Bearer},
    },
};

impl FromRequestParts<App> for App {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, app: &App) -> Result<App, Infallible> {
        Ok(app.clone())
    }
}

/// Who calls, with the grants they hold at this moment. Only routes whose row asks for somebody have one.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The account and what it may do; rules take it.
    pub actor: Actor,
    /// From where.
    pub device: DeviceId,
}

impl Deref for Caller {
    type Target = Actor;
    fn deref(&self) -> &Actor {
        &self.actor
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Caller> {
        parts.extensions.get().cloned().ok_or_else(|| Code::SignedOut.into())
    }
}

/// Holds a request against its row of the access table, and puts who calls where [`Caller`] finds it.
///
/// # Errors
/// `signed_out` without a live session, `forbidden` without one of the row's roles or past the proxy,
/// `too_many_requests` from whoever asks too often.
pub async fn guard(
    State((app, route)): State<(App, &'static Route)>,
    mut request: Request,
    next: Next,
) -> Result<Response> {
    let bearer = match route.access {
        Access::Open => None,
        Access::Operator if is_operator(&app, request.headers()) => None,
        Access::Operator => Some(None),
        Access::Device | Access::Holds(_) => Some(by_header(&app, request.headers())),
        Access::Media => {
            Some(by_header(&app, request.headers()).or_else(|| by_cookie(&app, request.headers())))
        }
    };
    if !came_by_proxy(&app, request.extensions()) {
        return Err(Code::Forbidden.into());
    }
    if let Some(bearer) = bearer {
        let bearer = bearer.ok_or(Code::SignedOut)?;
        // A database that keeps its connections and says nothing must not hold a request for ever.
        let patience = Duration::from_secs(app.config.server.request_seconds);
        let looked = timeout(patience, async {
            let mut db = app.db.read().await?;
            sessions::store::actor(&mut db, bearer).await
        });
        let actor = looked.await.map_err(|_| Code::Unavailable)??.ok_or(Code::SignedOut)?;
        tracing::Span::current().record("account.id", tracing::field::display(actor.account));
        if let Access::Holds(roles) = route.access
            && !actor.grants.iter().any(|(_, grant)| roles.contains(&grant.role))
        {
            return Err(Code::Forbidden.into());
        }
        app.rates.signed_in(actor.account, bearer.device)?;
        request.extensions_mut().insert(Caller { actor, device: bearer.device });
    } else if route.access == Access::Open {
        app.rates.stranger(network_key(&app, &request))?;
    }
    request.extensions_mut().insert(route.body);
    Ok(next.run(request).await)
}

fn is_operator(app: &App, headers: &HeaderMap) -> bool {
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = value.and_then(|value| value.strip_prefix("Bearer "));
    token.is_some_and(|token| app.secrets.metrics.is_written_as(token))
}

fn by_header(app: &App, headers: &HeaderMap) -> Option<Bearer> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    token::read(&app.secrets.token, Audience::Api, value.strip_prefix("Bearer ")?, app.now())
}

/// The cookie counts only where the browser itself says that a page of ours asks: `SameSite` alone lets a
/// sibling origin in.
fn by_cookie(app: &App, headers: &HeaderMap) -> Option<Bearer> {
    if headers.get("sec-fetch-site")?.as_bytes() != b"same-origin" {
        return None;
    }
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(name, _)| *name == token::COOKIE)?;
    token::read(&app.secrets.token, Audience::Media, value, app.now())
}

/// Whether the request came by TLS: to this server itself, to a trusted proxy, or from this machine.
fn came_by_proxy(app: &App, extensions: &Extensions) -> bool {
    let proxies = &app.config.server.trusted_proxies;
    let Some(ConnectInfo(peer)) = extensions.get::<ConnectInfo<SocketAddr>>() else { return false };
    let peer = peer.ip().to_canonical();
    app.config.server.ends_tls() || peer.is_loopback() || proxies.contains(&peer)
}

/// The address that a request came from, as far as it can be trusted: the last one in `X-Forwarded-For` that
/// is no proxy of ours, or the peer itself.
#[derive(Clone, Copy, Debug)]
pub struct Network(pub IpAddr);

impl FromRequestParts<App> for Network {
    type Rejection = ExtensionRejection;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Network, ExtensionRejection> {
        let ConnectInfo(peer) = ConnectInfo::<SocketAddr>::from_request_parts(parts, app).await?;
        Ok(Network(address(peer.ip().to_canonical(), &parts.headers, &app.config.server.trusted_proxies)))
    }
}

fn address(peer: IpAddr, headers: &HeaderMap, proxies: &[IpAddr]) -> IpAddr {
    if !proxies.contains(&peer) {
        return peer;
    }
    let named = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let named: Vec<IpAddr> =
        named.flat_map(|line| line.split(',')).filter_map(|one| one.trim().parse().ok()).collect();
    named.into_iter().rev().find(|address| !proxies.contains(address)).unwrap_or(peer)
}

/// The network of a request without a token, as attempts to sign in count it.
fn network_key(app: &App, request: &Request) -> String {
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|ConnectInfo(peer)| peer.ip().to_canonical());
    let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    sessions::delay::network_key(address(peer, request.headers(), &app.config.server.trusted_proxies))
}

/// A JSON body, in or out.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let most = request.extensions().get::<crate::router::Body>().and_then(|body| body.bytes_max());
        match axum::Json::<T>::from_request(request, app).await {
            Ok(axum::Json(body)) => Ok(Json(body)),
            Err(JsonRejection::MissingJsonContentType(_)) => Err(Code::UnsupportedMediaType.into()),
            Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                Err(Error::too_large(most.unwrap_or_default()))
            }
            Err(_) => Err(Code::BadRequest.into()),
        }
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// The ids of the path. What is no id names nothing.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Path<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let path = axum::extract::Path::<T>::from_request_parts(parts, app).await;
        path.map(|axum::extract::Path(ids)| Path(ids)).map_err(|_| Code::NotFound.into())
    }
}

/// Where a page begins: `?after=<the last key of the page before>`.
#[derive(Clone, Copy, Debug)]
pub struct After<T>(pub Option<T>);

#[derive(serde::Deserialize)]
struct AfterQuery {
    after: Option<String>,
}

impl<T: FromStr> FromRequestParts<App> for After<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let Query(AfterQuery { after }) = Query::from_request_parts(parts, app).await?;
        after.map(|text| text.parse().map_err(|_| Code::BadRequest.into())).transpose().map(After)
    }
}

/// The query of the URL.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let query = axum::extract::Query::<T>::from_request_parts(parts, app).await;
        query.map(|axum::extract::Query(query)| Query(query)).map_err(|_| Code::BadRequest.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_trusted_proxy_may_name_the_caller() {
        let headers = HeaderMap::from_iter([(
            header::HeaderName::from_static("x-forwarded-for"),
            header::HeaderValue::from_static("1.1.1.1, 8.8.8.8, 10.0.0.2"),
        )]);
        let proxy: IpAddr = "10.0.0.2".parse().unwrap();
        let stranger: IpAddr = "9.9.9.9".parse().unwrap();
        assert_eq!(address(stranger, &headers, &[proxy]), stranger);
        assert_eq!(address(proxy, &headers, &[proxy]), "8.8.8.8".parse::<IpAddr>().unwrap());
        assert_eq!(address(proxy, &HeaderMap::new(), &[proxy]), proxy);
    }
}
