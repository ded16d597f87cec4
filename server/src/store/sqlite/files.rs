//! Files that wait lie in a folder beside the database.

use super::SqliteStore;
use crate::data_folder;
use crate::store::files::Files;
use crate::store::{StoreError, StoreResult};
use async_trait::async_trait;
use huike_shared::id::RecordId;
use std::io::{Error, ErrorKind};
use std::path::PathBuf;
use std::time::Duration;

impl SqliteStore {
    fn folder(&self) -> PathBuf {
        self.file.with_file_name("imports")
    }

    fn path(&self, id: RecordId) -> PathBuf {
        self.folder().join(format!("{id}.csv"))
    }
}

#[async_trait]
impl Files for SqliteStore {
    async fn keep_file(&self, id: RecordId, content: &[u8]) -> StoreResult<()> {
        data_folder::make(&self.folder()).map_err(|it| StoreError::Broken(it.to_string()))?;
        tokio::fs::write(self.path(id), content)
            .await
            .map_err(trouble)
    }

    async fn file(&self, id: RecordId) -> StoreResult<Option<Vec<u8>>> {
        match tokio::fs::read(self.path(id)).await {
            Ok(content) => Ok(Some(content)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(trouble(error)),
        }
    }

    async fn forget_file(&self, id: RecordId) -> StoreResult<()> {
        match tokio::fs::remove_file(self.path(id)).await {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(trouble(error)),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    async fn forget_files_older_than(&self, age: Duration) -> StoreResult<()> {
        let Ok(mut entries) = tokio::fs::read_dir(self.folder()).await else {
            return Ok(());
        };
        while let Ok(Some(entry)) = entries.next_entry().await {
            let modified = entry.metadata().await.and_then(|it| it.modified());
            let elapsed = modified.ok().and_then(|it| it.elapsed().ok());
            if elapsed.is_some_and(|it| it > age) {
                let _ = tokio::fs::remove_file(entry.path()).await;
            }
        }
        Ok(())
    }
}

fn trouble(error: Error) -> StoreError {
    match error.kind() {
        ErrorKind::StorageFull => StoreError::Full,
        ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => StoreError::ReadOnly,
        _ => StoreError::Broken(error.to_string()),
    }
}
