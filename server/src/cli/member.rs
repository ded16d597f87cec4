//! `huike member …`: help for people when there is no mail.

use crate::auth::{account, login, password};
use crate::clock::Clock;
use crate::config::Config;
use crate::database;
use crate::store::journal::{NewEntry, What};
use anyhow::{Context as _, anyhow, bail};
use clap::Subcommand;
use std::io::Read as _;

#[derive(Debug, Subcommand)]
pub enum MemberCommand {
    /// Print a link with which a person sets a new password, also while the server runs
    ResetPassword {
        /// Sign-in name: e-mail or phone number
        login: String,
        /// Read the new password from standard input instead; all sessions of the person end
        #[arg(long)]
        stdin: bool,
    },
    /// Turn the code of a person off who has lost phone and recovery codes, also while the server runs
    ResetSecondFactor {
        /// Sign-in name: e-mail or phone number
        login: String,
    },
}

pub async fn run(command: MemberCommand, config: &Config, clock: &Clock) -> anyhow::Result<()> {
    match command {
        MemberCommand::ResetPassword { login, stdin } => {
            let store = database::open_existing(config).await?;
            let login = login::parse(&login)?;
            let user = store.user_by_login(&login).await?;
            let user = user.ok_or_else(|| anyhow!("nobody signs in as {login}"))?;
            if stdin {
                let mut typed = String::new();
                std::io::stdin()
                    .read_to_string(&mut typed)
                    .context("cannot read the password")?;
                let new = typed.trim_end_matches(['\r', '\n']);
                password::check(new, &user.login)?;
                let hash = password::Passwords::new()?.hash(new).await?;
                let members = store.memberships(user.id).await?;
                let entry = NewEntry::to(members.first(), What::PasswordReset, clock.now())
                    .with_detail(account::CONSOLE);
                store.set_password(user.id, &hash, None, entry).await?;
                println!("the password is set");
            } else {
                let token = account::make_reset(&*store, &user, clock.now()).await?;
                let base = match &config.base_address {
                    Some(base) => base.origin.clone(),
                    None => format!("http://localhost:{}", config.port),
                };
                println!("{base}/reset/{token}");
                println!("works once, for {} hours", account::RESET_HOURS);
            }
            store.close().await;
            Ok(())
        }
        MemberCommand::ResetSecondFactor { login } => {
            let store = database::open_existing(config).await?;
            let login = login::parse(&login)?;
            let user = store.user_by_login(&login).await?;
            let user = user.ok_or_else(|| anyhow!("nobody signs in as {login}"))?;
            let members = store.memberships(user.id).await?;
            let entry = NewEntry::to(members.first(), What::SecondFactorOff, clock.now())
                .with_detail(account::CONSOLE);
            let was_on = store.turn_off_second_factor(user.id, entry).await;
            store.close().await;
            if was_on? {
                println!("{login} signs in with the password alone now");
                Ok(())
            } else {
                bail!("{login} has no second factor")
            }
        }
    }
}
