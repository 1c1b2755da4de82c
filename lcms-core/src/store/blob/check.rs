//! Looking at what is held: whether bytes are what their row says, and which files there are.

use std::str::FromStr as _;

use futures::stream::BoxStream;
use futures::{StreamExt as _, TryStreamExt as _};
use object_store::path::Path as Location;
use object_store::{ObjectStore as _, ObjectStoreExt as _};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use uuid::Uuid;

use super::files::{BlobStore, blocking, fault, inflate, location};
use crate::error::{Error, Result};
use crate::model::{Blob, Codec, Digest};

/// What is wrong with the bytes of a blob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BytesDamage {
    /// There are none.
    Missing,
    /// They are not those that were stored; how one can tell.
    Altered(String),
}

/// A file in the blob store, whether a row names it or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    /// Its name below the root.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// When it was written last, by the clock of the storage.
    pub modified: OffsetDateTime,
    /// What its name says it is; nothing for a file on its way in, or of somebody else.
    pub held: Option<(Digest, Codec, Option<Uuid>)>,
}

pub(super) fn read_name(name: &str) -> Option<(Digest, Codec, Option<Uuid>)> {
    let mut parts = name.split('/');
    let (codec, prefix, file) = (parts.next()?, parts.next()?, parts.next()?);
    let (hex, place) = match file.split_once('-') {
        Some((hex, place)) => (hex, Some(Uuid::try_parse(place).ok()?)),
        None => (file, None),
    };
    let digest = Digest::from_str(&format!("sha256:{hex}")).ok()?;
    let whole = parts.next().is_none() && hex.starts_with(prefix);
    Codec::from_name(codec).filter(|_| whole).map(|codec| (digest, codec, place))
}

impl BlobStore {
    /// What is wrong with a blob's bytes, if anything. A `quick` look compares their size only;
    /// otherwise they are read, inflated and hashed.
    ///
    /// # Errors
    /// When the storage does not answer.
    pub async fn damage(&self, blob: Blob, quick: bool) -> Result<Option<BytesDamage>> {
        let size = match self.objects().head(&location(&blob)).await {
            Ok(found) => found.size,
            Err(object_store::Error::NotFound { .. }) => return Ok(Some(BytesDamage::Missing)),
            Err(error) => return Err(fault("look at a blob's bytes")(error)),
        };
        let altered = |how: String| Ok(Some(BytesDamage::Altered(how)));
        if size != blob.stored_size {
            return altered(format!("{size} bytes are held, {} were stored", blob.stored_size));
        }
        if quick {
            return Ok(None);
        }
        let (digest, crc32) = match blob.codec {
            Codec::Store => {
                let (mut sha256, mut crc32) = (Sha256::new(), crc32fast::Hasher::new());
                let mut bytes = self.stored(blob);
                while let Some(piece) = bytes.try_next().await? {
                    sha256.update(&piece);
                    crc32.update(&piece);
                }
                (Digest::from_raw(&sha256.finalize()), crc32.finalize())
            }
            Codec::Deflate => {
                let packed: bytes::BytesMut = self.stored(blob).try_collect().await?;
                let hashed = blocking(move || {
                    let raw = inflate(&packed, blob)?;
                    Ok((Some(Digest::of_bytes(&raw)), crc32fast::hash(&raw)))
                });
                match hashed.await {
                    Ok(hashed) => hashed,
                    Err(_) => return altered("they cannot be inflated".to_owned()),
                }
            }
        };
        match digest {
            Some(digest) if digest != blob.digest => altered(format!("they hash to {digest}")),
            _ if crc32 != blob.crc32 => {
                altered(format!("their CRC-32 is {crc32:08x}, not {:08x}", blob.crc32))
            }
            _ => Ok(None),
        }
    }

    /// Every file there is.
    #[must_use]
    pub fn files(&self) -> BoxStream<'static, Result<StoredFile>> {
        let list = self.objects().list(None).map(|file| {
            let file = file.map_err(fault("list the blob store"))?;
            let name = file.location.to_string();
            let nanos = file.last_modified.timestamp_nanos_opt().map(i128::from);
            let modified = nanos.and_then(|n| OffsetDateTime::from_unix_timestamp_nanos(n).ok());
            Ok(StoredFile {
                size: file.size,
                modified: modified.ok_or_else(|| {
                    Error::internal("could not list the blob store", "a file has no time")
                })?,
                held: read_name(&name),
                name,
            })
        });
        list.boxed()
    }

    /// Removes a file that no row names. A file that is gone is no error.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub async fn remove_file(&self, file: &StoredFile) -> Result<()> {
        let at = Location::from(file.name.as_str());
        match self.objects().delete(&at).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(fault("remove a file that nothing names")(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_say_what_they_are() {
        let digest = Digest::of_bytes(b"words");
        let hex = digest.hex();
        let (place, prefix) = (Uuid::now_v7(), &hex[..2]);
        for (name, held) in [
            (format!("store/{prefix}/{hex}"), Some((digest, Codec::Store, None))),
            (
                format!("deflate/{prefix}/{hex}-{}", place.simple()),
                Some((digest, Codec::Deflate, Some(place))),
            ),
            (format!("store/{prefix}/{hex}-else"), None),
            (format!("store/{prefix}/{hex}/more"), None),
            (format!("store/zz/{hex}"), None),
            (format!("staging/{place}"), None),
            ("readme.txt".to_owned(), None),
        ] {
            assert_eq!(read_name(&name), held, "{name}");
        }
    }
}
