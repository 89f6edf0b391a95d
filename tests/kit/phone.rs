//! An installation of the app, signed in to an account, as far as the server can tell: it makes ids, seals ops,
//! pushes, pulls, refreshes. It decides nothing and keeps what it was sent in a [`Mirror`].

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use reqwest::{Method, RequestBuilder};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use shared::ids::{AccountId, BranchId, ClientId, DeviceId};
use shared::wire::push::{Answer as OpOutcome, PushAnswer, PushAsk, SealedOp};
use shared::wire::session::{Activate, Refresh, Session, SignIn};
use shared::wire::{Act, Op, PullAsk};
use tokio::sync::Mutex;

use crate::http::{Answer, client};
use crate::ids;
use crate::mirror::Mirror;

/// Pages after which a pull that does not end is a fault.
const PAGES_MAX: usize = 1_000;

/// The tokens in force; both change at each refresh.
struct Tokens {
    device: DeviceId,
    access: String,
    secret: String,
    /// A refresh that was not answered yet: asked again with the same pair.
    asked: Option<Refresh>,
}

impl Tokens {
    fn of(session: &Session, secret: String) -> Tokens {
        Tokens { device: session.device, access: session.access.clone(), secret, asked: None }
    }
}

/// A phone. One account, one queue of ops.
pub struct Phone {
    pub account: AccountId,
    pub device: DeviceId,
    /// The queue; a phone that starts a new one is [`Phone::with_new_client`].
    pub client: ClientId,
    base: String,
    clock: miaopu_server::Clock,
    login: [String; 2],
    /// Shared by all that say they are this installation.
    tokens: Arc<Mutex<Tokens>>,
    last_n: AtomicU64,
    mirror: Mutex<Mirror>,
}

/// Where a phone finds its server, and whose time it lives in.
pub(crate) struct Place {
    pub base: String,
    pub clock: miaopu_server::Clock,
}

/// A request to sign in.
fn sign_in(
    base: &str,
    [number, password]: &[String; 2],
    next: &str,
    device: Option<DeviceId>,
) -> RequestBuilder {
    let ask = SignIn {
        number: number.clone(),
        password: password.clone(),
        next: next.to_owned(),
        device_name: "测试手机".to_owned(),
        device,
    };
    client().post(format!("{base}/api/v1/sessions")).json(&ask)
}

impl Phone {
    /// Signs in with number and password.
    pub(crate) async fn sign_in(place: Place, number: &str, password: &str) -> Phone {
        let next = ids::secret();
        let login = [number, password].map(str::to_owned);
        let request = sign_in(&place.base, &login, &next, None);
        Phone::begin(place, login, &Answer::of(request).await.json(), next)
    }

    /// Sets a password with a one-time code, and is signed in by it.
    pub(crate) async fn activate(place: Place, number: &str, code: &str, password: &str) -> Phone {
        let next = ids::secret();
        let ask = Activate {
            number: number.to_owned(),
            code: code.to_owned(),
            password: password.to_owned(),
            next: next.clone(),
            device_name: "测试手机".to_owned(),
        };
        let request = client().post(format!("{}/api/v1/activations", place.base)).json(&ask);
        let login = [number, password].map(str::to_owned);
        Phone::begin(place, login, &Answer::of(request).await.json(), next)
    }

    fn begin(place: Place, login: [String; 2], session: &Session, secret: String) -> Phone {
        Phone {
            account: session.me.account,
            device: session.device,
            client: ids::id(),
            base: place.base,
            clock: place.clock,
            login,
            tokens: Arc::new(Mutex::new(Tokens::of(session, secret))),
            last_n: AtomicU64::new(0),
            mirror: Mutex::default(),
        }
    }

    /// The same phone after it gave up its queue and its memory of the server, still signed in.
    #[must_use]
    pub fn with_new_client(&self) -> Phone {
        Phone {
            account: self.account,
            device: self.device,
            client: ids::id(),
            base: self.base.clone(),
            clock: self.clock.clone(),
            login: self.login.clone(),
            tokens: Arc::clone(&self.tokens),
            last_n: AtomicU64::new(0),
            mirror: Mutex::default(),
        }
    }

