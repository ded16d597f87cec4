//! What every database must do, by the traits of the store. Each test runs on each of them.

mod changes;
mod documents;
mod erasures;
mod errors;
mod files;
mod histories;
mod imports;
mod journal;
mod people;
mod programs;
mod queries;
mod rights;
mod second_factors;
mod sessions;

use crate::postgres::Database;
use huike_server::store::Store;
use huike_server::store::journal::{NewEntry, What};
use huike_server::store::people::{Opened, Opening, User, Workspace};
use huike_server::store::postgres::PostgresStore;
use huike_server::store::sqlite::SqliteStore;
use huike_shared::id::RecordId;
use huike_shared::time::Timestamp;
use std::sync::Arc;
use tempfile::TempDir;

pub const WORKSPACE: RecordId = RecordId([1; 16]);
pub const MEMBER: RecordId = RecordId([2; 16]);
pub const USER: RecordId = RecordId([3; 16]);
pub const LOG: RecordId = RecordId([9; 16]);
pub const LOGIN: &str = "a@b";

/// The time of the tests: moments that differ where it matters.
pub fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(1_800_000_000_000 + millis)
}

/// Something for the security log, where a test is about something else.
pub fn entry(millis: i64) -> NewEntry {
    NewEntry::new(What::Refused, at(millis))
}

/// A new database that holds nothing but its schema.
pub struct Fresh {
    pub store: Arc<dyn Store>,
    pub place: Place,
}

/// Where the database is.
pub enum Place {
    Sqlite(TempDir),
    Postgres(Database),
}

impl Fresh {
    pub async fn sqlite() -> Fresh {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::Sqlite(folder);
        let store = place.open().await;
        Fresh { store, place }
    }

    pub async fn postgres() -> Fresh {
        let place = Place::Postgres(Database::new().await);
        let store = place.open().await;
        Fresh { store, place }
    }

    /// With one workspace, its first member and its log.
    pub async fn opened(self) -> Fresh {
        assert_eq!(
            self.store.open_workspace(opening(0)).await.unwrap(),
            Opened::Done
        );
        self.store.open_log(WORKSPACE, LOG).await.unwrap();
        self
    }
}

impl Place {
    /// Opens it once more, as another server would.
    pub async fn open(&self) -> Arc<dyn Store> {
        match self {
            Place::Sqlite(folder) => {
                let file = folder.path().join("huike.sqlite");
                Arc::new(SqliteStore::open(&file).await.unwrap())
            }
            Place::Postgres(database) => {
                Arc::new(PostgresStore::open(&database.address).await.unwrap())
            }
        }
    }
}

/// The first workspace, or another one with its own first member.
pub fn opening(number: u8) -> Opening {
    let other = |id: RecordId| RecordId(id.0.map(|it| it + 10 * number));
    Opening {
        workspace: Workspace {
            id: other(WORKSPACE),
            name: format!("云仓 {number}"),
        },
        user: User {
            id: other(USER),
            login: if number == 0 {
                LOGIN.to_owned()
            } else {
                format!("{number}@b")
            },
            password_hash: "-".to_owned(),
        },
        member_id: other(MEMBER),
        member_name: "王伟".to_owned(),
        must_be_first: number == 0,
        now: at(i64::from(number)),
    }
}

/// Makes a test of each function for each database.
macro_rules! on_every_store {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $test() {
                super::$test($crate::store::Fresh::sqlite().await).await;
            })+
        }
        mod postgres {
            $(#[tokio::test]
            async fn $test() {
                super::$test($crate::store::Fresh::postgres().await).await;
            })+
        }
    };
}
pub(crate) use on_every_store;
