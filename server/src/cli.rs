//! The commands and their arguments; what stands here is what `miaopu --help` prints.

use std::{ffi::OsString, path::PathBuf};

use clap::{Parser, Subcommand};
use miaopu_server::{
    config::Flags,
    derive::{self, confine::Risky},
    gc, lepton, verify,
};

/// Miaopu 苗圃: the field journal and archive of Party branches.
#[derive(Parser)]
#[command(name = "miaopu", version, about)]
pub struct Cli {
    #[command(flatten)]
    pub flags: Flags,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Serve the app and its API until told to stop (SIGINT or SIGTERM).
    Serve,
    /// Make pictures, clips and voices for a server until told to stop; answers nobody. Needs PostgreSQL.
    Worker,
    /// Make an administrator, give new codes, close accounts.
    #[command(subcommand)]
    Account(AccountCommand),
    /// Bring branches and people from a file of the school.
    #[command(subcommand)]
    Roster(RosterCommand),
    /// Check histories, checksums, versions and queues against each other; changes nothing.
    Verify {
        /// Read every photo, clip and voice back too, and hold it against its SHA-256.
        #[arg(long)]
        blobs: bool,
        /// Megabytes a second that are read at most.
        #[arg(long, value_name = "MB", requires = "blobs", default_value_t = verify::blobs::USUAL_MB_PER_SECOND)]
        #[arg(value_parser = clap::value_parser!(u32).range(1..))]
        rate: u32,
        /// Check a folder of backups instead of the installation.
        #[arg(long, value_name = "FOLDER", conflicts_with = "blobs")]
        backup: Option<PathBuf>,
    },
    /// Save database, media and keys into a folder of backups, beside a running server.
    Backup {
        /// The folder; it grows by what is new.
        folder: PathBuf,
        /// The folder lies on another machine: phones may forget what it covers.
        #[arg(long)]
        off_machine: bool,
        /// States of the database to keep, the newest; all without this. Media are never removed.
        #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..))]
        keep: Option<u16>,
    },
    /// Remove files of media that nothing names any more, once they have waited; without --apply, say which.
    Gc {
        /// Remove them.
        #[arg(long)]
        apply: bool,
        /// Days that a file waits.
        #[arg(long, value_name = "DAYS", default_value_t = gc::collect::USUAL_GRACE_DAYS)]
        grace_days: u32,
    },
    /// Bring files of media to another storage.
    #[command(subcommand)]
    Blobs(BlobsCommand),
    /// Bring all rows into another, empty database, read both back and compare them. Stop the server before; then name
    /// the new one in database.url. Keys and media stay where they are.
    Copy {
        /// sqlite:PATH or postgres://USER@HOST/NAME; the configured database without this.
        #[arg(long, value_name = "DATABASE")]
        from: Option<String>,
        /// The empty one, named alike.
        #[arg(long, value_name = "DATABASE")]
        to: String,
    },
    /// Show what phones sent again after a restore and what waits for work of others, and end the waiting.
    #[command(subcommand)]
    Held(HeldCommand),
    /// Show the queue of work, and decide about what was given up.
    #[command(subcommand)]
    Jobs(JobsCommand),
    /// Fill an empty installation from a folder of backups; phones then send again what it lacks.
    Restore {
        /// The folder of backups.
        folder: PathBuf,
        /// Which state, like 20190921T000000.000Z; the newest without this.
        #[arg(long)]
        state: Option<String>,
    },
    /// Make the data of an invented university once, print how to sign in, and serve it on loopback.
    Demo {
        /// Folder of the demo data.
        #[arg(long, value_name = "FOLDER", default_value = "./data-demo")]
        data: PathBuf,
    },
    /// Say of every file of a folder what would be made of it, and why not; keeps and changes nothing.
    Inspect {
        /// The folder, with the folders in it.
        folder: PathBuf,
        /// A JSON object a line instead of a table, with camera and position.
        #[arg(long)]
        json: bool,
    },
    /// Print the documented default configuration.
    DefaultConfig,
    /// Make a photo smaller or whole again, from standard input to standard output; the server starts this.
    Lepton {
        /// `encode` or `decode`.
        #[arg(value_parser = lepton::Direction::parse_argument)]
        direction: lepton::Direction,
    },
    /// Read one picture from standard input and answer for it on standard output; the server starts this.
    DeriveOne {
        /// `photo` for preview and thumb, `sketch` for the sketch made safe, `facts` for what the file says of itself.
        #[arg(value_parser = derive::Want::parse_argument)]
        want: derive::Want,
        /// Decode this even where the kernel confines too little, as derive.unconfined allows.
        #[arg(long, value_name = "WHAT")]
        unconfined: Vec<Risky>,
    },
    /// Confine this process and become ffmpeg or ffprobe; the server starts this.
    RunConfined {
        /// Seconds of computing it may take.
        #[arg(long)]
        seconds: u64,
        /// Run it even where the kernel confines too little, as derive.unconfined allows.
        #[arg(long, value_name = "WHAT")]
        unconfined: Vec<Risky>,
        /// The program.
        program: PathBuf,
        /// Its arguments.
        #[arg(last = false, trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Say what this machine's kernel gives to confine the decoding of strangers' files.
    Confinement,
}

/// A code is printed once and stored only as a hash: hand it over in person.
#[derive(Subcommand)]
pub enum AccountCommand {
    /// Make an administrator; the first one comes into being only here.
    CreateAdmin {
        /// Staff number to sign in with.
        #[arg(long)]
        number: String,
        /// Name, as others see it.
        #[arg(long)]
        name: String,
    },
    /// Take password and devices away and print a new activation code.
    Reset {
        /// Staff or student number.
        number: String,
    },
    /// End an account for good; its name stays in records.
    Close {
        /// Staff or student number.
        number: String,
    },
}

#[derive(Subcommand)]
pub enum BlobsCommand {
    /// Copy every file, each held against its SHA-256; what is there already is passed over. Change blobs.url or
    /// blobs.dir and start the server anew afterwards, then copy once more what came meanwhile.
    Copy {
        /// A folder, or s3://bucket/prefix at the service that the configuration names.
        #[arg(long, value_name = "STORAGE")]
        from: String,
        /// The same.
        #[arg(long, value_name = "STORAGE")]
        to: String,
    },
}

#[derive(Subcommand)]
pub enum HeldCommand {
    /// Count what waits.
    List,
    /// Decide what still waits as everything stands now, once no phone is expected back. What lacks its entry is
    /// refused, and lies on its phone with all it holds.
    Close,
}

#[derive(Subcommand)]
pub enum JobsCommand {
    /// Count the queue by kind and state, and name what was given up, with why.
    List {
        /// Name what is still to be done too.
        #[arg(long)]
        all: bool,
        /// Begin behind this job.
        #[arg(long, value_name = "ID", default_value = "")]
        after: String,
    },
    /// Put a job that was given up back in the queue.
    Retry {
        /// Which, as `miaopu jobs list` names it.
        id: String,
    },
    /// Forget a job that was given up; what it was to do stays undone.
    Drop {
        /// Which, as `miaopu jobs list` names it.
        id: String,
    },
}

#[derive(Subcommand)]
pub enum RosterCommand {
    /// Import a CSV (UTF-8) or XLSX file; the same file again changes nothing. Codes go into a file of the data folder.
    Import {
        /// Columns: committee, branch, kind, basis, work_line, founded_on, temporary_branch, number, name,
        /// membership, role; Chinese headings and words are taken too.
        file: PathBuf,
        /// Say for each row what would change, and change nothing.
        #[arg(long)]
        dry_run: bool,
        /// The file holds everybody of the branches it names: who is missing has left, and accounts that hold
        /// nothing any more are closed.
        #[arg(long)]
        whole: bool,
    },
}
