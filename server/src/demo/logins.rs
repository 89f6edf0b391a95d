//! Passwords of the demo: drawn at the first start, shown once for each role, and kept in a file that only its
//! owner reads.

use std::{
    fmt::Write as _,
    fs::{self, OpenOptions},
    io::Write as _,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use shared::model::Role;

use super::{
    content::{self, Org},
    org::Cast,
};
use crate::{
    App,
    accounts::{self, password::Password},
    chance,
};

/// Its name, in the data folder.
const FILE: &str = "logins.txt";
/// Signs that are not mistaken for each other.
const SIGNS: &[u8; 32] = b"23456789abcdefghijkmnpqrstuvwxyz";
/// 12 signs of 5 bits.
const PASSWORD_SIGNS: usize = 12;

/// A way to sign in to the demo.
#[derive(Clone, Debug)]
pub struct Login {
    /// What can be seen by it.
    pub role: Role,
    /// Who it is.
    pub name: String,
    /// Of which branch, committee or office.
    pub unit: String,
    /// Staff or student number.
    pub number: String,
    /// In clear: it opens invented data on this machine only.
    pub password: String,
}

/// Gives passwords to those whom the table names.
///
/// # Errors
/// When the database fails.
pub async fn give(app: &App, org: &Org, cast: &Cast) -> Result<Vec<Login>> {
    let mut logins = Vec::new();
    for login in &org.login {
        let member = cast.person(&login.name)?;
        let password: String = chance::bytes::<PASSWORD_SIGNS>()
            .map(|byte| char::from(SIGNS[usize::from(byte % 32)]))
            .iter()
            .collect();
        let hash = app.hasher.hash(Password::choose(&password)?).await?;
        let mut tx = app.db.write().await?;
        accounts::store::set_password_hash(&mut tx, member.account, Some(&hash)).await?;
        tx.commit().await?;
        let unit = unit(org, login).context("somebody of the demo works somewhere")?;
        let number = member.number.as_str().to_owned();
        logins.push(Login { role: login.role, name: login.name.clone(), unit, number, password });
    }
    Ok(logins)
}

fn unit(org: &Org, login: &content::Login) -> Option<String> {
    let committee = org.committee.iter().find(|one| one.clerk == login.name).map(|one| one.name.clone());
    let office = |branch: &&content::Branch| {
        let place = branch.people.iter().position(|name| *name == login.name);
        place.is_some_and(|place| login.role == Role::Member || place <= branch.deputies)
    };
    let branch = org.branch.iter().find(office).map(|branch| branch.name.clone());
    login.unit.clone().or(committee).or(branch)
}

/// The file in a data folder.
pub fn path(dir: &Path) -> PathBuf {
    dir.join(FILE)
}

/// Writes the file.
///
/// # Errors
/// When it cannot be written.
pub fn write(dir: &Path, logins: &[Login]) -> Result<()> {
    let path = path(dir);
    let mut text = String::from(
        "Miaopu demo: role, number, password, who. Invented people; works on this machine only.\n\n",
    );
    for login in logins {
        writeln!(text, "{}", line(login))?;
    }
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
    let mut file = file.with_context(|| format!("cannot write {}", path.display()))?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).context("cannot write the logins")
}

/// One login of each role as the file has them, to be printed; the file's first lines are these.
///
/// # Errors
/// When the file cannot be read.
pub fn read(dir: &Path) -> Result<String> {
    let path = path(dir);
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let roles: Vec<_> = text.lines().skip(2).take(ROLES).collect();
    Ok(roles.join("\n"))
}

/// Roles there are; the table begins with one login for each.
const ROLES: usize = 6;

fn line(login: &Login) -> String {
    let role = match login.role {
        Role::Member => "member",
        Role::Secretary => "secretary",
        Role::Deputy => "deputy",
        Role::Committee => "committee",
        Role::School => "school",
        Role::Admin => "admin",
    };
    format!("{role:<10}{:<10}{:<14}{} {}", login.number, login.password, login.name, login.unit)
}
