//! What `lcms --help` shows: the commands in groups, in the order in which work goes.

use clap::{Command, CommandFactory as _};

use super::Cli;

const GROUPS: &[(&str, &[&str])] = &[
    ("Begin", &["demo", "serve", "library", "user", "token"]),
    ("Write", &["component", "blob", "placement", "translate", "import"]),
    ("Find", &["search", "similar", "fits", "show", "where-used", "impact", "lineage", "webhook"]),
    ("Describe", &["vocabulary", "schema", "bulk", "care", "suggest", "report"]),
    ("Reuse", &["copy", "copies", "pull", "promote"]),
    ("Versions", &["log", "diff", "revert", "branch", "events"]),
    (
        "Release and publish",
        &["release", "releases", "check", "publish", "verify", "compare", "key"],
    ),
    ("What runs where", &["channel", "target", "deploy", "undeploy", "rollback", "deployments"]),
    (
        "Keep whole and move",
        &["backup", "restore", "export", "sync", "fsck", "gc", "redact", "reindex"],
    ),
];

/// The command line, whose help lists the commands by group.
pub(crate) fn command() -> Command {
    let command = Cli::command();
    let list = list(&command);
    command.help_template(format!(
        "{{about}}\n\n{{usage-heading}} {{usage}}\n\n{list}\n\
         `lcms COMMAND --help` tells more.\n\n{{options}}"
    ))
}

fn list(command: &Command) -> String {
    let mut list = String::new();
    for (heading, names) in GROUPS {
        list += &format!("{heading}:\n");
        for name in *names {
            let about = command.find_subcommand(name).and_then(Command::get_about);
            let about = about.map(ToString::to_string).unwrap_or_default();
            list += &format!("  {name:<12} {about}\n");
        }
        list.push('\n');
    }
    list
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_command_stands_in_one_group() {
        let command = Cli::command();
        let known: BTreeSet<_> = command.get_subcommands().map(Command::get_name).collect();
        let listed: Vec<_> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        assert_eq!(listed.iter().copied().collect::<BTreeSet<_>>(), known);
        assert_eq!(listed.len(), known.len());
    }
}
