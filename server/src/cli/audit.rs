//! `huike audit …`: the security log, looked at from the console.

use crate::config::Config;
use crate::database;
use crate::journal;
use crate::store::journal::{Chain, Mark};
use anyhow::{anyhow, bail};
use clap::Subcommand;

/// Questions to the security log.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Prove that no entry was changed, removed, moved or put in, also while the server runs
    Verify {
        /// A head that was printed before; the chain must lead through it
        #[arg(long, value_name = "NUMBER:HASH")]
        head: Option<String>,
    },
    /// Print the head of the chain, to be kept on another machine
    Head,
}

/// Answers it.
pub async fn run(command: AuditCommand, config: &Config) -> anyhow::Result<()> {
    let copied = match &command {
        AuditCommand::Verify { head: Some(text) } => {
            let mark = Mark::parse(text);
            Some(mark.ok_or_else(|| anyhow!("{text} is no head; `huike audit head` prints one"))?)
        }
        AuditCommand::Verify { head: None } | AuditCommand::Head => None,
    };
    let store = database::open_existing(config).await?;
    match command {
        AuditCommand::Verify { .. } => {
            let proved = journal::verify(&*store, copied).await;
            store.close().await;
            match proved? {
                Ok(proved) => println!("ok: {} entries up to {}", proved.count, proved.head),
                Err(fault) => bail!("{fault}"),
            }
        }
        AuditCommand::Head => {
            let chain = store.journal_chain().await;
            store.close().await;
            let Chain { head, .. } = chain?;
            println!("{head}");
        }
    }
    Ok(())
}
