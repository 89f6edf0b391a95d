//! A whole installation for one row: folder, database, server, and people who came in by a roster file and their
//! activation codes, as everybody does. Each has a phone that is signed in.

use std::fmt::Write as _;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use crate::chance::Chance;
use crate::cluster::Cluster;
use crate::load::Link;
use crate::phone::Phone;
use crate::server::{Installation, Server};

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file beside the data.
    Sqlite,
    /// A private cluster that syncs its commits.
    Postgres,
}

/// How many people there are, and where.
#[derive(Clone, Copy, Debug)]
pub struct Crowd {
    /// Branches below one committee.
    pub branches: usize,
    /// Members of each, beside a secretary who never signs in.
    pub members: usize,
}

/// An installation that runs.
pub struct Site {
    /// Everything it keeps.
    pub installation: Installation,
    /// Its server.
    pub server: Server,
    /// PostgreSQL, where it runs on it.
    pub cluster: Option<Cluster>,
    /// Phones: the first member of every branch, then the second of every branch, and so on.
    pub phones: Vec<Phone>,
    /// Number and activation code of a secretary who never signed in.
    pub secretary: (String, String),
    /// Where the row may put files of its own.
    pub folder: TempDir,
}

impl Site {
    /// Makes one. `program` is the release binary.
    pub async fn open(program: &Path, engine: Engine, crowd: Crowd) -> Result<Site> {
        Site::open_with(program, (engine, crowd), &[]).await
    }

    /// As [`Site::open`], with settings that are none of the defaults.
    pub async fn open_with(
        program: &Path,
        (engine, crowd): (Engine, Crowd),
        settings: &[(String, String)],
    ) -> Result<Site> {
        let target = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/bench"));
        fs::create_dir_all(&target)?;
        let folder = tempfile::Builder::new().prefix("site-").tempdir_in(target.canonicalize()?)?;
        let cluster = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(Cluster::start().await?),
        };
        let database = match &cluster {
            Some(cluster) => cluster.database("ours").await?,
            None => String::new(),
        };
        let installation = Installation::new(program, folder.path(), &database)?.with(settings);
        let roster = folder.path().join("roster.csv");
        fs::write(&roster, roster_of(crowd))?;
        // The first start of a server begins the installation, into which an office then imports.
        let server = installation.serve().await?;
        installation.run(&["roster", "import", &roster.to_string_lossy()]).await?;
        let codes = codes(&installation)?;
        let secretary = codes.last().context("every branch has a secretary")?.clone();
        let phones = activate(server.addr, &codes).await?;
        ensure!(phones.len() == crowd.branches * crowd.members, "somebody got no code");
        Ok(Site { installation, server, cluster, phones, secretary, folder })
    }

    /// Where the server listens.
    pub fn addr(&self) -> SocketAddr {
        self.server.addr
    }

    /// Stops everything and removes the folder.
    pub async fn close(self) -> Result<()> {
        self.server.stop().await?;
        if let Some(cluster) = self.cluster {
            cluster.stop().await?;
        }
        Ok(self.folder.close()?)
    }
}

fn roster_of(crowd: Crowd) -> String {
    let mut roster = String::from("committee,branch,kind,basis,work_line,number,name,role\n");
    for member in 0..=crowd.members {
        for branch in 0..crowd.branches {
            let role = if member == crowd.members { "secretary" } else { "member" };
            writeln!(
                roster,
                "第一临床医学院党委,第{branch}党支部,staff,professional,medical,M{member:03}{branch:03},\
                 人员{member:03}{branch:03},{role}"
            )
            .expect("text takes text");
        }
    }
    roster
}

/// Numbers and codes of all members, in the order of their numbers.
fn codes(installation: &Installation) -> Result<Vec<(String, String)>> {
    let mut files = fs::read_dir(installation.data())?.filter_map(|file| Some(file.ok()?.path()));
    let file = files
        .find(|path| path.extension().is_some_and(|ending| ending == "csv"))
        .context("an import writes a file of codes")?;
    let text = fs::read_to_string(file)?;
    let mut codes: Vec<(String, String)> = Vec::new();
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let [number, .., code] = cells[..] else { continue };
        codes.push((number.to_owned(), code.to_owned()));
    }
    codes.sort();
    Ok(codes)
}

/// Signs everybody in but the secretaries, whose numbers come last.
async fn activate(server: SocketAddr, codes: &[(String, String)]) -> Result<Vec<Phone>> {
    let mut chance = Chance::of(0xC0DE);
    let mut link = Link::open(server).await?;
    let last = codes.last().context("somebody has a code")?.0[..4].to_owned();
    let mut phones = Vec::new();
    for (number, code) in codes.iter().filter(|(number, _)| !number.starts_with(&last)) {
        phones.push(Phone::activate(&mut link, &mut chance, number, code).await?);
    }
    Ok(phones)
}
