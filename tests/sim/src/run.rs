//! The life of a seed: steps drawn by its chance, a look after each, then quiet, and a look at everything.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use miaopu_server::{Clock, Config};
use shared::ids::{AccountId, ClientId, EntryId, OpId, PersonId};
use shared::model::RecordId;
use shared::sync::{Command, EngineEvent};
use shared::wire::Op;
use tempfile::TempDir;

use crate::Arguments;
use crate::act::Draw;
use crate::check::{self, State};
use crate::faults;
use crate::phone::{Life, Phone};
use crate::report::Tally;
use crate::server::{Ask, Core};
use crate::stage::{START_MS, Stage, scratch};
use crate::upload;

/// Servers of the installation.
const CORES: usize = 2;
/// Lines of a trace that a failure shows.
const TRACE_LINES: usize = 40;
/// Rounds in which everything must come to rest.
const QUIET_ROUNDS: usize = 12;
/// Exchanges of one phone in a round, after which it goes in circles.
const EXCHANGES_MAX: usize = 600;
/// What somebody tries in a step, until the rules let them.
const ACTS_MAX: usize = 3;
/// Items that others will say something about too.
const SPOKEN_OF_MAX: usize = 3;
/// Longer than any pause after a failure.
const PAUSE_MS: i64 = 400_000;

/// Everything that lives in a seed.
pub struct Run<'a> {
    /// Where it began.
    pub stage: &'a Stage,
    /// The chance.
    pub rng: fastrand::Rng,
    /// What is counted.
    pub tally: &'a mut Tally,
    /// The time that all servers live in.
    pub clock: Clock,
    /// Of the installation as it stands; a restore changes its folder.
    pub config: Config,
    /// The seed's folder.
    pub folder: TempDir,
    /// Servers; `None`: it is down.
    pub cores: Vec<Option<Core>>,
    /// Phones.
    pub phones: Vec<Phone>,
    /// What was answered under which number, for ever.
    pub told: BTreeMap<(AccountId, ClientId, u64), String>,
    /// Under which number each op was decided.
    pub decided: BTreeMap<(AccountId, OpId), (ClientId, u64)>,
    /// Ops that the server held at first: it may decide them with any later push.
    pub held: BTreeMap<OpId, Op>,
    /// Records as they stood after the last request that may change them.
    pub state: State,
    /// Ops that went with a disk that was taken away.
    pub evicted: BTreeSet<OpId>,
    /// Where each upload stood when it was last asked.
    pub offsets: BTreeMap<String, usize>,
    /// All bytes that were ever taken.
    pub bytes: Vec<Vec<u8>>,
    /// The items that people last said something about, with their entries.
    spoken_of: VecDeque<(EntryId, RecordId)>,
    /// Copies of the installation that a restore may bring back.
    pub copies: Vec<PathBuf>,
    /// Ops that were acknowledged and lay on a phone when a database went back.
    pub owed: BTreeSet<OpId>,
    /// Accounts that are out of their branch, with the grant that would be given back.
    pub out: BTreeMap<AccountId, shared::model::Grant>,
    trace: VecDeque<String>,
    how: &'a Arguments,
    /// Faults have stopped.
    pub healed: bool,
    step: u32,
}

/// Lives a seed.
pub async fn live(stage: &Stage, seed: u64, how: &Arguments, tally: &mut Tally) -> Result<()> {
    let mut run = Run::begin(stage, seed, how, tally).await?;
    let lived = run.all(how.steps).await;
    for core in run.cores.iter().flatten() {
        core.app.db.close().await;
    }
    lived.with_context(|| run.trace.iter().cloned().collect::<Vec<_>>().join("\n"))
}

