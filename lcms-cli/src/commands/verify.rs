//! Whether a package file still is what was published.

use std::io::{Read as _, Seek as _};

use lcms_core::service::Lcms;
use lcms_core::{Error, ErrorKind, Result};
use lcms_publish::Publisher;
use lcms_publish::verify::{Origin, Verification, Verified, file_digest, verify as check};
use serde::Serialize;

use super::packages::open;
use super::people::People;
use crate::args;
use crate::output::{Output, when};

#[derive(Serialize)]
struct Report {
    #[serde(flatten)]
    package: Verification,
    /// What the store says of it; absent when there is none to ask.
    #[serde(skip_serializing_if = "Option::is_none")]
    store: Option<Known>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case", tag = "known")]
enum Known {
    Yes(Box<Origin>),
    No,
}

pub(crate) async fn verify(lcms: Option<&Lcms>, args: &args::Verify, output: Output) -> Result<()> {
    let mut file = open(&args.file)?;
    let key = args.key;
    let reading = tokio::task::spawn_blocking(move || {
        let read = check(&mut file, key)?;
        file.rewind()
            .map_err(|error| Error::internal("could not read the package again", error))?;
        let digest = file_digest(file.by_ref())?;
        Ok::<(Verified, _), Error>((read, digest))
    });
    let read = reading.await.map_err(|error| Error::internal("reading a package failed", error))?;
    let (read, digest) = read?;
    let mut people = People::default();
    let store = match lcms {
        None => None,
        Some(lcms) => {
            let session = lcms.operator_without_checks();
            let origin = Publisher::new(lcms.clone()).origin(&session, &read, digest).await?;
            people = People::all(&session).await?;
            Some(origin.map_or(Known::No, |origin| Known::Yes(Box::new(origin))))
        }
    };
    let verified = Report { package: read.verification, store };
    output.print(&verified, |verified| told(verified, &people));
    let altered = verified.package.findings.len();
    let contradicts =
        matches!(&verified.store, Some(Known::Yes(origin)) if !origin.components_match);
    if altered == 0 && !contradicts {
        return Ok(());
    }
    let what = if altered > 0 {
        format!("{altered} of its files are not as published")
    } else {
        "its bill of content names components that are not in the release".to_owned()
    };
    Err(Error::new(ErrorKind::Invalid, format!("{}: {what}", args.file.display()))
        .hint("publish the release again and use that package"))
}

fn told(verified: &Report, people: &People) -> String {
    let Report { package, store } = verified;
    let mut lines: Vec<_> = package.findings.iter().map(ToString::to_string).collect();
    if package.intact {
        lines.push(format!("all {} files are as published", package.files));
    }
    lines.push(format!("release  {}", package.release));
    lines.push(format!("shape    {}", package.shape));
    lines.push(format!("made as  {} by {}", package.format, package.publisher));
    if let Some(key) = package.signed_by {
        lines.push(format!("signed   by {key}"));
    }
    for (rule, components) in &package.waived {
        lines.push(format!("waived   {rule} ({} times)", components.len()));
    }
    match store {
        None => {}
        Some(Known::No) => lines.push("store    has no such release".to_owned()),
        Some(Known::Yes(origin)) => {
            let view = &origin.release;
            let name = format!("{}/{} release {}", view.library_key, view.key, view.release.number);
            let bytes = match origin.same_bytes {
                Some(true) => "publishing it gives the same bytes",
                Some(false) => "publishing it gives other bytes (packed again, or altered)",
                None => "made by another publisher version",
            };
            lines.push(format!("store    {name}; {bytes}"));
            if let Some(profile) = &origin.profile {
                lines.push(format!("profile  {profile}"));
            }
            for package in &origin.published {
                let by = people.name(package.actor);
                lines.push(format!("made     {} by {by}", when(package.created)));
            }
            if !origin.components_match {
                lines.push("         the bill names components that are not in it".to_owned());
            }
        }
    }
    lines.join("\n")
}
