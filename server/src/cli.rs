//! The commands of `huike`.

mod audit;
mod erase;
mod member;

use crate::auth::account;
use crate::clock::Clock;
use crate::config::{Config, DatabaseAddress, Settings};
use crate::store::journal::{NewEntry, What};
use crate::sync::{Hub, Ingest, epochs};
use crate::{
    backup, consistency, database, demo, export, journal, logging, relocation, serve, sync,
};
use anyhow::bail;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Huike 汇客: customer relations that work offline
#[derive(Debug, Parser)]
#[command(name = "huike", version, propagate_version = true)]
pub struct Cli {
    /// File with settings (default: huike.toml in this folder, if there is one)
    #[arg(long, env = "HUIKE_CONFIG", value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server (the default)
    Serve(ServeOptions),
    /// Copy the database, also while the server runs
    Backup {
        /// Where to (default: a new file in the folder `backups` of the data folder)
        file: Option<PathBuf>,
    },
    /// Put a backup in the place of the database
    Restore {
        /// The backup
        file: PathBuf,
        /// Also if there is a database; it is kept beside the restored one
        #[arg(long)]
        force: bool,
    },
    /// Look for damage
    Check {
        /// Replay every record by Automerge itself as well, which takes longer
        #[arg(long)]
        audit: bool,
    },
    /// Write everything to a folder, in open forms, also while the server runs
    Export {
        /// Where to; empty or not there yet
        folder: PathBuf,
    },
    /// Bring the database up to date without serving
    Migrate,
    /// Copy everything in the data folder into an empty Postgres database
    Move {
        /// Where to, such as postgres://huike@db.example.com/huike
        #[arg(long, value_name = "URL")]
        to: DatabaseAddress,
    },
    /// Renew every record with many changes now, without waiting until it is quiet
    Compact,
    /// Tell all devices to fetch everything anew: after a dump of Postgres was put back
    RenewLogs,
    /// Fill an empty database with a believable trading company, and end
    Seed {
        /// How many times as large, from 1 to 20
        #[arg(long, value_name = "N", default_value_t = 1)]
        scale: usize,
    },
    /// Erase a record and all that belongs to it for good, while no server runs on the data folder
    Erase(erase::EraseOptions),
    /// The security log
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// People
    #[command(subcommand)]
    Member(member::MemberCommand),
}

/// Options of `huike serve`.
#[derive(Args, Clone, Debug, Default)]
struct ServeOptions {
    /// Fill an empty database with a believable trading company
    #[arg(long)]
    demo: bool,
    /// How many times as large, from 1 to 20
    #[arg(long, value_name = "N", default_value_t = 1, requires = "demo")]
    demo_scale: usize,
}

/// Does what was asked.
pub async fn run(cli: Cli) -> anyhow::Result<()> {
    let settings = cli.settings.or(Settings::from_file(cli.config.as_deref())?);
    let config = Config::try_from(settings)?;
    logging::start(&config)?;
    let clock = Clock::system();
    match cli
        .command
        .unwrap_or(Command::Serve(ServeOptions::default()))
    {
        Command::Serve(options) => {
            let server = serve::Server::open(config, clock).await?;
            if options.demo {
                demo::fill::fill(&server.state, options.demo_scale).await?;
                println!("{}", demo::fill::sign_in_line());
            }
            serve::greet(&server).await?;
            server.run(serve::asked_to_stop()).await
        }
        Command::Seed { scale } => {
            let server = serve::Server::open(Config { port: 0, ..config }, clock).await?;
            demo::fill::fill(&server.state, scale).await?;
            println!("{}", demo::fill::sign_in_line());
            server.state.store.close().await;
            Ok(())
        }
        Command::Backup { file } => {
            let file = backup::backup(&config, file.as_deref(), clock.now()).await?;
            println!("{}", file.display());
            Ok(())
        }
        Command::Restore { file, force } => {
            backup::restore(&config, &file, force, clock.now()).await?;
            println!("restored to {}", config.sqlite().display());
            Ok(())
        }
        Command::Check { audit } => check(&config, audit).await,
        Command::Export { folder } => {
            let store = database::open_existing(&config).await?;
            let noted = NewEntry::new(What::Exported, clock.now()).with_detail(account::CONSOLE);
            store.note(noted).await?;
            let exported = export::export(&*store, &folder).await;
            store.close().await;
            println!("{} records in {}", exported?, folder.display());
            Ok(())
        }
        Command::Migrate => {
            let _folder = database::lock(&config)?;
            database::open(&config, &clock).await?.close().await;
            println!("the database is up to date");
            Ok(())
        }
        Command::Move { to } => {
            for (table, count) in relocation::relocate(&config, &to).await? {
                println!("{count:>10} {table}");
            }
            println!("everything is in {to}; serve it with --database");
            Ok(())
        }
        Command::Compact => compact(&config, clock).await,
        Command::RenewLogs => {
            let _folder = database::lock(&config)?;
            let store = database::open_existing(&config).await?;
            let renewed = sync::renew_logs(&*store).await;
            store.close().await;
            renewed?;
            println!("the logs have other names");
            Ok(())
        }
        Command::Erase(options) => erase::run(options, &config, &clock).await,
        Command::Audit(command) => audit::run(command, &config).await,
        Command::Member(command) => member::run(command, &config, &clock).await,
    }
}

/// Renews what has many changes, and says what was done.
async fn compact(config: &Config, clock: Clock) -> anyhow::Result<()> {
    let _folder = database::lock(config)?;
    let store = database::open_existing(config).await?;
    let ingest = Ingest::start(store.clone(), Hub::default(), clock);
    let done = epochs::renew_all(&ingest, epochs::When::Now).await;
    store.close().await;
    let done = done?;
    println!("{:>10} records renewed", done.renewed);
    println!("{:>10} left: an open clash, or too large", done.left);
    Ok(())
}

async fn check(config: &Config, with_audit: bool) -> anyhow::Result<()> {
    let store = database::open_existing(config).await?;
    let mut damages = store.damages().await;
    if damages.as_ref().is_ok_and(Vec::is_empty) {
        damages = Ok(consistency::faults(&*store).await?);
    }
    if let Ok(damages) = &mut damages
        && let Err(fault) = journal::verify(&*store, None).await?
    {
        damages.push(fault.to_string());
    }
    if with_audit && let Ok(damages) = &mut damages {
        let differences = crate::audit::all(&*store).await?;
        let told = differences.iter();
        damages.extend(told.map(|it| format!("record {} {}", it.record.id, it.what)));
    }
    store.close().await;
    let damages = damages?;
    for damage in &damages {
        println!("{damage}");
    }
    match damages.len() {
        0 => {
            println!("ok");
            Ok(())
        }
        count => bail!("{count} problems; restore a backup with `huike restore`"),
    }
}
