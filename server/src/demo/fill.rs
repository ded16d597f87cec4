//! Puts the demo company into an empty database, through the same door as everybody.

use super::company::{Company, DemoMember, WORKSPACE_NAME, company};
use crate::app::AppState;
use crate::entropy::OsEntropy;
use crate::error::Failure;
use crate::store::people::{Member, Opened, Opening, User, Workspace};
use crate::sync::ingest::Author;
use anyhow::bail;
use huike_shared::document::Actor;
use huike_shared::id::{Entropy as _, RecordId};
use huike_shared::sync::message::{PushedChange, Verdict};
use std::time::Instant;

/// The sign-in name of the demo's administrator.
pub const DEMO_LOGIN: &str = "demo";
/// The password of everybody in the demo. It is no secret: a demo holds nobody's data.
pub const DEMO_PASSWORD: &str = "huike demo 2026";
/// Larger demos do not fit the promise of seconds.
pub const SCALE_MAX: usize = 20;

/// Changes of one transaction.
const BATCH_CHANGES: usize = 2_000;
/// Minutes that the demo's company is east of UTC.
const OFFSET_MINUTES: i32 = 8 * 60;

/// What the console says of the demo's account.
pub fn sign_in_line() -> String {
    format!("The demo is ready. Sign in as {DEMO_LOGIN} with the password: {DEMO_PASSWORD}")
}

/// What [`fill`] found or made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filled {
    /// The company, with so many changes.
    Now(usize),
    /// The company was there.
    Before,
}

/// Fills an empty database, or finds the demo that is there. Any other database is left alone.
pub async fn fill(state: &AppState, scale: usize) -> anyhow::Result<Filled> {
    if !(1..=SCALE_MAX).contains(&scale) {
        bail!("the scale of the demo is a number from 1 to {SCALE_MAX}");
    }
    let workspaces = state.store.workspaces().await?;
    match workspaces.as_slice() {
        [] => {}
        [only] if only.name == WORKSPACE_NAME => {
            let company = company(scale, state.clock.now().date(OFFSET_MINUTES));
            let head = state.ingest.head(only.id).await?.position;
            if (head as usize) < company.records.len().min(SCALE_ONE_RECORDS) {
                bail!(
                    "the demo data in {} is incomplete, because filling it was interrupted; remove \
                     it and start again",
                    state.config.place()
                );
            }
            return Ok(Filled::Before);
        }
        _ => bail!(
            "{} holds a workspace that is not the demo; choose another place for the demo with \
             --data",
            state.config.place()
        ),
    }
    let started = Instant::now();
    let now = state.clock.now();
    let company = company(scale, now.date(OFFSET_MINUTES));
    open(state, &company).await?;
    let count = write(state, &company).await?;
    tracing::info!(
        change.count = count,
        duration_ms = started.elapsed().as_millis() as u64,
        "the demo is ready"
    );
    Ok(Filled::Now(count))
}

/// Records of the smallest demo; fewer positions than that mean that filling was interrupted.
const SCALE_ONE_RECORDS: usize = 15_700;

async fn open(state: &AppState, company: &Company) -> anyhow::Result<()> {
    let now = state.clock.now();
    let password_hash = state.passwords.hash(DEMO_PASSWORD).await?;
    let user = |member: &DemoMember| User {
        id: member.user_id,
        login: member.login.to_owned(),
        password_hash: password_hash.clone(),
    };
    let Some((first, others)) = company.members.split_first() else {
        bail!("the demo has no members");
    };
    let opening = Opening {
        workspace: Workspace {
            id: company.workspace_id,
            name: WORKSPACE_NAME.to_owned(),
        },
        user: user(first),
        member_id: first.id,
        member_name: first.name.to_owned(),
        must_be_first: true,
        now,
    };
    match state.store.open_workspace(opening).await? {
        Opened::Done => {}
        Opened::NotFirst | Opened::LoginTaken => bail!("the database is not empty"),
    }
    for demo in others {
        let member = Member {
            id: demo.id,
            workspace_id: company.workspace_id,
            user_id: demo.user_id,
            name: demo.name.to_owned(),
            login: demo.login.to_owned(),
            role: demo.role,
            is_active: true,
        };
        if !state.store.add_member(user(demo), member, now).await? {
            bail!("the sign-in name {} is taken", demo.login);
        }
    }
    Ok(())
}

/// Writes every member's records in their name; answers how many changes there were.
async fn write(state: &AppState, company: &Company) -> anyhow::Result<usize> {
    let mut count = 0;
    for (place, demo) in company.members.iter().enumerate() {
        let device_id: RecordId = OsEntropy.record_id(state.clock.now());
        let author = Author {
            member_id: demo.id,
            device_id,
        };
        let actor = Actor::new(&mut OsEntropy);
        state
            .ingest
            .register(company.workspace_id, author, &[actor])
            .await?;
        let records = company.records.iter().filter(|it| it.by == place);
        let mut batch: Vec<PushedChange> = Vec::with_capacity(BATCH_CHANGES);
        for record in records {
            batch.extend(record.changes(actor));
            if batch.len() >= BATCH_CHANGES {
                count += submit(state, company.workspace_id, author, &mut batch).await?;
            }
        }
        count += submit(state, company.workspace_id, author, &mut batch).await?;
    }
    Ok(count)
}

async fn submit(
    state: &AppState,
    workspace_id: RecordId,
    author: Author,
    batch: &mut Vec<PushedChange>,
) -> Result<usize, Failure> {
    let changes = std::mem::take(batch);
    let count = changes.len();
    for answer in state.ingest.submit(workspace_id, author, changes).await {
        if let Verdict::Refused(refusal) = answer.verdict {
            return Err(Failure::Broken(format!(
                "ingest refused the demo: {refusal}"
            )));
        }
    }
    Ok(count)
}