impl<'a> Run<'a> {
    async fn begin(stage: &'a Stage, seed: u64, how: &'a Arguments, tally: &'a mut Tally) -> Result<Run<'a>> {
        let folder = scratch()?;
        let config = stage.copy(folder.path())?;
        let clock = Clock::manual(START_MS);
        let mut cores = Vec::new();
        for _ in 0..CORES {
            cores.push(Some(Core::start(&config, &clock).await?));
        }
        let seats = stage.seats.iter().zip(1..);
        let phones = seats.map(|(seat, at)| Phone::new(seat.clone(), seed << 8 | at, START_MS)).collect();
        let mut run = Run {
            stage,
            rng: fastrand::Rng::with_seed(seed),
            tally,
            clock,
            config,
            folder,
            cores,
            phones,
            told: BTreeMap::new(),
            decided: BTreeMap::new(),
            held: BTreeMap::new(),
            state: State::default(),
            evicted: BTreeSet::new(),
            offsets: BTreeMap::new(),
            bytes: Vec::new(),
            spoken_of: VecDeque::new(),
            copies: Vec::new(),
            owed: BTreeSet::new(),
            out: BTreeMap::new(),
            trace: VecDeque::new(),
            how,
            healed: false,
            step: 0,
        };
        run.state = check::state(run.inside()).await?;
        for phone in &mut run.phones {
            phone.follow.clone_from(&run.how.follow);
            phone.skew_ms = faults::skew(&mut run.rng);
        }
        Ok(run)
    }

    /// The servers' time.
    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    /// Notes what happens, for whoever reads about a failure.
    pub fn note(&mut self, what: impl FnOnce() -> String) {
        let line = format!("{:>4} {}", self.step, what());
        if self.how.seed.is_some() {
            println!("{line}");
        }
        self.trace.push_back(line);
        if self.trace.len() > TRACE_LINES {
            self.trace.pop_front();
        }
    }

    /// Whether a fault of this kind may happen; it is counted then.
    pub fn begins(&mut self, kind: &'static str) -> bool {
        let may = !self.how.without.iter().any(|one| one == kind);
        if may {
            self.tally.fault(kind);
        }
        may
    }

    /// Brings what is known of the records up to date.
    pub async fn refresh(&mut self) -> Result<()> {
        let mut state = std::mem::take(&mut self.state);
        let read = state.refresh(self.inside()).await;
        self.state = state;
        read
    }

    /// A server to look into, whichever runs.
    pub fn inside(&self) -> &Core {
        self.cores.iter().flatten().next().expect("one server always runs")
    }

    /// A server that a phone would reach; `None`: it reaches one that is down.
    pub fn reached(&mut self) -> usize {
        self.rng.usize(..self.cores.len())
    }

    async fn all(&mut self, steps: u32) -> Result<()> {
        for step in 1..=steps {
            self.step = step;
            self.clock.advance(i64::from(self.rng.u32(..2_000)));
            self.one().await?;
            self.tally.steps += 1;
            check::let_go(self).await?;
        }
        self.quiet().await?;
        check::quiet(self).await
    }

    /// Mostly one of the first branch, where people meet.
    fn somebody(&mut self) -> usize {
        let among = if self.rng.u8(..10) < 7 { 5 } else { self.phones.len() };
        self.rng.usize(..among)
    }

    /// The next phone from this one on for which that is so; the phone itself where there is none.
    fn somebody_who(&self, phone: usize, is_so: impl Fn(&Phone) -> bool) -> usize {
        let all = self.phones.len();
        (phone..phone + all).map(|at| at % all).find(|at| is_so(&self.phones[*at])).unwrap_or(phone)
    }

    async fn one(&mut self) -> Result<()> {
        let phone = self.somebody();
        match self.rng.u8(..100) {
            0..34 => {
                let tries = (0..ACTS_MAX).find(|_| self.act(phone));
                if tries.is_some() && self.rng.bool() {
                    // Leaving the form: edits are held back no longer.
                    let now = self.now();
                    self.phones[phone].tell(EngineEvent::Flush, now, Life::Whole);
                }
                Ok(())
            }
            34..60 => {
                let phone = self.somebody_who(phone, |phone| !phone.out.is_empty());
                self.carry(phone).await
            }
            60..80 => {
                let phone = self.somebody_who(phone, |phone| !phone.back.is_empty());
                self.arrive(phone).await
            }
            80..86 => {
                let core = self.reached();
                upload::step(self, phone, core, false).await
            }
            86..91 => {
                self.wake(phone);
                Ok(())
            }
            91..93 => self.visit(phone).await,
            _ => faults::one(self, phone).await,
        }
    }

    /// Somebody does something; whether the rules on the phone let them.
    fn act(&mut self, phone: usize) -> bool {
        let people: Vec<PersonId> = self.stage.seats.iter().map(|seat| seat.person).collect();
        let (now, branches) = (self.now(), self.stage.branches);
        let (known, spoken_of) = (&self.bytes, self.spoken_of.make_contiguous());
        let mut draw = Draw { rng: &mut self.rng, now, people: &people, known, spoken_of };
        let Some((command, bytes)) = draw.command(&self.phones[phone], &branches) else { return false };
        let life = faults::life(&mut self.rng, self.tally);
        let who = self.phones[phone].seat.name.clone();
        let text = format!("{command:?}");
        if let Command::Consent { entry, item, .. } = &command {
            self.spoken_of.push_front((*entry, *item));
            self.spoken_of.truncate(SPOKEN_OF_MAX);
        }
        if let Some((media, bytes)) = bytes {
            self.phones[phone].files.insert(media, bytes.clone());
            self.bytes.push(bytes);
        }
        self.phones[phone].act(command, now, life);
        let denied = self.phones[phone].denied;
        self.note(|| {
            format!("{who} acts{}: {text:.150}", if denied { ", refused on the phone" } else { "" })
        });
        !denied
    }

    /// The phone's next wake comes, earlier or later.
    fn wake(&mut self, phone: usize) {
        let at = self.phones[phone].wake_at;
        self.clock.advance((at - self.now()).clamp(0, PAUSE_MS));
        let event = match self.rng.u8(..4) {
            0 => EngineEvent::Online,
            1 => EngineEvent::Flush,
            2 => EngineEvent::Tick { poked: true },
            _ => EngineEvent::Tick { poked: false },
        };
        let (now, life) = (self.now(), faults::life(&mut self.rng, self.tally));
        self.phones[phone].tell(event, now, life);
    }

    /// Whoever decides from above looks at what waits.
    async fn visit(&mut self, phone: usize) -> Result<()> {
        let core = self.reached();
        let ask = Ask { method: "GET", path: "/api/v1/review".to_owned(), ..Ask::default() };
        let answer = self.ask(phone, core, ask).await;
        if answer.status == 200 {
            let now = self.now();
            self.phones[phone].tell(EngineEvent::Visited { texts: vec![answer.text()] }, now, Life::Whole);
        }
        Ok(())
    }

    /// Faults stop; everything that waits gets through.
    async fn quiet(&mut self) -> Result<()> {
        self.healed = true;
        faults::heal(self).await?;
        let mut stood = self.state.clone();
        for _ in 0..QUIET_ROUNDS {
            self.clock.advance(PAUSE_MS);
            for phone in 0..self.phones.len() {
                let now = self.now();
                self.phones[phone].tell(EngineEvent::Flush, now, Life::Whole);
                self.phones[phone].tell(EngineEvent::Online, now, Life::Whole);
                self.drain(phone).await?;
            }
            // What one phone brought in this round, those before it hear in the next.
            self.refresh().await?;
            let stands = self.state.clone();
            if stands == stood && self.phones.iter().all(Phone::is_drained) {
                return Ok(());
            }
            stood = stands;
        }
        let busy: Vec<String> = self
            .phones
            .iter()
            .filter(|phone| !phone.is_drained())
            .map(|phone| format!("{}: {:?}", phone.seat.name, phone.engine.outbox_view(true).unsent))
            .collect();
        bail!("S9: faults have stopped, and this does not drain: {}", busy.join("; "))
    }

    async fn drain(&mut self, phone: usize) -> Result<()> {
        for _ in 0..EXCHANGES_MAX {
            check::let_go(self).await?;
            if let Some((letter, answer)) = self.phones[phone].back.pop_front() {
                self.deliver(phone, letter, answer, Life::Whole).await?;
            } else if let Some(letter) = self.phones[phone].out.pop_front() {
                let core = self.reached();
                let answer = self.post(phone, core, &letter).await?;
                self.phones[phone].back.push_back((letter, answer));
            } else if self.phones[phone].engine.uploads().is_empty() {
                return Ok(());
            } else {
                let core = self.reached();
                upload::step(self, phone, core, true).await?;
            }
        }
        ensure!(false, "S9: {} goes in circles", self.phones[phone].seat.name);
        Ok(())
    }
}
