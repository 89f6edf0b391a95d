//! Who takes part, in an installation that is made once and copied for every seed: two branches below a committee, one
//! of them with a single approver, and everybody's devices, signed in.

use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, Result, ensure};
use miaopu_server::config::Rates;
use miaopu_server::org::publish::{self, Change};
use miaopu_server::org::store::{self, Belonging, Joining};
use miaopu_server::{App, Clock, Config, accounts, grants};
use shared::ids::{AccountId, BranchId, CommitteeId, PersonId};
use shared::model::activity::{Basis, BranchKind, WorkLine};
use shared::model::{Grant, Role, Scope};
use shared::wire::session::{Activate, Session, SignIn};
use tempfile::TempDir;

use crate::server::Core;

/// Where every seed's clock begins: 2019-09-21 08:00 in Shanghai, in ms since 1970 UTC.
pub const START_MS: i64 = 1_569_024_000_000;
/// Everybody's.
pub const PASSWORD: &str = "当归黄芪党参甘草 2019";

/// Who gives and takes roles.
pub const ADMIN: &str = "xu";

/// Who somebody is: a name for the trace, a branch if any, the roles held, and how many phones.
struct Part {
    name: &'static str,
    branch: Option<usize>,
    roles: &'static [Role],
    phones: usize,
}

const PARTS: [Part; 9] = [
    Part { name: "lin", branch: Some(0), roles: &[Role::Member], phones: 2 },
    Part { name: "lu", branch: Some(0), roles: &[Role::Member], phones: 1 },
    Part { name: "zhou", branch: Some(0), roles: &[Role::Member, Role::Secretary], phones: 1 },
    Part { name: "han", branch: Some(0), roles: &[Role::Member, Role::Deputy], phones: 1 },
    Part { name: "ye", branch: Some(1), roles: &[Role::Member, Role::Secretary], phones: 1 },
    Part { name: "jiang", branch: Some(1), roles: &[Role::Member], phones: 1 },
    Part { name: "fang", branch: None, roles: &[Role::Committee], phones: 1 },
    Part { name: "liang", branch: None, roles: &[Role::School], phones: 0 },
    Part { name: ADMIN, branch: None, roles: &[Role::Admin], phones: 1 },
];

/// Somebody who was signed in on a device.
#[derive(Clone, Debug)]
pub struct Seat {
    /// For the trace.
    pub name: String,
    /// Who.
    pub account: AccountId,
    /// Their person.
    pub person: PersonId,
    /// What they sign in with, beside [`PASSWORD`].
    pub number: String,
    /// What the server answered at sign-in.
    pub session: Session,
    /// The refresh secret in force.
    pub secret: String,
}

/// The installation that seeds are copies of.
pub struct Stage {
    folder: TempDir,
    /// Both branches.
    pub branches: [BranchId; 2],
    /// Everybody with a phone, a seat for each phone.
    pub seats: Vec<Seat>,
}

/// A configuration for an installation in a folder.
fn config(data: &Path) -> Config {
    let mut config = Config::default();
    config.data.dir = data.to_owned();
    config.database.connections = 2;
    config.blobs.reserve_bytes = 0;
    config.rates = Rates { device_per_second: 0, account_per_second: 0, network_per_second: 0 };
    config.derive.program = env::current_exe().unwrap_or_default();
    config
}

/// A folder that lives in memory where the machine has one: seeds write much, and none of it is to last.
pub fn scratch() -> Result<TempDir> {
    let memory = Path::new("/dev/shm");
    let within = if memory.is_dir() { memory.to_owned() } else { env::temp_dir() };
    tempfile::Builder::new().prefix("miaopu-sim-").tempdir_in(within).context("no folder for databases")
}

impl Stage {
    /// Makes the installation.
    pub fn build() -> Result<Stage> {
        let folder = scratch()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (branches, seats) = runtime.block_on(people(&folder.path().join("data")))?;
        Ok(Stage { folder, branches, seats })
    }

    /// Copies the installation into a folder; answers its configuration.
    pub fn copy(&self, to: &Path) -> Result<Config> {
        let data = to.join("data");
        copy_all(&self.folder.path().join("data"), &data)?;
        Ok(config(&data))
    }
}

