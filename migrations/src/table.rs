//! What the definitions of tables share.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{binary_len, binary_len_null};

const DIGEST: u32 = 32;

pub(crate) fn table(name: &'static str) -> TableCreateStatement {
    Table::create().table(name).to_owned()
}

/// A primary key over several columns.
pub(crate) fn key(columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    for column in columns {
        index.col(*column);
    }
    index.primary().to_owned()
}

pub(crate) fn digest(name: &'static str) -> ColumnDef {
    binary_len(name, DIGEST)
}

pub(crate) fn optional_digest(name: &'static str) -> ColumnDef {
    binary_len_null(name, DIGEST)
}
