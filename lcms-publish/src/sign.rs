//! Signatures: who vouches for a package.
//!
//! What is signed is the bill of content (Ed25519, RFC 8032), which names every other file by its
//! digest. The signature stands beside it. A key's secret is a file that only its owner may read;
//! the public half is what others check with.

use std::fmt;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use ed25519_dalek::{Signature as Ed25519, Signer as _, SigningKey, VerifyingKey};
use lcms_core::model::{Key, canonical_json};
use lcms_core::{Error, Result};
use serde::{Deserialize, Serialize};

/// Where the signature stands in a package.
pub const SIGNATURE_PATH: &str = "bill-of-content.signature.json";

const SCHEME: &str = "ed25519:";

/// The public half of a key: `ed25519:` and 64 hex digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}{}", hex::encode(self.0.as_bytes()))
    }
}

/// A text that is no public key.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a public key: expected `ed25519:` and 64 hex digits, as `lcms key show` prints it")]
pub struct PublicKeyError;

impl FromStr for PublicKey {
    type Err = PublicKeyError;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        let digits = text.trim().strip_prefix(SCHEME).ok_or(PublicKeyError)?;
        let mut bytes = [0; 32];
        hex::decode_to_slice(digits, &mut bytes).map_err(|_| PublicKeyError)?;
        VerifyingKey::from_bytes(&bytes).map(Self).map_err(|_| PublicKeyError)
    }
}

impl Serialize for PublicKey {
    fn serialize<S: serde::Serializer>(
        &self,
        serializer: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> std::result::Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The signature that stands in a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    version: u32,
    /// Who signed.
    pub key: PublicKey,
    /// The signature over the bytes of the bill, in hex digits.
    signature: String,
}

impl Signature {
    /// Whether the key that it names signed these bytes.
    #[must_use]
    pub fn holds(&self, bill: &[u8]) -> bool {
        let mut bytes = [0; 64];
        hex::decode_to_slice(&self.signature, &mut bytes).is_ok()
            && self.key.0.verify_strict(bill, &Ed25519::from_bytes(&bytes)).is_ok()
    }

    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok().filter(|signature: &Self| signature.version == 1)
    }

    pub(crate) fn write(&self) -> Vec<u8> {
        canonical_json(self)
    }
}

/// A key that can sign.
#[derive(Clone)]
pub struct Signer(Arc<SigningKey>);

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.public())
    }
}

impl Signer {
    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    pub(crate) fn sign(&self, bill: &[u8]) -> Signature {
        let signature = hex::encode(self.0.sign(bill).to_bytes());
        Signature { version: 1, key: self.public(), signature }
    }
}

/// The keys of a data directory, one file each.
#[derive(Clone, Debug)]
pub struct KeyRing {
    folder: PathBuf,
}

impl KeyRing {
    /// The keys in that folder; it need not be there yet.
    #[must_use]
    pub fn in_folder(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// A key has no `/` in it, so the file stands in the folder.
    fn path(&self, name: &Key) -> PathBuf {
        self.folder.join(format!("{name}.key"))
    }

    /// Makes a key. Its file can be read by its owner alone.
    ///
    /// # Errors
    /// When there is one with that name, or it cannot be written.
    pub fn create(&self, name: &Key) -> Result<Signer> {
        let path = self.path(name);
        let mut secret = [0; 32];
        getrandom::fill(&mut secret)
            .map_err(|error| Error::internal("the system gives no random bytes", error))?;
        let key = SigningKey::from_bytes(&secret);
        let failed = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => {
                Error::conflict(format!("there is a key `{name}` already"))
                    .hint("choose another name; a key is never replaced")
            }
            _ => Error::internal(format!("could not write {}", path.display()), error),
        };
        fs::create_dir_all(&self.folder).map_err(failed)?;
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let mut file = options.open(&path).map_err(failed)?;
        let written = file
            .write_all(format!("{}\n", hex::encode(secret)).as_bytes())
            .and_then(|()| file.sync_all());
        written.map_err(failed)?;
        Ok(Signer(Arc::new(key)))
    }

    /// The key with that name.
    ///
    /// # Errors
    /// When there is none, or its file is damaged.
    pub fn get(&self, name: &Key) -> Result<Signer> {
        let path = self.path(name);
        let text = fs::read_to_string(&path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Error::not_found(format!("there is no key `{name}`"))
                .hint(format!("make one with `lcms key new {name}`")),
            _ => Error::internal(format!("could not read {}", path.display()), error),
        })?;
        let mut secret = [0; 32];
        hex::decode_to_slice(text.trim(), &mut secret)
            .map_err(|error| Error::internal(format!("{} holds no key", path.display()), error))?;
        Ok(Signer(Arc::new(SigningKey::from_bytes(&secret))))
    }

    /// Every key by name, with its public half.
    ///
    /// # Errors
    /// When the folder or a key cannot be read.
    pub fn list(&self) -> Result<Vec<(Key, PublicKey)>> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => {
                let what = format!("could not read {}", self.folder.display());
                return Err(Error::internal(what, error));
            }
        };
        let mut names: Vec<Key> = entries
            .filter_map(|entry| {
                let name = entry.ok()?.file_name().into_string().ok()?;
                name.strip_suffix(".key")?.parse().ok()
            })
            .collect();
        names.sort();
        names.into_iter().map(|name| Ok((name.clone(), self.get(&name)?.public()))).collect()
    }
}

#[cfg(test)]
mod tests {
    use lcms_core::ErrorKind;

    use super::*;

    #[test]
    fn a_signature_holds_for_what_was_signed_and_for_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let keys = KeyRing::in_folder(&folder.path().join("keys"));
        assert_eq!(keys.list().unwrap(), []);
        let name: Key = "ops".parse().unwrap();
        let signer = keys.create(&name).unwrap();
        assert_eq!(keys.create(&name).unwrap_err().kind(), ErrorKind::Conflict);
        assert_eq!(keys.list().unwrap(), [(name.clone(), signer.public())]);

        let signature = keys.get(&name).unwrap().sign(b"bill");
        assert_eq!(Signature::read(&signature.write()), Some(signature.clone()));
        assert!(signature.holds(b"bill"));
        assert!(!signature.holds(b"bill."));
        let other = keys.create(&"other".parse().unwrap()).unwrap();
        let forged = Signature { key: other.public(), ..signature };
        assert!(!forged.holds(b"bill"));
        assert_eq!(other.public().to_string().parse::<PublicKey>(), Ok(other.public()));
        assert!("ed25519:00".parse::<PublicKey>().is_err());
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_may_read_a_key() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        KeyRing::in_folder(folder.path()).create(&"ops".parse().unwrap()).unwrap();
        let mode = fs::metadata(folder.path().join("ops.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
