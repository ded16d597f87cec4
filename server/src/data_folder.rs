//! The data folder: made, proved writable, and locked against a second server.

use crate::config::Config;
use anyhow::{Context as _, anyhow, bail};
use fd_lock::{RwLock, RwLockWriteGuard};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

/// Proof that no other server uses the folder. Ends with the process, however it ends.
pub struct DataFolder {
    _guard: RwLockWriteGuard<'static, File>,
}

impl std::fmt::Debug for DataFolder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DataFolder")
    }
}

impl DataFolder {
    /// Makes the folder if needed and locks it.
    pub fn lock(config: &Config) -> anyhow::Result<DataFolder> {
        let folder = &config.data;
        make(folder)?;
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(folder.join("huike.lock"))
            .map_err(|error| unwritable(folder, &error))?;
        // The lock lives as long as the process; the guard borrows it.
        let lock: &'static mut RwLock<File> = Box::leak(Box::new(RwLock::new(file)));
        let mut guard = match lock.try_write() {
            Ok(guard) => guard,
            Err(error) if error.kind() == ErrorKind::WouldBlock => bail!(
                "data folder {} is in use by another huike server; stop it first or choose \
                 another folder with --data",
                folder.display()
            ),
            Err(error) => {
                return Err(anyhow!(error))
                    .with_context(|| format!("cannot lock data folder {}", folder.display()));
            }
        };
        // Also finds folders that are read-only although the file could be opened.
        guard
            .set_len(0)
            .and_then(|()| writeln!(guard, "{}", std::process::id()))
            .map_err(|error| unwritable(folder, &error))?;
        Ok(DataFolder { _guard: guard })
    }
}

/// Makes a folder that only its owner may read.
pub fn make(folder: &Path) -> anyhow::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(folder)
        .map_err(|error| unwritable(folder, &error))
}

fn unwritable(folder: &Path, error: &std::io::Error) -> anyhow::Error {
    anyhow!(
        "data folder {} cannot be written: {error}",
        folder.display()
    )
}
