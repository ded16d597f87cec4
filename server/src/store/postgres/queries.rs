//! Questions about rows in Postgres.

use super::changes::{kind, number};
use super::documents::read_row;
use super::{PostgresStore, blob};
use crate::store::StoreResult;
use crate::store::documents::RecordRow;
use crate::store::queries::*;
use async_trait::async_trait;
use huike_shared::scalar::Scalar;
use sqlx::postgres::PgRow;
use sqlx::{Postgres, QueryBuilder, Row};

/// Stands where there is no number: below every number a field can hold.
const NO_NUMBER: i64 = i64::MIN;

#[async_trait]
impl Queries for PostgresStore {
    async fn find_rows(&self, query: &RowsQuery) -> StoreResult<Vec<(RecordRow, Spot)>> {
        let order = order_expression(query.order);
        let mut sql = QueryBuilder::<Postgres>::new(
            "select kind, record_id, position, is_deleted, created_at, created_by, updated_at,
                    updated_by, fields, problems, ",
        );
        sql.push(&order);
        sql.push(" as place from record where workspace_id = ");
        sql.push_bind(blob(&query.workspace_id));
        sql.push(" and kind = ").push_bind(kind(query.kind));
        match query.deleted {
            Deleted::Without => sql.push(" and not is_deleted"),
            Deleted::With => &mut sql,
            Deleted::Only => sql.push(" and is_deleted"),
        };
        for condition in &query.conditions {
            sql.push(" and ");
            push_condition(&mut sql, condition);
        }
        let (compared, direction) = if query.descending {
            (" < ", " desc")
        } else {
            (" > ", "")
        };
        if let Some(spot) = &query.after {
            if query.order == Key::Id {
                sql.push(" and record_id").push(compared);
                sql.push_bind(blob(&spot.id));
            } else {
                sql.push(" and (").push(&order).push(", record_id)");
                sql.push(compared).push("(");
                push_place(&mut sql, query.order, &spot.value);
                sql.push(", ").push_bind(blob(&spot.id)).push(")");
            }
        }
        sql.push(" order by ");
        if query.order != Key::Id {
            sql.push("place").push(direction).push(", ");
        }
        sql.push("record_id").push(direction);
        sql.push(" limit ").push_bind(number(query.count)?);
        let rows = sql.build().fetch_all(self.pool()).await?;
        rows.iter().map(|row| read(row, query.order)).collect()
    }
}

fn read(row: &PgRow, order: Key) -> StoreResult<(RecordRow, Spot)> {
    let read: RecordRow = read_row(row)?;
    let value = match order {
        Key::Id => Scalar::Null,
        Key::Text(_) => Scalar::text(row.try_get::<String, _>("place")?),
        Key::Created | Key::Updated | Key::Number(_) | Key::Amount(_) => {
            Scalar::Int(row.try_get("place")?)
        }
    };
    let id = read.record.id;
    Ok((read, Spot { value, id }))
}

/// The value of a key, of type text or bigint. Names of fields are words of the registry.
fn expression(key: Key) -> String {
    match key {
        Key::Id => "record_id".to_owned(),
        Key::Created => "created_at".to_owned(),
        Key::Updated => "updated_at".to_owned(),
        // Texts are compared by their bytes, whatever language the database was made for.
        Key::Text(field) => format!("(fields::json ->> '{field}') collate \"C\""),
        Key::Number(field) => whole_number(&format!("fields::json ->> '{field}'")),
        // Behind the three letters of the currency and a space.
        Key::Amount(field) => whole_number(&format!("substr(fields::json ->> '{field}', 5)")),
    }
}

/// A text as a number, or nothing if it is none: a failed cast would end the whole question.
fn whole_number(text: &str) -> String {
    format!(
        "(case when ({text}) ~ '^-?[0-9]{{1,18}}$' then ({text})::bigint
               when ({text}) = 'true' then 1 when ({text}) = 'false' then 0 end)"
    )
}

/// The same where nothing is ever null, so that places can be compared.
fn order_expression(key: Key) -> String {
    let value = expression(key);
    match key {
        Key::Id => "null".to_owned(),
        Key::Created | Key::Updated => value,
        Key::Text(_) => format!("coalesce({value}, '')"),
        Key::Number(_) | Key::Amount(_) => format!("coalesce({value}, '{NO_NUMBER}'::bigint)"),
    }
}

fn push_condition(sql: &mut QueryBuilder<Postgres>, condition: &Condition) {
    let (key, value) = (condition.key, expression(condition.key));
    let compared = |sql: &mut QueryBuilder<Postgres>, sign: &str, with: &Scalar| {
        sql.push(&value).push(sign);
        push_scalar(sql, key, with);
    };
    match &condition.test {
        Test::OneOf(values) => {
            sql.push(&value).push(" in (");
            for (index, it) in values.iter().enumerate() {
                if index > 0 {
                    sql.push(", ");
                }
                push_scalar(sql, key, it);
            }
            sql.push(")");
        }
        Test::Not(it) => compared(sql, " is distinct from ", it),
        Test::Below(it) => compared(sql, " < ", it),
        Test::AtMost(it) => compared(sql, " <= ", it),
        Test::Above(it) => compared(sql, " > ", it),
        Test::AtLeast(it) => compared(sql, " >= ", it),
        Test::Contains(text) => {
            sql.push("strpos(").push(&value).push(", ");
            sql.push_bind(text.clone()).push(") > 0");
        }
        Test::StartsWith(text) => {
            sql.push("starts_with(").push(&value).push(", ");
            sql.push_bind(text.clone()).push(")");
        }
        Test::Empty => drop(sql.push(&value).push(" is null")),
        Test::Filled => drop(sql.push(&value).push(" is not null")),
    }
}

/// A value in the type of its key. One of another type is equal to nothing.
fn push_scalar(sql: &mut QueryBuilder<Postgres>, key: Key, value: &Scalar) {
    match (key.is_text(), value) {
        (true, Scalar::Text(it)) => sql.push_bind(it.to_string()),
        (true, Scalar::Int(it)) => sql.push_bind(it.to_string()),
        (true, Scalar::Bool(it)) => sql.push_bind(it.to_string()),
        (false, Scalar::Int(it)) => sql.push_bind(*it),
        (false, Scalar::Bool(it)) => sql.push_bind(i64::from(*it)),
        (_, Scalar::Null) | (false, Scalar::Text(_)) => sql.push("null"),
    };
}

/// A place's value, as [`order_expression`] has it. One of another type compares with nothing.
fn push_place(sql: &mut QueryBuilder<Postgres>, key: Key, value: &Scalar) {
    match (key.is_text(), value) {
        (true, Scalar::Text(it)) => sql.push_bind(it.to_string()),
        (true, _) => sql.push_bind(String::new()),
        (false, Scalar::Int(it)) => sql.push_bind(*it),
        (false, _) => sql.push_bind(NO_NUMBER),
    };
}
