//! Every table as the schema has it, row by row, without knowing what the rows mean.
//!
//! A backup must hold every table, also one that is added tomorrow, and be the same on both
//! engines. So tables, columns and keys are read from the database itself, and values have the
//! few types that both engines share. Rows come in the order of their primary key, which is the
//! same everywhere too.

use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement, Value};
use serde_json::Value as Json;
use uuid::Uuid;

use super::{Transaction, fault, unreadable};
use crate::error::{Error, Result};
use crate::model::Digest;

/// Keeps the names of the schema changes; a matter of the engine, not of the content.
const BOOKKEEPING: &str = "seaql_migrations";
/// Most values that one statement binds, far below what either engine allows.
const MOST_VALUES: usize = 4000;

/// A type that both engines have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// Text.
    Text,
    /// A whole number; SQLite has but one width.
    Number,
    /// True or false.
    Bool,
    /// A UUID.
    Uuid,
    /// Bytes.
    Bytes,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub column_type: ColumnType,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns, by name.
    pub columns: Vec<Column>,
    /// Names of the primary key's columns, in the key's order.
    pub key: Vec<String>,
}

/// A row: one value for each column, in their order.
#[derive(Clone, Debug, PartialEq)]
pub struct Row(Vec<Value>);

fn column_type(table: &str, column: &str, declared: &str) -> Result<ColumnType> {
    let declared = declared.to_ascii_lowercase();
    let plain = declared.split(['(', ' ']).next().unwrap_or_default();
    Ok(match (plain, declared.as_str()) {
        ("varchar" | "text", _) | (_, "character varying") => ColumnType::Text,
        ("integer" | "bigint", _) => ColumnType::Number,
        ("boolean", _) => ColumnType::Bool,
        ("uuid" | "uuid_text", _) => ColumnType::Uuid,
        ("blob" | "binary" | "varbinary" | "bytea" | "blob_bytes", _) => ColumnType::Bytes,
        _ => {
            return Err(unreadable("column type", format!("{table}.{column} is `{declared}`")));
        }
    })
}

/// Every table but the bookkeeping of schema changes, by name.
///
/// # Errors
/// When the schema cannot be read or has a column of a type that only one engine has.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<Table>> {
    // Table, column, declared type, place in the primary key from 1 or 0.
    let query = match db.get_database_backend() {
        DbBackend::Postgres => {
            "SELECT c.table_name::text, c.column_name::text, c.data_type::text, \
             COALESCE(k.ordinal_position::bigint, 0) FROM information_schema.columns c \
             LEFT JOIN information_schema.table_constraints t ON t.table_schema = c.table_schema \
             AND t.table_name = c.table_name AND t.constraint_type = 'PRIMARY KEY' \
             LEFT JOIN information_schema.key_column_usage k \
             ON k.constraint_schema = t.constraint_schema \
             AND k.constraint_name = t.constraint_name AND k.table_name = c.table_name \
             AND k.column_name = c.column_name \
             WHERE c.table_schema = current_schema()"
        }
        _ => {
            "SELECT t.name, c.name, c.type, CAST(c.pk AS BIGINT) FROM sqlite_master t \
             JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'"
        }
    };
    let statement = Statement::from_string(db.get_database_backend(), query);
    let rows = db.query_all_raw(statement).await.map_err(fault("read the schema"))?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let text = |n| row.try_get_by_index::<String>(n).map_err(fault("read the schema"));
        let (table, column) = (text(0)?, text(1)?);
        if table != BOOKKEEPING {
            let column_type = column_type(&table, &column, &text(2)?)?;
            let place: i64 = row.try_get_by_index(3).map_err(fault("read the schema"))?;
            found.push((table, column, column_type, place));
        }
    }
    found.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    let mut tables = Vec::<(Table, Vec<(i64, String)>)>::new();
    for (table, name, column_type, place) in found {
        if tables.last().is_none_or(|(last, _)| last.name != table) {
            let empty = Table { name: table, columns: Vec::new(), key: Vec::new() };
            tables.push((empty, Vec::new()));
        }
        if let Some((table, key)) = tables.last_mut() {
            if place > 0 {
                key.push((place, name.clone()));
            }
            table.columns.push(Column { name, column_type });
        }
    }
    let ordered = tables.into_iter().map(|(table, mut key)| {
        key.sort();
        Table { key: key.into_iter().map(|(_, name)| name).collect(), ..table }
    });
    ordered
        .map(|table| match table.key.is_empty() {
            true => Err(unreadable("schema", format!("table {} has no primary key", table.name))),
            false => Ok(table),
        })
        .collect()
}

