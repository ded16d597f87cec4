//! The commands of `huike`.

mod member;

use crate::clock::Clock;
use crate::config::{Config, Settings};
use crate::store::Upkeep as _;
use crate::store::sqlite::{Found, SqliteStore};
use crate::{backup, consistency, demo, export, logging, serve};
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
    Check,
    /// Write everything to a folder, in open forms, also while the server runs
    Export {
        /// Where to; empty or not there yet
        folder: PathBuf,
    },
    /// Bring the database up to date without serving
    Migrate,
    /// Fill an empty database with a believable trading company, and end
    Seed {
        /// How many times as large, from 1 to 20
        #[arg(long, value_name = "N", default_value_t = 1)]
        scale: usize,
    },
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
            println!("restored to {}", config.database().display());
            Ok(())
        }
        Command::Check => check(&config).await,
        Command::Export { folder } => {
            let store = open_existing(&config).await?;
            let exported = export::export(&store, &folder).await;
            store.close().await;
            println!("{} records in {}", exported?, folder.display());
            Ok(())
        }
        Command::Migrate => {
            let _folder = crate::data_folder::DataFolder::lock(&config)?;
            serve::open_store(&config, &clock).await?.close().await;
            println!("the database is up to date");
            Ok(())
        }
        Command::Member(command) => member::run(command, &config, &clock).await,
    }
}

/// Opens the database of a command that changes no schema.
async fn open_existing(config: &Config) -> anyhow::Result<SqliteStore> {
    let found = SqliteStore::look(&config.database()).await?;
    if found == Found::Nothing {
        bail!("there is no database in {}", config.data.display());
    }
    if found.needs_upgrade().is_some() {
        bail!("the database must be upgraded first; run `huike migrate`");
    }
    Ok(SqliteStore::open(&config.database()).await?)
}

async fn check(config: &Config) -> anyhow::Result<()> {
    let store = open_existing(config).await?;
    let mut damages = store.damages().await;
    if damages.as_ref().is_ok_and(Vec::is_empty) {
        damages = Ok(consistency::faults(&store).await?);
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
