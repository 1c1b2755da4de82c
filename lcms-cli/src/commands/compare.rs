//! The update verdict.

use std::path::Path;

use lcms_core::model::ReleaseReference;
use lcms_core::service::Lcms;
use lcms_core::{Error, ErrorKind, Result};
use lcms_publish::compare::{Comparison, Contents, Reason, Side, Verdict, compare as compared};
use lcms_publish::{Format, Profile, Publisher, inspect};

use super::packages::open;
use crate::args::{Compare, Compared};
use crate::output::Output;

/// How many reasons of one rule are shown to people; machines get all.
const SHOWN: usize = 8;

pub(crate) async fn compare(lcms: Option<&Lcms>, args: Compare, output: Output) -> Result<()> {
    let Compare { before, after, profile, format, when, set, require } = args;
    let (read_before, read_after) = (read(&before).await?, read(&after).await?);
    let named = match (&profile, lcms) {
        (Some(reference), Some(lcms)) => {
            Some(Profile::of(lcms.operator_without_checks().profile(reference).await?)?)
        }
        _ => None,
    };
    // A release is published as the package on the other side was.
    let like = |other: &Option<Contents>| {
        if let Some(named) = &named {
            return Ok(named.clone());
        }
        let profile = match (format, other) {
            (Some(format), _) => Profile::new(format),
            (None, Some(package)) => like_package(package)?,
            (None, None) => {
                return Err(Error::invalid("two releases can only be compared as packages")
                    .hint("add `--format` with scorm12, scorm2004-2, scorm2004-3, scorm2004-4, cmi5 or html"));
            }
        };
        Ok(profile.when(when.clone()).set(set.clone()))
    };
    let first = match (&before, &read_before) {
        (_, Some(package)) => package.clone(),
        (Compared::Release(release), None) => planned(lcms, release, like(&read_after)?).await?,
        (Compared::Package(path), None) => return Err(unread(path)),
    };
    let second = match (&after, read_after) {
        (_, Some(package)) => package,
        (Compared::Release(release), None) => planned(lcms, release, like(&read_before)?).await?,
        (Compared::Package(path), None) => return Err(unread(path)),
    };
    let comparison = compared(&first, &second);
    output.print(&comparison, told);
    match require.map(Verdict::from) {
        Some(required) if comparison.verdict > required => Err(Error::new(
            ErrorKind::Conflict,
            format!("the verdict is “{}”, “{required}” was required", comparison.verdict),
        )
        .hint("the reasons above say what to change back, or what to prepare in the LMS")),
        _ => Ok(()),
    }
}

/// What is in a package file; nothing for a release.
async fn read(side: &Compared) -> Result<Option<Contents>> {
    match side {
        Compared::Release(_) => Ok(None),
        Compared::Package(path) => {
            let file = open(path)?;
            let reading = tokio::task::spawn_blocking(move || inspect(file));
            let read = reading
                .await
                .map_err(|error| Error::internal("reading a package failed", error))?;
            Ok(Some(read.map_err(|error| at(path, &error))?.contents))
        }
    }
}

/// The same error, naming the file.
fn at(path: &Path, error: &Error) -> Error {
    let named = Error::new(error.kind(), format!("{}: {}", path.display(), error.message()));
    match error.hint_text() {
        Some(hint) => named.hint(hint),
        None => named,
    }
}

fn unread(path: &Path) -> Error {
    Error::internal(format!("{} was not read", path.display()), "no contents")
}

/// How a package was published; one made elsewhere at least has a format.
fn like_package(package: &Contents) -> Result<Profile> {
    if let Some(bill) = &package.bill {
        return bill.profile();
    }
    let format = &package.shape.tracked.format;
    let format = format.parse::<Format>().map_err(|_| {
        Error::invalid(format!("a release cannot be published as {format}, as the package is"))
            .hint(
                "add `--format` with scorm12, scorm2004-2, scorm2004-3, scorm2004-4, cmi5 or html",
            )
    })?;
    Ok(Profile::new(format))
}

async fn planned(
    lcms: Option<&Lcms>,
    reference: &ReleaseReference,
    profile: Profile,
) -> Result<Contents> {
    let lcms = lcms.ok_or_else(|| {
        Error::not_found(format!("`{reference}` is no file, and there is no data directory"))
            .hint("name the data directory with `--data`")
    })?;
    let session = lcms.operator_without_checks();
    let release = session.find_release(reference).await?.release.id;
    let package = Publisher::new(lcms.clone()).publish(&session, release, profile).await?;
    Ok(Contents::clone(&package.contents))
}

fn told(comparison: &Comparison) -> String {
    let mut lines = vec![if comparison.same {
        format!("{} (the same package)", comparison.verdict)
    } else {
        comparison.verdict.to_string()
    }];
    lines.push(format!("before  {}", side(&comparison.before)));
    lines.push(format!("after   {}", side(&comparison.after)));
    for verdict in Verdict::ALL.into_iter().rev() {
        let reasons: Vec<_> =
            comparison.reasons.iter().filter(|reason| reason.verdict == verdict).collect();
        if !reasons.is_empty() {
            lines.push(format!("\n{verdict}:"));
            lines.extend(grouped(&reasons));
        }
    }
    if !comparison.unknown.is_empty() {
        lines.push("\nnot compared:".to_owned());
        lines.extend(comparison.unknown.iter().map(|what| format!("  {what}")));
    }
    if !comparison.same {
        let manifest = if comparison.manifest_same { "is the same" } else { "differs" };
        lines.push(format!("\nthe LMS decides (the manifest {manifest}):"));
        lines.extend(comparison.lms_decides.iter().map(|what| format!("  {what}")));
    }
    lines.join("\n")
}

fn side(side: &Side) -> String {
    let Side { title, format, shape, release, .. } = side;
    let release = release.map(|release| format!("  release {release}")).unwrap_or_default();
    format!("“{title}”  {format}  shape {shape}{release}")
}

/// The reasons of one verdict, those of a rule together, each rule with why it asks for that.
fn grouped(reasons: &[&Reason]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rules: Vec<_> = reasons.iter().map(|reason| reason.rule).collect();
    rules.dedup();
    for rule in rules {
        let of_rule: Vec<_> = reasons.iter().filter(|reason| reason.rule == rule).collect();
        lines.extend(of_rule.iter().take(SHOWN).map(|reason| format!("  {}", reason.text)));
        if of_rule.len() > SHOWN {
            lines.push(format!("  … and {} more", of_rule.len() - SHOWN));
        }
        lines.push(format!("      {}", rule.why()));
    }
    lines
}