/// Names of the schema changes made so far, in order.
///
/// # Errors
/// When the database does not answer.
pub async fn schema_changes(db: &impl ConnectionTrait) -> Result<Vec<String>> {
    let query = format!("SELECT version FROM {BOOKKEEPING} ORDER BY version");
    let statement = Statement::from_string(db.get_database_backend(), query);
    let rows = db.query_all_raw(statement).await.map_err(fault("read the schema"))?;
    rows.iter().map(|row| row.try_get_by_index(0).map_err(fault("read the schema"))).collect()
}

/// How many rows a table has.
///
/// # Errors
/// When the database does not answer.
pub async fn count(db: &impl ConnectionTrait, table: &str) -> Result<u64> {
    let query = format!("SELECT CAST(COUNT(*) AS BIGINT) FROM \"{table}\"");
    let statement = Statement::from_string(db.get_database_backend(), query);
    let row = db.query_one_raw(statement).await.map_err(fault("count rows"))?;
    let count = row.map(|row| row.try_get_by_index::<i64>(0)).transpose();
    Ok(count.map_err(fault("count rows"))?.and_then(|n| u64::try_from(n).ok()).unwrap_or(0))
}

impl Table {
    fn names(&self) -> String {
        let names = self.columns.iter().map(|column| format!("\"{}\"", column.name));
        names.collect::<Vec<_>>().join(", ")
    }

    /// The columns as they are selected: numbers of any width as the widest.
    fn selected(&self, backend: DbBackend) -> String {
        let selected = self.columns.iter().map(|column| match (backend, column.column_type) {
            (DbBackend::Postgres, ColumnType::Number) => {
                format!("CAST(\"{}\" AS BIGINT)", column.name)
            }
            _ => format!("\"{}\"", column.name),
        });
        selected.collect::<Vec<_>>().join(", ")
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// The next rows after one, in the order of the primary key.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn page(
        &self,
        db: &impl ConnectionTrait,
        after: Option<&Row>,
        limit: u64,
    ) -> Result<Vec<Row>> {
        let backend = db.get_database_backend();
        // Byte order, whatever the database's language is; SQLite knows no other.
        let ordered = |name: &String| {
            let is_text = self.place(name).is_some_and(|n| {
                self.columns.get(n).is_some_and(|c| c.column_type == ColumnType::Text)
            });
            match backend {
                DbBackend::Postgres if is_text => format!("\"{name}\" COLLATE \"C\""),
                _ => format!("\"{name}\""),
            }
        };
        let key = self.key.iter().map(ordered).collect::<Vec<_>>().join(", ");
        let mut values = Vec::new();
        let mut from = String::new();
        if let Some(Row(after)) = after {
            for name in &self.key {
                let value = self.place(name).and_then(|n| after.get(n)).cloned();
                values.push(value.ok_or_else(|| unreadable("row", &self.name))?);
            }
            let marks = marks(backend, 1, values.len());
            from = format!(" WHERE ({key}) > ({marks})");
        }
        let query = format!(
            "SELECT {} FROM \"{}\"{from} ORDER BY {key} LIMIT {limit}",
            self.selected(backend),
            self.name
        );
        let statement = Statement::from_sql_and_values(backend, query, values);
        let rows = db.query_all_raw(statement).await.map_err(fault("read a table"))?;
        rows.iter().map(|row| self.read(row)).collect()
    }