    /// The address of a path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) }
    }

    /// A request that carries the access token.
    pub async fn request(&self, method: Method, path: &str) -> RequestBuilder {
        client().request(method, self.url(path)).bearer_auth(&self.tokens.lock().await.access)
    }

    /// Asks for a path.
    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path).await).await
    }

    /// Sends JSON to a path.
    pub async fn post(&self, path: &str, body: &impl Serialize) -> Answer {
        Answer::of(self.request(Method::POST, path).await.json(body)).await
    }

    /// The access token in force, for tests that forge from it.
    pub async fn access(&self) -> String {
        self.tokens.lock().await.access.clone()
    }

    /// What a refresh would send now: the secret in force and one that follows.
    pub async fn refresh_ask(&self) -> Refresh {
        let tokens = self.tokens.lock().await;
        Refresh { device: tokens.device, current: tokens.secret.clone(), next: ids::secret() }
    }

    /// Sends a refresh; keeps the new tokens where it is granted.
    pub async fn refresh_with(&self, ask: &Refresh) -> Answer {
        let answer = Answer::of(client().post(self.url("/api/v1/sessions/refresh")).json(ask)).await;
        if answer.status == 200 {
            let session: Session = answer.json();
            *self.tokens.lock().await = Tokens::of(&session, ask.next.clone());
        }
        answer
    }

    /// Refreshes as the app does before the access token ends.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn refresh(&self) {
        let answer = self.refresh_with(&self.refresh_ask().await).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }

    /// Gets new tokens as the app does whatever happens: with the same pair until it is answered, and by the password
    /// where the server ended the device.
    ///
    /// # Errors
    /// When no answer comes; the next call goes on.
    ///
    /// # Panics
    /// When a session is none.
    pub async fn renew(&self) -> reqwest::Result<()> {
        let mut tokens = self.tokens.lock().await;
        let ask = tokens.asked.clone().unwrap_or_else(|| Refresh {
            device: tokens.device,
            current: tokens.secret.clone(),
            next: ids::secret(),
        });
        tokens.asked = Some(ask.clone());
        let again = client().post(self.url("/api/v1/sessions/refresh")).json(&ask);
        let answer = Answer::try_of(again).await?;
        if answer.status == 200 {
            *tokens = Tokens::of(&answer.json(), ask.next);
        } else if answer.status == 401 {
            let next = ids::secret();
            let anew = sign_in(&self.base, &self.login, &next, Some(tokens.device));
            let answer = Answer::try_of(anew).await?;
            if answer.status == 200 {
                *tokens = Tokens::of(&answer.json(), next);
            }
        }
        Ok(())
    }

    /// An op made now, of an id of its own.
    #[must_use]
    pub fn op(&self, branch: BranchId, act: Act) -> Op {
        Op { id: ids::id(), v: 1, epoch: None, made_at: self.clock.now(), branch, needs: Vec::new(), act }
    }

    /// Gives ops their numbers in this phone's queue.
    ///
    /// # Panics
    /// Never: ops are always JSON.
    pub fn seal<'a>(&self, ops: impl IntoIterator<Item = &'a Op>) -> Vec<SealedOp> {
        let texts = ops.into_iter().map(|op| to_raw_value(op).expect("an op is JSON"));
        texts.map(|op| self.seal_text(op)).collect()
    }

    /// Gives bytes of any kind the next number.
    pub fn seal_text(&self, op: Box<RawValue>) -> SealedOp {
        SealedOp { n: self.last_n.fetch_add(1, Ordering::SeqCst) + 1, op, rev: None }
    }

    /// Sends sealed ops, as often as a test likes.
    pub async fn send(&self, ops: &[SealedOp]) -> Answer {
        let ask = PushAsk { client: self.client, receipt: None, ops: ops.to_vec() };
        self.post("/api/v1/sync/push", &ask).await
    }

    /// Seals and sends ops.
    ///
    /// # Panics
    /// When the push as a whole is no success.
    pub async fn push(&self, ops: &[Op]) -> PushAnswer {
        self.send(&self.seal(ops)).await.json()
    }

    /// Does one thing and says what became of it.
    ///
    /// # Panics
    /// When the server recorded no answer.
    pub async fn act(&self, branch: BranchId, act: Act) -> OpOutcome {
        let answer = self.push(&[self.op(branch, act)]).await;
        assert!(answer.stopped.is_none(), "the push stopped: {:?}", answer.stopped);
        answer.answers.into_iter().next().expect("one answer for one op").answer
    }

    /// Does one thing that must succeed; answers the entry's revision and digest.
    ///
    /// # Panics
    /// When it is not applied as it is.
    pub async fn applied(&self, branch: BranchId, act: Act) -> (u64, shared::ids::Digest) {
        match self.act(branch, act).await {
            OpOutcome::Applied { rev, digest } => (rev, digest),
            other => panic!("not applied: {other:?}"),
        }
    }

    /// Pulls until a final page, and answers what this phone then holds.
    ///
    /// # Panics
    /// When a page is no success, contradicts the mirror, or the pages never end.
    pub async fn pull(&self) -> Mirror {
        let mut mirror = self.mirror.lock().await;
        for _ in 0..PAGES_MAX {
            let ask = PullAsk { client: self.client, cursor: mirror.cursor.clone(), refetch: Vec::new() };
            if mirror.apply(self.post("/api/v1/sync/pull", &ask).await.json()) {
                return mirror.clone();
            }
        }
        panic!("a pull of more than {PAGES_MAX} pages");
    }
}
