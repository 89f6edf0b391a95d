//! Reading an event by its name.

use super::{EngineEvent, UploadStep};
use crate::json::{FromMembers, Members, Unreadable, no_variant, read_by_members};

read_by_members!(EngineEvent, UploadStep);

impl FromMembers for EngineEvent {
    fn from_members(mut members: Members) -> Result<Self, Unreadable> {
        let name: String = members.take("is")?;
        let m = &mut members;
        Ok(match name.as_str() {
            "started" => Self::Started,
            "signedIn" => Self::SignedIn { me: m.take("me")? },
            "signedOut" => Self::SignedOut,
            "act" => Self::Act { command: m.take("command")?, english: m.take("english")? },
            "flush" => Self::Flush,
            "online" => Self::Online,
            "tick" => Self::Tick { poked: m.take("poked")? },
            "pushAnswered" => Self::PushAnswered { ask: m.take("ask")?, text: m.take("text")? },
            "pageArrived" => Self::PageArrived { ask: m.take("ask")?, text: m.take("text")? },
            "failed" => Self::Failed { ask: m.take("ask")?, retry_after_ms: m.take("retryAfterMs")? },
            "upload" => {
                Self::Upload { media: m.take("media")?, role: m.take("role")?, step: m.take("step")? }
            }
            "fileLost" => Self::FileLost { media: m.take("media")? },
            "uploadRetry" => Self::UploadRetry { media: m.take("media")? },
            "serverKnows" => Self::ServerKnows { ops: m.take("ops")? },
            "visited" => Self::Visited { texts: m.take("texts")? },
            "opened" => Self::Opened { entry: m.take("entry")? },
            _ => return no_variant(),
        })
    }
}

impl FromMembers for UploadStep {
    fn from_members(mut members: Members) -> Result<Self, Unreadable> {
        let name: String = members.take("is")?;
        let m = &mut members;
        Ok(match name.as_str() {
            "progress" => Self::Progress { url: m.take("url")?, sent_bytes: m.take("sentBytes")? },
            "sent" => Self::Sent,
            "lost" => Self::Lost,
            "failed" => Self::Failed { problem: m.take("problem")?, transient: m.take("transient")? },
            _ => return no_variant(),
        })
    }
}