    /// Rows, at most so many, of which a condition in SQL holds; it calls the row `f`.
    ///
    /// # Errors
    /// When they cannot be read.
    pub(super) async fn select(
        &self,
        db: &impl ConnectionTrait,
        condition: &str,
        limit: u64,
    ) -> Result<Vec<Row>> {
        let backend = db.get_database_backend();
        let query = format!(
            "SELECT {} FROM \"{}\" f WHERE {condition} LIMIT {limit}",
            self.selected(backend),
            self.name
        );
        let statement = Statement::from_string(backend, query);
        let rows = db.query_all_raw(statement).await.map_err(fault("check a table"))?;
        rows.iter().map(|row| self.read(row)).collect()
    }

    fn read(&self, row: &QueryResult) -> Result<Row> {
        let values = self.columns.iter().enumerate().map(|(n, column)| match column.column_type {
            ColumnType::Text => row.try_get_by_index::<Option<String>>(n).map(Value::from),
            ColumnType::Number => row.try_get_by_index::<Option<i64>>(n).map(Value::from),
            ColumnType::Bool => row.try_get_by_index::<Option<bool>>(n).map(Value::from),
            ColumnType::Uuid => row.try_get_by_index::<Option<Uuid>>(n).map(Value::from),
            ColumnType::Bytes => row.try_get_by_index::<Option<Vec<u8>>>(n).map(Value::from),
        });
        values.collect::<std::result::Result<_, _>>().map(Row).map_err(fault("read a table"))
    }

    /// Stores rows.
    ///
    /// # Errors
    /// When they do not fit the table, or are there already.
    pub async fn insert(&self, tx: &Transaction, rows: Vec<Row>) -> Result<()> {
        let backend = tx.get_database_backend();
        let width = self.columns.len();
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let chunk: Vec<Row> = rows.by_ref().take((MOST_VALUES / width).max(1)).collect();
            let tuples: Vec<_> = (0..chunk.len())
                .map(|n| format!("({})", marks(backend, n * width + 1, width)))
                .collect();
            let query = format!(
                "INSERT INTO \"{}\" ({}) VALUES {}",
                self.name,
                self.names(),
                tuples.join(", ")
            );
            let values: Vec<_> = chunk.into_iter().flat_map(|row| row.0).collect();
            let statement = Statement::from_sql_and_values(backend, query, values);
            tx.execute_raw(statement).await.map_err(fault("store rows"))?;
        }
        Ok(())
    }

    /// Removes every row.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn clear(&self, tx: &Transaction) -> Result<()> {
        let query = format!("DELETE FROM \"{}\"", self.name);
        tx.execute_unprepared(&query).await.map_err(fault("empty a table"))?;
        Ok(())
    }

    /// A row as JSON: one array, bytes as `t:` and the text they are or `x:` and hex digits.
    #[must_use]
    pub fn to_json(&self, row: &Row) -> Json {
        row.0.iter().map(value_to_json).collect()
    }

    /// Reads a row from JSON.
    ///
    /// # Errors
    /// When it does not fit the table.
    pub fn from_json(&self, json: Json) -> Result<Row> {
        let misfit = |why: &str| {
            Error::invalid(format!("a row does not fit the table `{}`: {why}", self.name))
        };
        let Json::Array(values) = json else { return Err(misfit("it is no array")) };
        if values.len() != self.columns.len() {
            return Err(misfit("the number of columns is another"));
        }
        let values = values.into_iter().zip(&self.columns).map(|(value, column)| {
            json_to_value(value, column.column_type).ok_or_else(|| misfit(&column.name))
        });
        values.collect::<Result<_>>().map(Row)
    }
}

impl Row {
    /// The primary key's values, for people.
    #[must_use]
    pub fn key(&self, table: &Table) -> String {
        let values = table.key.iter().map(|name| {
            let value = table.place(name).and_then(|n| self.0.get(n));
            value.map_or_else(String::new, shown)
        });
        values.collect::<Vec<_>>().join(" ")
    }

