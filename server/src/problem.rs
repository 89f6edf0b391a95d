//! Stand-in until shared::wire::problem lands.
use serde::{Deserialize, Serialize};
macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident $status:literal $zh:literal / $en:literal;)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Code { $($(#[$doc])* $name),* }
        impl Code {
            pub fn status(self) -> u16 { match self { $(Code::$name => $status),* } }
            pub fn zh(self) -> &'static str { match self { $(Code::$name => $zh),* } }
            pub fn en(self) -> &'static str { match self { $(Code::$name => $en),* } }
        }
    };
}
problems! {
    NotFound 404 "没有找到，或您无权查看" / "There is no such thing, or you may not see it";
    MethodNotAllowed 405 "这个地址不支持这种操作" / "This address does not take that method";
    Malformed 400 "请求的内容无法识别，请更新应用后再试" / "The request could not be read; update the app and try again";
    BodyTooLarge 413 "一次发送的内容过大" / "Too much was sent at once";
    UnsupportedBody 415 "请求的格式不支持" / "The format of the request is not supported";
    Timeout 408 "等待时间过长，请稍后重试" / "It took too long; try again later";
    Internal 500 "服务器出错了，请稍后重试" / "Something broke on the server; try again later";
    Busy 503 "服务器正忙，请稍后重试" / "The server is busy; try again in a moment";
    SignInNeeded 401 "请先登录" / "Sign in first";
    Forbidden 403 "您没有这项权限" / "You do not have the right to do this";
}
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    pub code: Code,
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<serde_json::Value>,
    pub request_id: String,
}
