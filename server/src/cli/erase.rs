//! `huike erase …`: erasing for good, from the console.

use crate::clock::Clock;
use crate::config::Config;
use crate::erasure::{Asked, ErasedList, erase, finish, plan};
use crate::store::Store;
use crate::sync::{Hub, Ingest};
use crate::{data_folder, database};
use anyhow::{anyhow, bail};
use clap::Args;
use huike_shared::id::RecordId;
use huike_shared::record::RecordRef;
use huike_shared::registry;
use std::path::PathBuf;
use std::sync::Arc;

/// What to erase: one record with what belongs to it, or everything on a list.
#[derive(Args, Clone, Debug)]
pub struct EraseOptions {
    /// Word of the kind, such as customer
    #[arg(required_unless_present = "list", requires = "id")]
    kind: Option<String>,
    /// Id of the record
    id: Option<String>,
    /// Id of the workspace, if there are several
    #[arg(long)]
    workspace: Option<String>,
    /// Erase again what a list names, such as the `erased.list` of another data folder
    #[arg(long, value_name = "FILE", conflicts_with_all = ["kind", "id", "workspace"])]
    list: Option<PathBuf>,
}

/// Erases and says how much.
pub async fn run(options: EraseOptions, config: &Config, clock: &Clock) -> anyhow::Result<()> {
    let _folder = database::lock(config)?;
    data_folder::make(&config.data)?;
    let store = database::open_existing(config).await?;
    let ingest = Ingest::start(store.clone(), Hub::default(), clock.clone());
    let done = act(options, config, &store, &ingest).await;
    store.close().await;
    println!("{} records erased for good", done?);
    Ok(())
}

async fn act(
    options: EraseOptions,
    config: &Config,
    store: &Arc<dyn Store>,
    ingest: &Ingest,
) -> anyhow::Result<usize> {
    let own = ErasedList::of(&config.data);
    if let Some(file) = options.list {
        let list = ErasedList::at(&file);
        for (asked, records) in list.read()? {
            own.add(asked, &records)?;
        }
        return Ok(finish(&**store, ingest, &own).await?);
    }
    let asked = Asked {
        workspace_id: workspace(&**store, options.workspace.as_deref()).await?,
        // Nobody who is signed in.
        member_id: RecordId::default(),
    };
    let kind = options.kind.unwrap_or_default();
    let def = registry::def_by_name(&kind).ok_or_else(|| anyhow!("there is no kind {kind}"))?;
    let id = options.id.unwrap_or_default();
    let id = RecordId::parse(&id).map_err(|_| anyhow!("{id} is no id"))?;
    let root = RecordRef { kind: def.kind, id };
    let records = plan(&**store, asked.workspace_id, root).await?;
    Ok(erase(ingest, &own, asked, records).await?.len())
}

async fn workspace(store: &dyn Store, named: Option<&str>) -> anyhow::Result<RecordId> {
    let all = store.workspaces().await?;
    if let Some(named) = named {
        let found = all.iter().find(|it| it.id.to_string() == named);
        return found
            .map(|it| it.id)
            .ok_or_else(|| anyhow!("there is no workspace {named}"));
    }
    match &all[..] {
        [only] => Ok(only.id),
        [] => bail!("there is no workspace"),
        _ => bail!("there are several workspaces; name one with --workspace"),
    }
}
