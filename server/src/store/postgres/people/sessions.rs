//! Passwords, sessions, devices and attempts.

use super::{blob, id, read_user, time, time_or_none};
use crate::store::StoreResult;
use crate::store::journal::NewEntry;
use crate::store::notices::Notice;
use crate::store::people::*;
use crate::store::postgres::{PostgresStore, journal, lock, news};
use huike_shared::id::RecordId;
use huike_shared::time::Timestamp;
use sqlx::Row;
use sqlx::postgres::PgRow;

pub async fn set_password(
    store: &PostgresStore,
    user_id: RecordId,
    password_hash: &str,
    except: Option<Digest>,
    entry: NewEntry,
) -> StoreResult<()> {
    let mut write = store.begin().await?;
    sqlx::query("update \"user\" set password_hash = $1, password_changed_at = $2 where id = $3")
        .bind(password_hash)
        .bind(entry.at.millis())
        .bind(blob(&user_id))
        .execute(&mut *write)
        .await?;
    sqlx::query("delete from session where user_id = $1 and id_hash is distinct from $2")
        .bind(blob(&user_id))
        .bind(except.as_ref().map(|it| &it[..]))
        .execute(&mut *write)
        .await?;
    sqlx::query("delete from password_reset where user_id = $1")
        .bind(blob(&user_id))
        .execute(&mut *write)
        .await?;
    news::tell(&mut write, &Notice::User { user_id, except }).await?;
    journal::append(&mut write, entry).await?;
    write.commit().await?;
    Ok(())
}

pub async fn add_password_reset(
    store: &PostgresStore,
    user_id: RecordId,
    token: Digest,
    expires_at: Timestamp,
    entry: NewEntry,
) -> StoreResult<()> {
    let mut write = store.begin().await?;
    // Two requests at once must not leave two links.
    sqlx::query("select id from \"user\" where id = $1 for update")
        .bind(blob(&user_id))
        .execute(&mut *write)
        .await?;
    sqlx::query("delete from password_reset where user_id = $1")
        .bind(blob(&user_id))
        .execute(&mut *write)
        .await?;
    sqlx::query(
        "insert into password_reset (token_hash, user_id, created_at, expires_at)
         values ($1, $2, $3, $4)",
    )
    .bind(&token[..])
    .bind(blob(&user_id))
    .bind(entry.at.millis())
    .bind(expires_at.millis())
    .execute(&mut *write)
    .await?;
    journal::append(&mut write, entry).await?;
    write.commit().await?;
    Ok(())
}

pub async fn user_by_reset(
    store: &PostgresStore,
    token: Digest,
    now: Timestamp,
) -> StoreResult<Option<User>> {
    sqlx::query(
        "select u.id, u.login, u.password_hash
         from password_reset r join \"user\" u on u.id = r.user_id
         where r.token_hash = $1 and r.expires_at > $2",
    )
    .bind(&token[..])
    .bind(now.millis())
    .fetch_optional(store.pool())
    .await?
    .as_ref()
    .map(read_user)
    .transpose()
}

pub async fn add(store: &PostgresStore, session: SessionRow, now: Timestamp) -> StoreResult<bool> {
    let mut write = store.begin().await?;
    let done = sqlx::query(
        "insert into session (id_hash, user_id, data, created_at, expires_at)
         values ($1, $2, $3, $4, $5)
         on conflict (id_hash) do nothing",
    )
    .bind(&session.id[..])
    .bind(session.user_id.as_ref().map(blob))
    .bind(&session.data)
    .bind(now.millis())
    .bind(session.expires_at.millis())
    .execute(&mut *write)
    .await?;
    write.commit().await?;
    Ok(done.rows_affected() == 1)
}

pub async fn update(store: &PostgresStore, session: SessionRow) -> StoreResult<()> {
    let mut write = store.begin().await?;
    sqlx::query("update session set user_id = $1, data = $2, expires_at = $3 where id_hash = $4")
        .bind(session.user_id.as_ref().map(blob))
        .bind(&session.data)
        .bind(session.expires_at.millis())
        .bind(&session.id[..])
        .execute(&mut *write)
        .await?;
    write.commit().await?;
    Ok(())
}