/// Copies a folder with all below it.
pub fn copy_all(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        let to: PathBuf = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => copy_all(&entry.path(), &to)?,
            false => drop(fs::copy(entry.path(), to)?),
        }
    }
    Ok(())
}

async fn people(data: &Path) -> Result<([BranchId; 2], Vec<Seat>)> {
    let app = App::open(config(data), Clock::manual(START_MS)).await?;
    let committee: CommitteeId = app.clock.id();
    let branches: [BranchId; 2] = [app.clock.id(), app.clock.id()];
    let mut tx = app.db.write().await?;
    store::insert_committee(&mut tx, committee, "中医临床学院党委", app.now()).await?;
    for (branch, name) in branches.iter().zip(["骨伤科党支部", "护理学院研究生党支部"]) {
        let about = store::Branch {
            committee,
            name: name.to_owned(),
            kind: BranchKind::Staff,
            basis: Some(Basis::Professional),
            work_line: WorkLine::Medical,
            founded_on: None,
            temporary: false,
        };
        store::put_branch(&mut tx, *branch, &about, app.now()).await?;
    }
    publish::changed(&mut tx, &branches.map(Change::Branch)).await?;
    tx.commit().await?;
    let mut seats = Vec::new();
    for (at, part) in PARTS.iter().enumerate() {
        seats.extend(somebody(&app, (at, part), committee, &branches).await?);
    }
    app.db.close().await;
    Ok((branches, seats))
}

async fn somebody(
    app: &App,
    (at, part): (usize, &Part),
    committee: CommitteeId,
    branches: &[BranchId; 2],
) -> Result<Vec<Seat>> {
    let (person, account): (PersonId, AccountId) = (app.clock.id(), app.clock.id());
    let branch = part.branch.map(|branch| branches[branch]);
    let number = format!("T2019{at:03}");
    let mut tx = app.db.write().await?;
    store::put_person(&mut tx, person, part.name, app.now()).await?;
    let parsed = accounts::Number::parse(&number).context("a number")?;
    accounts::store::insert(&mut tx, account, person, &parsed, app.now()).await?;
    if let Some(branch) = branch {
        let id = app.clock.id::<uuid::Uuid>().to_string();
        let joining = Joining { id, person, branch, belonging: Belonging::Formal, from_on: "2019-09-01" };
        store::put_membership(&mut tx, &joining).await?;
    }
    let mut changes = vec![Change::Person(person)];
    for role in part.roles {
        let scope = match role {
            Role::Committee => Scope::Committee(committee),
            Role::School | Role::Admin => Scope::School,
            _ => Scope::Branch(branch.context("a role in a branch")?),
        };
        let grant = Grant { role: *role, scope };
        changes.extend(grants::give_by_command(app, &mut tx, account, grant).await?.map(Change::Grant));
        changes.extend(grants::branch_of(grant).map(Change::Branch));
    }
    publish::changed(&mut tx, &changes).await?;
    tx.commit().await?;
    sign_in(app, (at, part), &number, (account, person)).await
}

/// Signs somebody's phones in: the first with a code, the others with the password that was chosen.
async fn sign_in(
    app: &App,
    (at, part): (usize, &Part),
    number: &str,
    (account, person): (AccountId, PersonId),
) -> Result<Vec<Seat>> {
    let core = Core::over(app.clone());
    let mut seats = Vec::new();
    for phone in 0..part.phones {
        let (number, password) = (number.to_owned(), PASSWORD.to_owned());
        let signs_in_with = number.clone();
        let (next, device_name) = (format!("{:064x}", 1 + at * 10 + phone), part.name.to_owned());
        let answer = if phone == 0 {
            let code = accounts::command::reset(app, &number).await?;
            let ask = Activate { number, code, password, next: next.clone(), device_name };
            core.post("/api/v1/activations", None, &ask).await
        } else {
            let ask = SignIn { number, password, next: next.clone(), device_name, device: None };
            core.post("/api/v1/sessions", None, &ask).await
        };
        ensure!(answer.status == 200, "{}: {}", part.name, answer.text());
        let name = if phone == 0 { part.name.to_owned() } else { format!("{}{}", part.name, phone + 1) };
        seats.push(Seat {
            name,
            account,
            person,
            number: signs_in_with,
            session: answer.json()?,
            secret: next,
        });
    }
    Ok(seats)
}
