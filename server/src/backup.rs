//! Backups: a complete copy of the database with its digest, and the way back.

use crate::config::Config;
use crate::data_folder::{self, DataFolder};
use crate::entropy::hex;
use crate::store::Upkeep as _;
use crate::store::sqlite::{Found, SqliteStore, side_files};
use anyhow::{Context as _, anyhow, bail};
use huike_shared::time::Timestamp;
use sha2::{Digest as _, Sha256};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use time::{Duration, OffsetDateTime};

/// Copies the database to `file` and writes `file.sha256` beside it. A server may be running.
pub async fn backup(
    config: &Config,
    file: Option<&Path>,
    now: Timestamp,
) -> anyhow::Result<PathBuf> {
    let database = config.sqlite();
    not_postgres(config, "copy it with `pg_dump`")?;
    if SqliteStore::look(&database).await? == Found::Nothing {
        bail!("there is no database in {}", config.data.display());
    }
    let file = match file {
        Some(file) => file.to_owned(),
        None => {
            data_folder::make(&config.backups())?;
            config
                .backups()
                .join(format!("huike-{}.sqlite", stamp(now)))
        }
    };
    copy(&database, &file).await?;
    Ok(file)
}

/// Copies the database aside before an upgrade, if one is needed.
pub async fn before_upgrade(config: &Config, now: Timestamp) -> anyhow::Result<Option<PathBuf>> {
    let Some(version) = SqliteStore::look(&config.sqlite()).await?.needs_upgrade() else {
        return Ok(None);
    };
    data_folder::make(&config.backups())?;
    let name = format!("before-upgrade-from-{version}-{}.sqlite", stamp(now));
    let file = config.backups().join(name);
    copy(&config.sqlite(), &file)
        .await
        .context("no backup, so no upgrade")?;
    Ok(Some(file))
}

/// Puts a backup in the place of the database.
///
/// The backup is proved whole first; a database that is already there stays unless `force` says
/// otherwise, and even then it is kept under another name.
pub async fn restore(
    config: &Config,
    file: &Path,
    force: bool,
    now: Timestamp,
) -> anyhow::Result<()> {
    not_postgres(
        config,
        "put a dump back with `pg_restore`, then run `huike renew-logs`",
    )?;
    let _folder = DataFolder::lock(config)?;
    let database = config.sqlite();
    if database.exists() && !force {
        bail!(
            "{} already holds a database; with --force it is kept beside the restored one",
            config.data.display()
        );
    }
    verify_digest(file)?;
    // Prove a copy, so that the backup itself is never touched.
    let incoming = config.data.join("huike.incoming");
    remove_database(&incoming)?;
    fs::copy(file, &incoming).with_context(|| format!("cannot read {}", file.display()))?;
    let proved = prove(&incoming).await;
    if let Err(error) = proved {
        remove_database(&incoming)?;
        return Err(error.context(format!("{} is not restored", file.display())));
    }
    File::open(&incoming)?.sync_all()?;
    if database.exists() {
        let aside = config
            .data
            .join(format!("huike.sqlite.replaced-{}", stamp(now)));
        for (from, to) in side_files(&database).iter().zip(side_files(&aside)) {
            if from.exists() {
                fs::rename(from, to)?;
            }
        }
        fs::rename(&database, &aside)?;
    }
    fs::rename(&incoming, &database)?;
    sync_folder(&config.data)?;
    Ok(())
}

/// The tools of Postgres copy a database that others write to; one file of ours could not.
fn not_postgres(config: &Config, advice: &str) -> anyhow::Result<()> {
    match &config.database {
        Some(address) => bail!("{address} is no SQLite database; {advice} (docs/operations.md)"),
        None => Ok(()),
    }
}

async fn prove(database: &Path) -> anyhow::Result<()> {
    if SqliteStore::look(database).await? == Found::Schema(0) {
        bail!("it is no database of Huike");
    }
    let store = SqliteStore::open(database).await?;
    let damages = store.damages().await;
    // Replicas may have seen positions that are free again: they must know that this is another log.
    let renewed = crate::sync::renew_logs(&store).await;
    store.close().await;
    renewed?;
    match damages?.as_slice() {
        [] => Ok(()),
        [first, ..] => bail!("it is damaged: {first}"),
    }
}

async fn copy(database: &Path, file: &Path) -> anyhow::Result<()> {
    if file.exists() {
        bail!("{} exists already", file.display());
    }
    let mut partial = OsString::from(file);
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let _ = fs::remove_file(&partial);
    SqliteStore::copy(database, &partial)
        .await
        .with_context(|| format!("cannot write {}", file.display()))?;
    File::open(&partial)?.sync_all()?;
    let digest = digest_of(&partial)?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let mut sum = File::create(sum_file(file))?;
    // The form that `sha256sum --check` reads.
    writeln!(sum, "{digest}  {name}")?;
    sum.sync_all()?;
    fs::rename(&partial, file)?;
    sync_folder(file.parent().unwrap_or(Path::new(".")))
}

fn verify_digest(file: &Path) -> anyhow::Result<()> {
    let text = match fs::read_to_string(sum_file(file)) {
        Ok(text) => text,
        // A copy that was made by other means; the database itself is still proved.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(anyhow!(error).context("cannot read the digest of the backup")),
    };
    let expected = text.split_whitespace().next().unwrap_or_default();
    if digest_of(file)? == expected.to_ascii_lowercase() {
        Ok(())
    } else {
        bail!(
            "{} is not what was backed up: its digest differs",
            file.display()
        )
    }
}

fn digest_of(file: &Path) -> anyhow::Result<String> {
    let mut reader = File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = reader.read(&mut buffer)?;
        if count == 0 {
            return Ok(hex(&hasher.finalize()));
        }
        hasher.update(&buffer[..count]);
    }
}

fn sum_file(file: &Path) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(".sha256");
    PathBuf::from(name)
}

fn remove_database(database: &Path) -> anyhow::Result<()> {
    let [wal, shm] = side_files(database);
    for file in [database, &wal, &shm] {
        match fs::remove_file(file) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Makes a rename durable.
fn sync_folder(folder: &Path) -> anyhow::Result<()> {
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

/// A time for file names, in UTC: `20261121-143005`.
fn stamp(now: Timestamp) -> String {
    let at = OffsetDateTime::UNIX_EPOCH + Duration::milliseconds(now.millis());
    let (date, time) = (at.date(), at.time());
    format!(
        "{}{:02}{:02}-{:02}{:02}{:02}",
        date.year(),
        u8::from(date.month()),
        date.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
}
