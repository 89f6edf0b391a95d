//! The one list of problems. A code is part of the contract: it is never used for anything else,
//! and each has one sentence in each language that says what to do. Nobody matches on words.

use serde::{Deserialize, Serialize};

use crate::{
    json::{self, Read, Write},
    table::Table,
};

/// What a sentence names, by name: `{limit_mb}`, `{fields}`.
pub type Detail = Table<String, String>;

/// An error answer's body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Problem {
    /// Which problem.
    pub code: Code,
    /// Its sentence in the asker's language.
    pub message: String,
    /// What the sentence names.
    #[serde(default, skip_serializing_if = "Table::is_empty")]
    pub detail: Detail,
    /// For the operator's log.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub request_id: String,
}

macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident $status:literal $zh:literal / $en:literal;)*) => {
        /// Which problem.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Read, Write)]
        #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum Code { $($(#[$doc])* $name),* }

        impl Code {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The code as it stands on the wire.
            pub fn name(self) -> String {
                json::text(&self).trim_matches('"').to_owned()
            }

            /// The HTTP status it is answered with where it ends a request.
            pub fn status(self) -> u16 {
                match self { $(Self::$name => $status),* }
            }

            /// The sentence for people who use the app.
            pub fn zh(self) -> &'static str {
                match self { $(Self::$name => $zh),* }
            }

            /// The same in English.
            pub fn en(self) -> &'static str {
                match self { $(Self::$name => $en),* }
            }
        }
    };
}

