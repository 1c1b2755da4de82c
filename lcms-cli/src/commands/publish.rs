//! Packages.

use std::path::PathBuf;

use lcms_core::model::{ComponentId, ReleaseId, Target};
use lcms_core::service::{Lcms, NewRelease, Session};
use lcms_core::{ErrorKind, Result};
use lcms_publish::{Profile, Publisher};

use super::blobs::write_file;
use crate::args::{self, Publishable};
use crate::output::Output;

pub(crate) async fn publish(lcms: &Lcms, args: args::Publish, output: Output) -> Result<()> {
    let session = lcms.operator_without_checks();
    let release = find_release(&session, args.release).await?;
    let publisher = Publisher::new(lcms.clone());
    let profile = Profile::new(args.format).when(args.when).set(args.set);
    let package = publisher.publish(&session, release, profile).await?;
    let path = args.output.unwrap_or_else(|| PathBuf::from(&package.file_name));
    write_file(&path, package.stream(0..package.length), package.length, output).await?;
    publisher.record(&session, &package).await?;
    let written = serde_json::json!({
        "file": path,
        "length": package.length,
        "format": package.format.as_str(),
        "release": package.release,
        "digest": package.release_digest,
        "conditions": package.profile.conditions,
        "variables": package.profile.variables,
        "profile": package.profile.digest(),
        "notices": package.notices,
    });
    output.print(&written, |_| {
        let mut said = format!(
            "{} ({} bytes, {}) holds release {}",
            path.display(),
            package.length,
            package.format,
            package.release_digest
        );
        for notice in &package.notices {
            said.push_str("\nnote: ");
            said.push_str(notice);
        }
        said
    });
    Ok(())
}

/// An id may be that of a release or of a component; a component is released as it stands.
async fn find_release(session: &Session, wanted: Publishable) -> Result<ReleaseId> {
    let component = match wanted {
        Publishable::Release(release) => {
            return Ok(session.find_release(&release).await?.release.id);
        }
        Publishable::Id(id) => match session.release_by_id(id).await {
            Ok(view) => return Ok(view.release.id),
            Err(error) if error.kind() == ErrorKind::NotFound => Target::Id(ComponentId(id.0)),
            Err(error) => return Err(error),
        },
        Publishable::Component(target) => target,
    };
    Ok(session.release(&component, NewRelease::default()).await?.release.id)
}