    /// The value of that column, for people.
    #[must_use]
    pub fn shown(&self, table: &Table, column: &str) -> String {
        table.place(column).and_then(|n| self.0.get(n)).map_or_else(String::new, shown)
    }

    /// The id in that column, when it holds one.
    #[must_use]
    pub fn uuid(&self, table: &Table, column: &str) -> Option<Uuid> {
        match self.0.get(table.place(column)?)? {
            Value::Uuid(Some(id)) => Some(*id),
            _ => None,
        }
    }

    /// The bytes in that column, when it holds some.
    #[must_use]
    pub fn bytes(&self, table: &Table, column: &str) -> Option<&[u8]> {
        match self.0.get(table.place(column)?)? {
            Value::Bytes(Some(bytes)) => Some(bytes),
            _ => None,
        }
    }

    /// Everything that is bytes.
    pub fn all_bytes(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().filter_map(|value| match value {
            Value::Bytes(Some(bytes)) => Some(bytes.as_slice()),
            _ => None,
        })
    }

    /// The text in that column, when it holds some.
    #[must_use]
    pub fn text(&self, table: &Table, column: &str) -> Option<&str> {
        match self.0.get(table.place(column)?)? {
            Value::String(Some(text)) => Some(text),
            _ => None,
        }
    }
}

/// A value for people: digests as everywhere else.
fn shown(value: &Value) -> String {
    match value {
        Value::Bytes(Some(bytes)) => match Digest::from_raw(bytes) {
            Some(digest) => digest.to_string(),
            None => hex::encode(bytes),
        },
        other => match value_to_json(other) {
            Json::String(text) => text,
            json => json.to_string(),
        },
    }
}

pub(super) fn marks(backend: DbBackend, first: usize, count: usize) -> String {
    let mark = |n: usize| match backend {
        DbBackend::Postgres => format!("${n}"),
        _ => "?".to_owned(),
    };
    (first..first + count).map(mark).collect::<Vec<_>>().join(", ")
}

fn value_to_json(value: &Value) -> Json {
    match value {
        Value::String(Some(text)) => Json::from(text.as_str()),
        Value::BigInt(Some(number)) => Json::from(*number),
        Value::Bool(Some(value)) => Json::from(*value),
        Value::Uuid(Some(id)) => Json::from(id.to_string()),
        Value::Bytes(Some(bytes)) => match std::str::from_utf8(bytes) {
            Ok(text) => Json::from(format!("t:{text}")),
            Err(_) => Json::from(format!("x:{}", hex::encode(bytes))),
        },
        _ => Json::Null,
    }
}

fn json_to_value(json: Json, column_type: ColumnType) -> Option<Value> {
    let is_null = json.is_null();
    Some(match (column_type, json) {
        (ColumnType::Text, Json::String(text)) => Value::from(text),
        (ColumnType::Number, Json::Number(number)) => Value::from(number.as_i64()?),
        (ColumnType::Bool, Json::Bool(value)) => Value::from(value),
        (ColumnType::Uuid, Json::String(text)) => Value::from(text.parse::<Uuid>().ok()?),
        (ColumnType::Bytes, Json::String(text)) => match text.split_at_checked(2)? {
            ("t:", text) => Value::from(text.as_bytes().to_vec()),
            ("x:", digits) => Value::from(hex::decode(digits).ok()?),
            _ => return None,
        },
        (_, _) if !is_null => return None,
        (ColumnType::Text, _) => Value::from(None::<String>),
        (ColumnType::Number, _) => Value::from(None::<i64>),
        (ColumnType::Bool, _) => Value::from(None::<bool>),
        (ColumnType::Uuid, _) => Value::from(None::<Uuid>),
        (ColumnType::Bytes, _) => Value::from(None::<Vec<u8>>),
    })
}
