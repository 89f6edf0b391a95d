//! What lies between a phone and the servers: requests that leave, are lost, come twice; tokens that expire; answers that
//! arrive late, or never.

use anyhow::Result;
use shared::ids::OpId;
use shared::sync::EngineEvent;
use shared::wire::PushAsk;
use shared::wire::session::{Refresh, Session, SignIn};

use crate::check;
use crate::faults;
use crate::phone::{Letter, Life};
use crate::run::Run;
use crate::server::{Answer, Ask, json};
use crate::stage::PASSWORD;

impl Run<'_> {
    /// A request leaves; it may be lost, come twice, or be answered to nobody.
    pub async fn carry(&mut self, phone: usize) -> Result<()> {
        if self.phones[phone].out.len() > 1 && self.rng.u8(..4) == 0 {
            self.phones[phone].out.rotate_left(1);
            self.tally.fault("requests reordered");
        }
        let Some(letter) = self.phones[phone].out.pop_front() else { return Ok(()) };
        let fate = self.rng.u8(..16);
        if fate == 0 {
            self.tally.fault("request lost");
            self.phones[phone].back.push_back((letter, None));
            return Ok(());
        }
        let core = self.reached();
        let answer = self.post(phone, core, &letter).await?;
        if fate == 1 {
            self.tally.fault("request repeated");
            let core = self.reached();
            self.post(phone, core, &letter).await?;
        }
        let heard = match fate {
            2 | 3 => {
                self.tally.fault("answer lost");
                None
            }
            _ => answer,
        };
        self.phones[phone].back.push_back((letter, heard));
        Ok(())
    }

    /// Brings a letter to a server and looks at what it answers.
    pub async fn post(&mut self, phone: usize, core: usize, letter: &Letter) -> Result<Option<Answer>> {
        let path = if letter.push { "/api/v1/sync/push" } else { "/api/v1/sync/pull" };
        if letter.push {
            // Uploads and jobs have changed records since.
            self.refresh().await?;
        }
        let answer = self.ask(phone, core, json("POST", path, None, letter.body.clone().into_bytes())).await;
        let who = self.phones[phone].seat.name.clone();
        self.note(|| {
            let what = if letter.push { "pushes to" } else { "pulls from" };
            format!("{who} {what} {core}: {} {:.300}", answer.status, answer.text())
        });
        if letter.push {
            let ask: PushAsk = serde_json::from_str(&letter.body)?;
            check::pushed(self, phone, &ask, &answer).await?;
        } else {
            check::pulled(self, phone, &letter.body, &answer).await?;
        }
        Ok((answer.status == 200).then_some(answer))
    }

    /// Asks a server with the phone's token; a refused token is renewed for the next time.
    pub async fn ask(&mut self, phone: usize, core: usize, mut ask: Ask) -> Answer {
        let Some(server) = &self.cores[core] else {
            return Answer { status: 0, headers: Default::default(), body: Vec::new() };
        };
        ask.token = Some(self.phones[phone].seat.session.access.clone());
        let answer = server.ask(ask.clone()).await;
        if answer.status != 401 || !self.renew(phone, core).await {
            return answer;
        }
        ask.token = Some(self.phones[phone].seat.session.access.clone());
        match &self.cores[core] {
            Some(server) => server.ask(ask).await,
            None => answer,
        }
    }

    /// Gets new tokens with the same pair until that is answered.
    async fn renew(&mut self, phone: usize, core: usize) -> bool {
        let Some(server) = &self.cores[core] else { return false };
        let chance = &mut self.rng;
        let phone = &mut self.phones[phone];
        let next =
            phone.next.get_or_insert_with(|| format!("{:032x}{:032x}", chance.u128(..), chance.u128(..)));
        let ask = Refresh {
            device: phone.seat.session.device,
            current: phone.seat.secret.clone(),
            next: next.clone(),
        };
        let answer = server.post("/api/v1/sessions/refresh", None, &ask).await;
        self.tally.fault("token expired");
        if !self.healed && self.rng.u8(..4) == 0 {
            self.tally.fault("refresh's answer lost");
            return false;
        }
        if answer.status == 401 {
            // Two phones had one secret, and the server ended the device: its person signs in again.
            let ask = SignIn {
                number: phone.seat.number.clone(),
                password: PASSWORD.to_owned(),
                next: next.clone(),
                device_name: phone.seat.name.clone(),
                device: Some(ask.device),
            };
            let answer = server.post("/api/v1/sessions", None, &ask).await;
            let Ok(session) = answer.json::<Session>() else { return false };
            phone.sign_in(session, ask.next, self.clock.now());
            return true;
        }
        let Ok(session) = answer.json::<Session>() else { return false };
        phone.seat.secret = next.clone();
        phone.seat.session = session;
        phone.next = None;
        true
    }

    /// An answer arrives; the phone may die over it.
    pub async fn arrive(&mut self, phone: usize) -> Result<()> {
        if self.phones[phone].back.len() > 1 && self.rng.u8(..3) == 0 {
            self.phones[phone].back.rotate_left(1);
            self.tally.fault("answers reordered");
        }
        let Some((letter, answer)) = self.phones[phone].back.pop_front() else { return Ok(()) };
        if answer.is_some() && self.rng.u8(..20) == 0 {
            self.tally.fault("answer repeated");
            self.phones[phone].back.push_back((letter.clone(), answer.clone()));
        }
        let life = faults::life(&mut self.rng, self.tally);
        self.deliver(phone, letter, answer, life).await
    }

    pub async fn deliver(
        &mut self,
        phone: usize,
        letter: Letter,
        answer: Option<Answer>,
        life: Life,
    ) -> Result<()> {
        let ask = letter.ask;
        let refused = answer.iter().filter(|_| letter.push).flat_map(check::refused_in);
        let refused: Vec<OpId> = refused.filter(|op| self.phones[phone].waits_for(*op)).collect();
        let event = match answer {
            None => EngineEvent::Failed { ask, retry_after_ms: None },
            Some(answer) if letter.push => EngineEvent::PushAnswered { ask, text: answer.text() },
            Some(answer) => EngineEvent::PageArrived { ask, text: answer.text() },
        };
        let now = self.now();
        self.phones[phone].tell(event, now, life);
        if matches!(life, Life::Whole) {
            check::cards(self, phone, &refused)?;
        }
        check::arrived(self, phone).await
    }
}
