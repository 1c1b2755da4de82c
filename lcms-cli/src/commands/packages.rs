//! Package files on disk.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use lcms_core::{Error, Result};

pub(super) fn open(path: &Path) -> Result<BufReader<File>> {
    File::open(path)
        .map(BufReader::new)
        .map_err(|error| Error::invalid(format!("cannot read {}: {error}", path.display())))
}
