//! What the databases' errors mean, in the words of [`StoreError`].

use super::StoreError;
use sqlx::postgres::PgDatabaseError;

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let known = match &error {
            sqlx::Error::Database(database) => {
                let code = database.code();
                let code = code.as_deref().unwrap_or_default();
                if database.try_downcast_ref::<PgDatabaseError>().is_some() {
                    of_postgres(code)
                } else {
                    of_sqlite(code)
                }
            }
            sqlx::Error::Io(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Some(StoreError::Unreachable),
            _ => None,
        };
        known.unwrap_or_else(|| StoreError::Broken(error.to_string()))
    }
}

/// The low byte of SQLite's extended code says what kind of trouble it is.
fn of_sqlite(code: &str) -> Option<StoreError> {
    match code.parse::<u32>().ok()? & 0xff {
        5 | 6 => Some(StoreError::Busy),
        8 | 14 => Some(StoreError::ReadOnly),
        11 | 26 => Some(StoreError::Damaged),
        13 => Some(StoreError::Full),
        _ => None,
    }
}

/// SQLSTATE: two characters of class, three of detail.
fn of_postgres(code: &str) -> Option<StoreError> {
    match code {
        // disk_full
        "53100" => Some(StoreError::Full),
        // read_only_sql_transaction (a standby), insufficient_privilege
        "25006" | "42501" => Some(StoreError::ReadOnly),
        // data_corrupted, index_corrupted
        "XX001" | "XX002" => Some(StoreError::Damaged),
        // serialization_failure, deadlock_detected, lock_not_available, query_canceled,
        // too_many_connections, out_of_memory
        "40001" | "40P01" | "55P03" | "57014" | "53300" | "53200" => Some(StoreError::Busy),
        // admin_shutdown, crash_shutdown, cannot_connect_now, idle_in_transaction_session_timeout
        "57P01" | "57P02" | "57P03" | "25P03" => Some(StoreError::Unreachable),
        _ if code.starts_with("08") => Some(StoreError::Unreachable),
        _ => None,
    }
}
