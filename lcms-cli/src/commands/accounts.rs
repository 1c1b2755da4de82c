//! Libraries, users and tokens.

use lcms_core::model::{Key, Library, Role};
use lcms_core::service::{
    ChangeSynonyms, MIN_PASSWORD, NewLibrary, NewToken, NewUser, Session, SetPassword, UserView,
};
use lcms_core::{Error, Result};

use super::components::read_text;
use crate::args;
use crate::output::{Output, table, when};

pub(crate) async fn library(
    session: &Session,
    command: args::Library,
    output: Output,
) -> Result<()> {
    match command {
        args::Library::Create { key, title, description, language } => {
            let title = title.unwrap_or_else(|| key.to_string());
            let new = NewLibrary { id: None, key, title, description, language };
            let library = session.create_library(new).await?;
            output.print(&library, |library| format!("created library {}", library.key));
        }
        args::Library::Synonyms { key, set: None } => {
            let list = session.synonyms(&key).await?;
            output.print(&list, |list| match list.text.trim_end() {
                "" => {
                    format!("no synonyms; write some with `lcms library synonyms {key} --set FILE`")
                }
                text => text.to_owned(),
            });
        }
        args::Library::Synonyms { key, set: Some(file) } => {
            let change = ChangeSynonyms { text: read_text(&file)?, seen: None };
            let list = session.set_synonyms(&key, change).await?;
            output.print(&list, |_| format!("replaced the synonyms of {key}"));
        }
        args::Library::List => {
            let libraries = session.libraries().await?;
            output.print(&libraries, |libraries| {
                let row =
                    |l: &Library| [l.key.to_string(), l.language.to_string(), l.title.clone()];
                let rows: Vec<_> = libraries.iter().map(row).collect();
                table(&rows, "no libraries; create one with `lcms library create KEY`")
            });
        }
    }
    Ok(())
}

pub(crate) async fn user(session: &Session, command: args::User, output: Output) -> Result<()> {
    match command {
        args::User::Add { name, display_name, role, password_stdin } => {
            let password = if password_stdin { Some(read_password()?) } else { None };
            let user = session.add_user(NewUser { name, display_name, role }).await?;
            if let Some(password) = password {
                set_password(session, &user.user.name, password).await?;
            }
            output.print(&user, |view| format!("added user {}", view.user.name));
        }
        args::User::Password { user } => {
            set_password(session, &user, read_password()?).await?;
            let done = serde_json::json!({ "password_set": user });
            output.print(&done, |_| format!("{user} has a new password"));
        }
        args::User::List => {
            let users = session.users().await?;
            let libraries = session.libraries().await?;
            output.print(&users, |users| {
                let row = |view: &UserView| {
                    [view.user.name.to_string(), roles(view, &libraries).join(", ")]
                };
                let rows: Vec<_> = users.iter().map(row).collect();
                table(&rows, "no users; add one with `lcms user add NAME`")
            });
        }
        args::User::Grant(change) => set_role(session, &change, true, output).await?,
        args::User::Revoke(change) => set_role(session, &change, false, output).await?,
    }
    Ok(())
}

/// The first line of standard input: a password among the arguments would show in the list of
/// processes.
fn read_password() -> Result<String> {
    let mut line = String::new();
    std::io::stdin()
        .read_line(&mut line)
        .map_err(|error| Error::internal("could not read the password", error))?;
    let password = line.trim_end_matches(['\n', '\r']);
    if password.chars().count() < MIN_PASSWORD {
        return Err(Error::invalid(format!("a password has at least {MIN_PASSWORD} characters"))
            .hint("give it as one line on standard input"));
    }
    Ok(password.to_owned())
}

async fn set_password(session: &Session, user: &Key, password: String) -> Result<()> {
    session.set_password(user, SetPassword { password, current: None }).await
}

async fn set_role(
    session: &Session,
    change: &args::RoleChange,
    held: bool,
    output: Output,
) -> Result<()> {
    let library = change.library.as_ref();
    let view = session.set_role(&change.user, library, change.role, held).await?;
    let libraries = session.libraries().await?;
    output.print(&view, |view| {
        let roles = roles(view, &libraries);
        let roles = if roles.is_empty() { "no role".to_owned() } else { roles.join(", ") };
        format!("{} has now: {roles}", view.user.name)
    });
    Ok(())
}

fn roles(view: &UserView, libraries: &[Library]) -> Vec<String> {
    let name = |role: Role, place: Option<&Library>| match place {
        Some(library) => format!("{role} in {}", library.key),
        None => format!("{role} in every library"),
    };
    view.grants
        .iter()
        .map(|grant| {
            let library = libraries.iter().find(|library| Some(library.id) == grant.library);
            name(grant.role, library)
        })
        .collect()
}

pub(crate) async fn token(session: &Session, command: args::Token, output: Output) -> Result<()> {
    match command {
        args::Token::Create { user, label, scope, days } => {
            let scopes = (!scope.is_empty()).then(|| scope.into_iter().collect());
            let new = NewToken { label, scopes, expires_in_days: days };
            let (token, secret) = session.create_token(&user, new).await?;
            let issued = serde_json::json!({ "token": token, "secret": secret });
            output.print(&issued, |_| secret);
        }
        args::Token::List { user } => {
            let tokens = session.tokens(&user).await?;
            output.print(&tokens, |tokens| {
                let rows: Vec<_> = tokens
                    .iter()
                    .map(|token| {
                        let scopes: Vec<_> = token.scopes.iter().map(|s| s.as_str()).collect();
                        let state = match (token.revoked, token.expires) {
                            (Some(at), _) => format!("revoked {at}"),
                            (None, Some(at)) => format!("until {}", when(at)),
                            (None, None) => String::new(),
                        };
                        [token.id.to_string(), token.label.clone(), scopes.join(" "), state]
                    })
                    .collect();
                table(&rows, "no tokens")
            });
        }
        args::Token::Revoke { id } => {
            session.revoke_token(id).await?;
            output.print(&serde_json::json!({ "revoked": id }), |_| format!("revoked {id}"));
        }
    }
    Ok(())
}
