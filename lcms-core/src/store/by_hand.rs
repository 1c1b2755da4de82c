//! Statements written by hand: those of every save, whose texts take longer to build anew each
//! time than the engine takes to run them.

use sea_orm::{DbBackend, Statement, Value, Values};

/// A statement with a `?` for each value, in their order.
pub(super) fn statement<const N: usize>(
    backend: DbBackend,
    sql: &str,
    values: [Value; N],
) -> Statement {
    of_many(backend, sql, values.into())
}

/// As [`statement`], for a number of values that is not known beforehand.
pub(super) fn of_many(backend: DbBackend, sql: &str, values: Vec<Value>) -> Statement {
    let sql = if backend == DbBackend::Postgres { numbered(sql) } else { sql.to_owned() };
    Statement { sql, values: Some(Values(values)), db_backend: backend }
}

/// The text with `$1`, `$2`, … for its question marks.
fn numbered(sql: &str) -> String {
    let mut pieces = sql.split('?');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for (number, piece) in (1..).zip(pieces) {
        text.push('$');
        text.push_str(&number.to_string());
        text.push_str(piece);
    }
    text
}

/// The value of a column of raw bytes.
pub(super) fn bytes(bytes: &[u8]) -> Value {
    Value::from(bytes.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn question_marks_become_numbers() {
        assert_eq!(numbered("SELECT a FROM b WHERE c = ? AND d IN (?, ?)"), {
            "SELECT a FROM b WHERE c = $1 AND d IN ($2, $3)"
        });
        assert_eq!(numbered("SELECT 1"), "SELECT 1");
    }
}
