//! What handlers take from a request: the app, JSON bodies and parameters that answer with problems.

use std::convert::Infallible;

use axum::{
    extract::{FromRequest, FromRequestParts, Request, rejection::JsonRejection},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::json;

use crate::{App, error::Error, problem::Code};

impl FromRequestParts<App> for App {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, app: &App) -> Result<App, Infallible> {
        Ok(app.clone())
    }
}

/// A JSON body, in or out.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        match axum::Json::<T>::from_request(request, app).await {
            Ok(axum::Json(body)) => Ok(Json(body)),
            Err(JsonRejection::MissingJsonContentType(_)) => Err(Code::UnsupportedBody.into()),
            Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                Err(Code::BodyTooLarge.into())
            }
            Err(JsonRejection::JsonDataError(error)) => {
                Err(Error::RefusedWith(Code::Malformed, place(&error)))
            }
            Err(_) => Err(Code::Malformed.into()),
        }
    }
}

/// Where a body did not fit its type, for developers: path and line, never the value.
fn place(error: &impl std::error::Error) -> serde_json::Value {
    let line = error.source().map(ToString::to_string).unwrap_or_default();
    let at = line.rsplit_once(" at line ").map(|(_, at)| format!("line {at}"));
    json!({ "at": at })
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}