pub async fn one(
    store: &PostgresStore,
    session_id: Digest,
    now: Timestamp,
) -> StoreResult<Option<SessionRow>> {
    let row = sqlx::query(
        "select user_id, data, expires_at from session where id_hash = $1 and expires_at > $2",
    )
    .bind(&session_id[..])
    .bind(now.millis())
    .fetch_optional(store.pool())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let user_id = row.try_get::<Option<&[u8]>, _>("user_id")?;
    Ok(Some(SessionRow {
        id: session_id,
        user_id: user_id.and_then(|bytes| RecordId::from_slice(bytes).ok()),
        data: row.try_get("data")?,
        expires_at: time(&row, "expires_at")?,
    }))
}

pub async fn living(
    store: &PostgresStore,
    ids: &[Digest],
    now: Timestamp,
) -> StoreResult<Vec<Digest>> {
    let asked: Vec<&[u8]> = ids.iter().map(|it| &it[..]).collect();
    let mut living = Vec::with_capacity(ids.len());
    for row in
        sqlx::query("select id_hash from session where expires_at > $1 and id_hash = any($2)")
            .bind(now.millis())
            .bind(asked)
            .fetch_all(store.pool())
            .await?
    {
        let id: &[u8] = row.try_get("id_hash")?;
        living.extend(Digest::try_from(id));
    }
    Ok(living)
}

pub async fn remove(store: &PostgresStore, session_id: Digest) -> StoreResult<()> {
    let mut write = store.begin().await?;
    sqlx::query("delete from session where id_hash = $1")
        .bind(&session_id[..])
        .execute(&mut *write)
        .await?;
    news::tell(&mut write, &Notice::Session(session_id)).await?;
    write.commit().await?;
    Ok(())
}

pub async fn of_user(
    store: &PostgresStore,
    user_id: RecordId,
    now: Timestamp,
) -> StoreResult<Vec<KeptSession>> {
    let rows = sqlx::query(
        "select id_hash, data, created_at, expires_at from session
         where user_id = $1 and expires_at > $2
         order by created_at desc, id_hash",
    )
    .bind(blob(&user_id))
    .bind(now.millis())
    .fetch_all(store.pool())
    .await?;
    let mut sessions = Vec::with_capacity(rows.len());
    for row in &rows {
        let session_id: &[u8] = row.try_get("id_hash")?;
        let Ok(session_id) = Digest::try_from(session_id) else {
            continue;
        };
        sessions.push(KeptSession {
            row: SessionRow {
                id: session_id,
                user_id: Some(user_id),
                data: row.try_get("data")?,
                expires_at: time(row, "expires_at")?,
            },
            created_at: time(row, "created_at")?,
        });
    }
    Ok(sessions)
}

pub async fn end_one(
    store: &PostgresStore,
    user_id: RecordId,
    session_id: Digest,
    entry: NewEntry,
) -> StoreResult<bool> {
    let mut write = store.begin().await?;
    let done = sqlx::query("delete from session where user_id = $1 and id_hash = $2")
        .bind(blob(&user_id))
        .bind(&session_id[..])
        .execute(&mut *write)
        .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    news::tell(&mut write, &Notice::Session(session_id)).await?;
    journal::append(&mut write, entry).await?;
    write.commit().await?;
    Ok(true)
}

pub async fn end_others(
    store: &PostgresStore,
    user_id: RecordId,
    except: Digest,
    entry: NewEntry,
) -> StoreResult<u64> {
    let mut write = store.begin().await?;
    let done = sqlx::query("delete from session where user_id = $1 and id_hash <> $2")
        .bind(blob(&user_id))
        .bind(&except[..])
        .execute(&mut *write)
        .await?;
    let count = done.rows_affected();
    if count == 0 {
        return Ok(0);
    }
    let notice = Notice::User {
        user_id,
        except: Some(except),
    };
    news::tell(&mut write, &notice).await?;
    journal::append(&mut write, entry).await?;
    write.commit().await?;
    Ok(count)
}

