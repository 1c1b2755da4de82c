//! Keys that packages are signed with.

use lcms_core::Result;
use lcms_core::service::Lcms;
use lcms_publish::KeyRing;

use crate::args::SigningKey;
use crate::output::{Output, table};

/// The keys of the data directory.
pub(super) fn ring(lcms: &Lcms) -> KeyRing {
    KeyRing::in_folder(&lcms.settings().keys)
}

pub(crate) fn run(lcms: &Lcms, command: SigningKey, output: Output) -> Result<()> {
    let keys = ring(lcms);
    let (name, public) = match command {
        SigningKey::List => {
            let found = keys.list()?;
            let rows: Vec<_> =
                found.iter().map(|(name, key)| [name.to_string(), key.to_string()]).collect();
            let listed: Vec<_> = found
                .iter()
                .map(|(name, key)| serde_json::json!({"name": name, "public_key": key}))
                .collect();
            output.print(&listed, |_| table(&rows, "no keys"));
            return Ok(());
        }
        SigningKey::New { name } => (name.clone(), keys.create(&name)?.public()),
        SigningKey::Show { name } => (name.clone(), keys.get(&name)?.public()),
    };
    let said = serde_json::json!({"name": name, "public_key": public});
    output.print(&said, |_| public.to_string());
    Ok(())
}
