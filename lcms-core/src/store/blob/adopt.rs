//! Held bytes that come from another blob store, under the name they had there.

use std::fmt;

use bytes::{Bytes, BytesMut};
use object_store::path::Path as Location;
use object_store::{ObjectStoreExt as _, WriteMultipart};

use super::check::read_name;
use super::files::{BlobStore, PART, fault};
use super::folder::FolderUpload;
use crate::error::{Error, Result};

/// Bytes on their way in.
pub struct Adopted {
    store: BlobStore,
    name: String,
    size: u64,
    pending: BytesMut,
    begun: Option<Begun>,
}

enum Begun {
    Folder(FolderUpload),
    Parts(WriteMultipart),
}

impl fmt::Debug for Adopted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Adopted({}, {} bytes)", self.name, self.size)
    }
}

impl BlobStore {
    /// Begins to take in bytes under a name that [`super::name_of`] gave elsewhere.
    ///
    /// # Errors
    /// When the name is none of a blob.
    pub fn adopt(&self, name: &str) -> Result<Adopted> {
        if read_name(name).is_none() {
            return Err(Error::invalid(format!("`{name}` is not the name of a blob")));
        }
        Ok(Adopted {
            store: self.clone(),
            name: name.to_owned(),
            size: 0,
            pending: BytesMut::new(),
            begun: None,
        })
    }
}

fn unwritten(error: std::io::Error) -> Error {
    Error::internal("could not write a blob", error)
}

impl Adopted {
    /// Adds bytes.
    ///
    /// # Errors
    /// When they cannot be written.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.size += bytes.len() as u64;
        self.pending.extend_from_slice(bytes);
        if self.pending.len() < PART / 8 {
            return Ok(());
        }
        let piece = self.pending.split().freeze();
        match (&mut self.begun, self.store.folder()) {
            (Some(Begun::Folder(upload)), _) => upload.write(piece).await.map_err(unwritten),
            (Some(Begun::Parts(parts)), _) => {
                parts.wait_for_capacity(2).await.map_err(fault("write a blob"))?;
                parts.put(piece);
                Ok(())
            }
            (None, Some(folder)) => {
                self.begun = Some(Begun::Folder(FolderUpload::begin(folder, piece)));
                Ok(())
            }
            (None, None) => {
                let at = Location::from(self.name.as_str());
                let upload = self.store.objects().put_multipart(&at).await;
                let upload = upload.map_err(fault("begin a blob"))?;
                let mut parts = WriteMultipart::new_with_chunk_size(upload, PART);
                parts.put(piece);
                self.begun = Some(Begun::Parts(parts));
                Ok(())
            }
        }
    }

    /// Makes the bytes durable.
    ///
    /// # Errors
    /// When they are not as many as announced, or cannot be written.
    pub async fn finish(self, announced: u64) -> Result<()> {
        let Self { store, name, size, pending, begun } = self;
        if size != announced {
            return Err(Error::invalid(format!("blob {name} has {size} bytes, not {announced}")));
        }
        let rest = pending.freeze();
        match (begun, store.folder()) {
            (Some(Begun::Folder(upload)), _) => upload.place(rest, name).await.map_err(unwritten),
            (Some(Begun::Parts(mut parts)), _) => {
                parts.put(rest);
                parts.finish().await.map(drop).map_err(fault("write a blob"))
            }
            (None, Some(folder)) => {
                let upload = FolderUpload::begin(folder, rest);
                upload.place(Bytes::new(), name).await.map_err(unwritten)
            }
            (None, None) => {
                let at = Location::from(name.as_str());
                let put = store.objects().put(&at, rest.into()).await;
                put.map(drop).map_err(fault("write a blob"))
            }
        }
    }
}