pub async fn meet_device(store: &PostgresStore, device: Device) -> StoreResult<bool> {
    let mut write = store.begin().await?;
    // A device id belongs to the member who brought it first, for ever.
    let done = sqlx::query(
        "insert into device (id, member_id, label, created_at, seen_at)
         values ($1, $2, $3, $4, $5)
         on conflict (id) do update set label = excluded.label, seen_at = excluded.seen_at
         where device.member_id = excluded.member_id and device.revoked_at is null",
    )
    .bind(blob(&device.id))
    .bind(blob(&device.member_id))
    .bind(&device.label)
    .bind(device.seen_at.millis())
    .bind(device.seen_at.millis())
    .execute(&mut *write)
    .await?;
    write.commit().await?;
    Ok(done.rows_affected() == 1)
}

pub async fn device(store: &PostgresStore, device_id: RecordId) -> StoreResult<Option<Device>> {
    sqlx::query("select id, member_id, label, seen_at, revoked_at from device where id = $1")
        .bind(blob(&device_id))
        .fetch_optional(store.pool())
        .await?
        .as_ref()
        .map(read_device)
        .transpose()
}

pub async fn note_devices(
    store: &PostgresStore,
    seen: &[(RecordId, Timestamp)],
) -> StoreResult<()> {
    // In one order, so that two servers that write at once cannot wait for each other.
    let mut seen = seen.to_vec();
    seen.sort_unstable();
    let mut write = store.begin().await?;
    for (device_id, at) in &seen {
        sqlx::query("update device set seen_at = greatest(seen_at, $1) where id = $2")
            .bind(at.millis())
            .bind(blob(device_id))
            .execute(&mut *write)
            .await?;
    }
    write.commit().await?;
    Ok(())
}

pub async fn devices(store: &PostgresStore, member_id: RecordId) -> StoreResult<Vec<Device>> {
    sqlx::query(
        "select id, member_id, label, seen_at, revoked_at from device
         where member_id = $1
         order by seen_at desc, id",
    )
    .bind(blob(&member_id))
    .fetch_all(store.pool())
    .await?
    .iter()
    .map(read_device)
    .collect()
}

fn read_device(row: &PgRow) -> StoreResult<Device> {
    Ok(Device {
        id: id(row, "id")?,
        member_id: id(row, "member_id")?,
        label: row.try_get("label")?,
        seen_at: time(row, "seen_at")?,
        revoked_at: time_or_none(row, "revoked_at")?,
    })
}

pub async fn admit_attempt(
    store: &PostgresStore,
    key: Digest,
    now: Timestamp,
    since: Timestamp,
    max: i64,
) -> StoreResult<Admission> {
    let mut write = store.begin().await?;
    // Attempts of one key wait for each other, wherever they are made.
    let [a, b, c, d, e, f, g, h, ..] = key;
    lock(&mut write, i64::from_be_bytes([a, b, c, d, e, f, g, h])).await?;
    let row = sqlx::query(
        "select count(*) as count, coalesce(min(at), 0) as oldest from attempt
         where key = $1 and at >= $2",
    )
    .bind(&key[..])
    .bind(since.millis())
    .fetch_one(&mut *write)
    .await?;
    if row.try_get::<i64, _>("count")? >= max {
        return Ok(Admission::Full {
            oldest: time(&row, "oldest")?,
        });
    }
    sqlx::query("insert into attempt (key, at) values ($1, $2)")
        .bind(&key[..])
        .bind(now.millis())
        .execute(&mut *write)
        .await?;
    write.commit().await?;
    Ok(Admission::Granted)
}

pub async fn forget_attempts(store: &PostgresStore, key: Digest) -> StoreResult<()> {
    let mut write = store.begin().await?;
    sqlx::query("delete from attempt where key = $1")
        .bind(&key[..])
        .execute(&mut *write)
        .await?;
    write.commit().await?;
    Ok(())
}
