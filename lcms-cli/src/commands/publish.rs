//! Packages.

use std::path::PathBuf;

use lcms_core::model::{ComponentId, Digest, Instant, Key, ReleaseId, Target};
use lcms_core::service::{Lcms, ListDeployments, NewRelease, Session};
use lcms_core::{Error, ErrorKind, Result};
use lcms_publish::{Order, Profile, Publisher, Seal};

use super::blobs::make_file;
use super::keys;
use crate::args::{self, How, Publishable};
use crate::output::{Output, when};

pub(crate) async fn publish(lcms: &Lcms, args: args::Publish, output: Output) -> Result<()> {
    let session = lcms.operator_without_checks();
    let kept = match (&args.live_in, &args.release) {
        (Some(target), Some(course)) => Some(live_in(&session, course, target, args.live).await?),
        _ => args.package,
    };
    let (release, how) = match (kept, args.release, args.how) {
        (Some(digest), ..) => return again(lcms, &session, digest, args.output, output).await,
        (None, Some(release), Some(how)) => (release, how),
        _ => {
            return Err(Error::invalid("a profile or a format is needed")
                .hint("add `--profile library/key`, or `--format scorm12`"));
        }
    };
    // What can be wrong with the choices is said before anything is released.
    let profile = profile(&session, how).await?;
    let signer = args.sign.map(|name| keys::ring(lcms).get(&name)).transpose()?;
    let new = NewRelease {
        language: args.language,
        allow_untranslated: args.allow_untranslated,
        ..NewRelease::default()
    };
    let release = find_release(&session, release, new).await?;
    let publisher = Publisher::new(lcms.clone());
    let order =
        Order { profile, waivers: args.waive.into_iter().collect(), sealed: signer.map(Seal::By) };
    let package = publisher.publish(&session, release, order).await?;
    let path = args.output.unwrap_or_else(|| PathBuf::from(&package.file_name));
    let length = package.length;
    make_file(&path, length, output, async |file, bar| {
        package.write(file, move |n| bar.inc(n)).await
    })
    .await?;
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
        "named": package.profile.named,
        "package": package.digest,
        "waived": package.waived,
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
        for (rule, components) in &package.waived {
            said.push_str(&format!("\nwaived: {rule} ({} times)", components.len()));
        }
        for notice in &package.notices {
            said.push_str("\nnote: ");
            said.push_str(notice);
        }
        said
    });
    Ok(())
}

/// The package of a course that is, or was then, live in a target.
async fn live_in(
    session: &Session,
    course: &Publishable,
    target: &Key,
    at: Option<Instant>,
) -> Result<Digest> {
    let Publishable::Component(course) = course else {
        return Err(Error::invalid("name the course that is live there, as `library/course`"));
    };
    let list = ListDeployments {
        target: Some(target.clone()),
        course: Some(course.clone()),
        at: at.map(|at| at.0),
        limit: 1,
        ..ListDeployments::default()
    };
    let found = session.deployments(&list).await?.items.pop();
    let found = found.ok_or_else(|| {
        Error::not_found(format!("nothing of `{course}` is on record as live in `{target}` then"))
            .hint("`lcms deployments --ended` lists what was live where")
    })?;
    found.deployment.package.ok_or_else(|| {
        Error::conflict(format!(
            "it is not on record which package of `{course}` was live in `{target}`"
        ))
        .hint("name it when deploying: `lcms deploy RELEASE --target TARGET --package DIGEST`")
    })
}

/// A package that was published before, byte for byte.
async fn again(
    lcms: &Lcms,
    session: &Session,
    digest: Digest,
    path: Option<PathBuf>,
    output: Output,
) -> Result<()> {
    let package = Publisher::new(lcms.clone()).again(session, digest).await?;
    let path = path.unwrap_or_else(|| PathBuf::from(&package.file_name));
    let length = package.length;
    make_file(&path, length, output, async |file, bar| {
        package.write(file, move |n| bar.inc(n)).await
    })
    .await?;
    let written = serde_json::json!({
        "file": path,
        "length": package.length,
        "package": package.record,
    });
    output.print(&written, |_| {
        format!(
            "{} ({} bytes, {}) is the package made {} by {}",
            path.display(),
            package.length,
            package.record.format,
            when(package.record.created),
            package.record.publisher
        )
    });
    Ok(())
}

/// The profile that was named or typed.
pub(super) async fn profile(session: &Session, how: How) -> Result<Profile> {
    match (how.profile, how.format) {
        (Some(reference), _) => Profile::of(session.profile(&reference).await?),
        (None, Some(format)) => Ok(Profile::new(format).when(how.when).set(how.set)),
        (None, None) => Err(Error::invalid("a profile or a format is needed")
            .hint("add `--profile library/key`, or `--format scorm12`")),
    }
}

/// An id may be that of a release or of a component; a component is released as it stands.
async fn find_release(
    session: &Session,
    wanted: Publishable,
    new: NewRelease,
) -> Result<ReleaseId> {
    if new.language.is_some() && matches!(wanted, Publishable::Release(_)) {
        return Err(Error::invalid("a release has its language already")
            .hint("leave `--language` out, or name the course to release it in that language"));
    }
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
    Ok(session.release(&component, new).await?.release.id)
}
