//! Channels.

use lcms_core::model::{Key, ReleaseId, Target};
use lcms_core::service::{ChannelView, ReleaseBrief, Session};
use lcms_core::{ErrorKind, Result};

use super::people::People;
use crate::args::{Channel, Seen};
use crate::output::{Output, table, when};

pub(crate) async fn run(session: &Session, command: Channel, output: Output) -> Result<()> {
    match command {
        Channel::List { component } => {
            let channels = session.channels(&component).await?;
            output.print(&channels, |channels| {
                let row = |channel: &ChannelView| {
                    let to = place(channel.release.as_ref());
                    [channel.name.to_string(), to, channel.moved.to_string()]
                };
                table(&channels.iter().map(row).collect::<Vec<_>>(), "no channels")
            });
        }
        Channel::Move { component, name, release, guard: Seen { seen, note } } => {
            let seen = seen_or_present(session, &component, &name, seen).await?;
            let view = session.move_channel(&component, &name, &release, seen, note).await?;
            output.print(&view, said);
        }
        Channel::Back { component, name, guard: Seen { seen, note } } => {
            let seen = seen_or_present(session, &component, &name, seen).await?;
            let view = session.move_channel_back(&component, &name, seen, note).await?;
            output.print(&view, said);
        }
        Channel::Close { component, name, guard: Seen { seen, note } } => {
            let seen = seen_or_present(session, &component, &name, seen).await?;
            let view = session.close_channel(&component, &name, seen, note).await?;
            output.print(&view, said);
        }
        Channel::History { component, name } => {
            let moves = session.channel_history(&component, &name).await?;
            let people = People::all(session).await?;
            output.print(&moves, |moves| {
                let rows: Vec<_> = moves
                    .iter()
                    .map(|made| {
                        let (from, to) = (place(made.from.as_ref()), place(made.to.as_ref()));
                        let by = people.name(made.actor);
                        [when(made.time), from, "→".to_owned(), to, by, made.note.clone()]
                    })
                    .collect();
                table(&rows, "no moves")
            });
        }
    }
    Ok(())
}

/// Where the channel was seen to point; where it points now when that is not said.
async fn seen_or_present(
    session: &Session,
    component: &Target,
    name: &Key,
    seen: Option<ReleaseId>,
) -> Result<Option<ReleaseId>> {
    if seen.is_some() {
        return Ok(seen);
    }
    match session.channel(component, name).await {
        Ok(channel) => Ok(channel.release.map(|release| release.id)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// A release as people call it.
pub(crate) fn called(release: &ReleaseBrief) -> String {
    match &release.label {
        Some(label) => format!("release {} ({label})", release.number),
        None => format!("release {}", release.number),
    }
}

fn place(release: Option<&ReleaseBrief>) -> String {
    release.map_or_else(|| "nowhere".to_owned(), called)
}

fn said(channel: &ChannelView) -> String {
    match &channel.release {
        Some(release) => {
            format!("{} points to {}\nrelease  {}", channel.name, called(release), release.id)
        }
        None => format!("{} is closed", channel.name),
    }
}