problems! {
    // Requests.
    /// The request could not be read.
    BadRequest 400 "请求无法读取，请更新到最新版本后再试" / "The request could not be read; update the app and try again";
    /// No token, or one that is expired, forged or of a revoked device.
    SignedOut 401 "登录已失效，请重新登录；未发送的内容仍在本机" / "You are signed out; sign in again. Unsent work stays on this device";
    /// Number, password or code is wrong; which of them is not told.
    WrongCredentials 401 "账号或密码不正确，请核对后再试" / "Number or password is wrong; check both and try again";
    /// Not there, or not for the asker: the same answer, byte for byte.
    NotFound 404 "没有找到，可能已被移除或您无权查看" / "Not found; it may be gone, or not open to you";
    /// The path takes other methods.
    MethodNotAllowed 405 "请求方式不受支持" / "This address does not take that method";
    /// Allowed to see, not to do.
    Forbidden 403 "您没有进行这项操作的权限，请联系支部书记或管理员" / "You may not do this; ask the branch secretary or an administrator";
    /// The state changed meanwhile.
    Conflict 409 "内容刚刚有变化，请刷新后再试" / "It changed meanwhile; reload and try again";
    /// A body over its limit.
    BodyTooLarge 413 "内容超过 {limit_kb} KB，请拆分后再发" / "The body is over {limit_kb} kB; split it and send again";
    /// Another media type than the route takes.
    UnsupportedMediaType 415 "内容类型不受支持" / "This address does not take that content type";
    /// Asked too often.
    TooManyRequests 429 "操作过于频繁，请 {seconds} 秒后再试" / "Too many attempts; try again in {seconds} seconds";
    /// Our fault.
    Internal 500 "服务器出错，内容没有丢失，请稍后再试" / "The server failed; nothing is lost, try again later";
    /// Not now.
    Unavailable 503 "服务器暂时繁忙，请稍后再试" / "The server is busy; try again shortly";
    /// Below the free-space reserve: uploads wait, ops go on.
    StorageFull 507 "服务器空间不足，文件会留在本机稍后再传" / "The server is short of space; files stay on this device and are sent later";
    /// The password is too short or too long.
    WeakPassword 422 "密码需为 {min}–{max} 个字符" / "The password must have {min}–{max} characters";

    // Ops: what a rule refused.
    /// No op that this server can read; kept with its text.
    OpMalformed 422 "这条操作无法读取：{why}" / "This op could not be read: {why}";
    /// The record is unknown, or hidden from the asker.
    UnknownRecord 404 "没有找到这条记录，可能已被移除" / "There is no such record; it may be gone";
    /// The id is taken.
    IdTaken 409 "编号已被占用，请复制为新草稿" / "The id is taken; copy it into a new draft";
    /// Erased on a person's request.
    Erased 410 "应当事人要求，这项内容已被删除" / "This was erased on a person's request";
    /// The server failed to store it three times; kept with its text, and the operator is told.
    OpSetAside 500 "服务器无法保存这条操作，原文已留存；请修改后重发，或联系管理员" / "The server could not store this op; its text is kept. Change and resend it, or ask an administrator";
    /// An op it needs was refused.
    NeedsRefused 409 "前一步没有成功，这一步也未执行" / "A step before it was refused, so this one was not done";
    /// Only the author.
    NotAuthor 403 "只有记录人可以这样做" / "Only the author may do this";
    /// Not a contributor and not the author.
    NotContributor 403 "您不是这条记录的记录人或协作者，请联系记录人添加" / "You are neither author nor contributor; ask the author to add you";
    /// Not one who decides this entry.
    NotApprover 403 "您没有审核这条记录的权限" / "You may not decide this entry";
    /// Own entry.
    OwnEntry 403 "不能审核自己写的记录，请由其他审核人处理" / "You may not decide an entry you wrote; another approver must";
    /// The state does not allow it.
    WrongState 409 "记录当前状态不能这样操作，请刷新后查看" / "The entry's state does not allow this; reload and look";
    /// Cannot be edited now.
    NotEditable 409 "提交后不能修改，请先撤回或等待退回" / "It cannot be edited after submission; withdraw it first";
    /// Stale: the content is not what was seen. `seen`, `current`: digests.
    EntryChanged 409 "内容在您打开后有改动，请看过改动再审核" / "The entry changed after you opened it; look at the changes, then decide";
    /// Something is missing for submission.
    Incomplete 422 "还缺：{fields}" / "Still missing: {fields}";
    /// A value out of range.
    InvalidField 422 "“{field}”不符合要求：{why}" / "{field} is not valid: {why}";
    /// A list is full.
    TooMany 422 "“{field}”最多 {max} 项" / "{field} takes at most {max}";
    /// A comment or reason is required.
    CommentLength 422 "请填写 {min}–{max} 字的说明" / "Write a reason of {min}–{max} characters";
    /// Once submitted, it is not discarded but voided.
    OnceSubmitted 409 "提交过的记录不能丢弃，可以作废" / "An entry once submitted is voided, not discarded";
    /// No refusal: the author threw the draft away, and the phone keeps it for a while.
    Discarded 409 "您丢弃了这份草稿，可以放回" / "You threw this draft away; it can be put back";
    /// The verdict can no longer be undone.
    CannotUndo 409 "审核后内容已有变化，不能撤销" / "It changed after the verdict, which can no longer be undone";
    /// Items are still missing on this phone.
    NotAllHere 409 "还有内容没有收全，请稍等再审核" / "Not everything has arrived here yet; wait, then decide";
    /// A consent fact needs its reason.
    ConsentNeedsReason 422 "请写明理由或新的凭据" / "Give the reason or the new evidence";

    // Uploads.
    /// Over the limit of its kind.
    MediaTooLarge 413 "文件超过 {limit_mb} MB，请缩短后再传" / "The file is over {limit_mb} MB; shorten it and send again";
    /// Bytes do not hash to what was named. `expected`, `found`.
    HashMismatch 460 "文件在传输中有变化，将重新读取后再传" / "The bytes differ from the hash named; read the file again and resend";
    /// A chunk's checksum differs; only that chunk is sent again.
    ChecksumMismatch 460 "这一段传输有误，将重传这一段" / "This chunk arrived damaged; send it again";
    /// The offset is not where the upload stands.
    WrongOffset 409 "续传位置不一致，将重新确认" / "The offset differs; ask for it again";
    /// Not tus 1.0.0, which every request of an upload must name.
    TusVersion 412 "上传协议版本不受支持，请更新应用" / "This version of the upload protocol is not supported; update the app";
    /// The upload is over its time.
    UploadExpired 410 "上传已过期，将重新开始" / "The upload expired; start again";
    /// The branch's quota is used up.
    QuotaUsed 413 "本支部空间已满，请联系管理员" / "The branch's quota is used up; ask an administrator";
    /// No copy without position can be made of this format.
    NoSafeCopy 409 "这种格式暂不能生成去位置副本" / "No position-free copy can be made of this format yet";
    /// A reason must be typed.
    ReasonRequired 422 "请填写查看原件的理由" / "Type the reason for looking at the original";
}

impl Code {
    /// The sentence with its details filled in.
    pub fn sentence(self, english: bool, detail: &Detail) -> String {
        let text = if english { self.en() } else { self.zh() };
        detail.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }

    /// A problem of this code.
    pub fn problem(self, english: bool, detail: Detail, request_id: &str) -> Problem {
        Problem {
            code: self,
            message: self.sentence(english, &detail),
            detail,
            request_id: request_id.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn names(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
    }

    #[test]
    fn both_languages_name_the_same_details() {
        for code in Code::ALL {
            assert_eq!(names(code.zh()), names(code.en()), "{code:?}");
        }
    }

    #[test]
    fn a_code_is_named_as_on_the_wire() {
        for code in Code::ALL {
            assert_eq!(serde_json::json!(code), code.name());
        }
    }

    #[test]
    fn details_are_filled_in() {
        let detail = Detail::from([("fields".to_owned(), "标题".to_owned())]);
        assert_eq!(Code::Incomplete.sentence(false, &detail), "还缺：标题");
    }
}
