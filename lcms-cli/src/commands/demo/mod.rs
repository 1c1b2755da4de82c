//! The demo: a library to look at, a server, and what to type.

mod story;

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;

use lcms_core::model::{Key, Role};
use lcms_core::service::{Lcms, NewLibrary, NewToken, NewUser, Session, SetPassword};
use lcms_core::{Error, ErrorKind, Result};
use lcms_import::{Folder, ImportOptions, Limits, library_of};
use lcms_publish::Publisher;
use rust_embed::Embed;

use self::story::Cast;
use super::{import, serve};
use crate::args::Demo;
use crate::output::Output;

/// The demo library's files, as they stand in the repository.
#[derive(Embed)]
#[folder = "../fixtures/demo"]
struct DemoFiles;

const USER: &str = "demo";
const TOKEN_FILE: &str = "demo-token";

/// People to sign in as: name, name shown, and roles in the demo library; an admin's and a
/// deployer's are everywhere, as targets belong to no library.
const PEOPLE: &[(&str, &str, &[Role])] = &[
    ("ada", "Ada Architect", &[Role::Author, Role::Reviewer, Role::Publisher]),
    ("arto", "Arto Author", &[Role::Author]),
    ("rita", "Rita Reviewer", &[Role::Reviewer]),
    ("oskar", "Oskar Ops", &[Role::Publisher, Role::Deployer]),
    ("demo", "Demo Admin", &[Role::Admin]),
];
const PASSWORD_FILE: &str = "demo-password";
/// Random bytes in the demo's password.
const PASSWORD_BYTES: usize = 8;

pub(crate) async fn demo(lcms: Lcms, data: &Path, args: Demo, output: Output) -> Result<()> {
    let Demo { serve: mut args, library_only } = args;
    let session = lcms.operator_without_checks();
    let (library, is_new) = load(&session, output).await?;
    let token = token(&session, data).await?;
    let password = people(&session, &library, data).await?;
    if is_new && !library_only {
        eprintln!("people review, release and deploy it …");
        let cast = Cast::sign_in(&lcms, &password).await?;
        story::play(&cast, &Publisher::new(lcms.clone()), &library).await?;
    }
    let listener = serve::listen(args.listen).await?;
    let address = listener.local_addr().unwrap_or(args.listen);
    args.listen = address;
    if args.preview_listen.is_none() && address.ip().is_loopback() {
        args.preview_listen = Some(SocketAddr::new(address.ip(), address.port().wrapping_add(1)));
    }
    // The demo goes on without previews when that port is taken.
    let previews = match serve::previews(&args).await {
        Err(error) if args.preview_url.is_none() => {
            tracing::warn!("no previews: {error}");
            None
        }
        found => found?,
    };
    let course = "support-fundamentals";
    let program = std::env::current_exe()
        .map_or_else(|_| "lcms".to_owned(), |path| path.display().to_string());
    let names: Vec<_> =
        PEOPLE.iter().map(|(name, shown, _)| format!("    {name:8}{shown}")).collect();
    println!(
        "
lcms is serving the demo library at

    http://{address}/

Sign in as one of these people, all with the password {password}

{names}

Programs use a token instead (user `{USER}`, all rights), and http://{address}/docs/ tells how:

    {token}

Three commands to try, in another terminal:

    {program} search --data {data} 'ticket escalation'
    {program} publish --data {data} {library}/{course} --format scorm12 -o course.zip
    curl -H 'Authorization: Bearer {token}' 'http://{address}/api/v1/search?q=ticket'

Stop with Ctrl-C; start again and everything is still there.
",
        names = names.join("\n"),
        data = data.display(),
    );
    drop(std::io::stdout().flush()); // a closed pipe is no reason not to serve
    serve::run(lcms, listener, previews).await
}

impl Cast {
    async fn sign_in(lcms: &Lcms, password: &str) -> Result<Self> {
        let as_one = async |name: &str| -> Result<Session> {
            let signed = lcms.sign_in(name, password.to_owned(), "").await?;
            lcms.sign_out(&signed.secret).await?;
            Ok(signed.session)
        };
        Ok(Self {
            admin: as_one("demo").await?,
            architect: as_one("ada").await?,
            author: as_one("arto").await?,
            reviewer: as_one("rita").await?,
            ops: as_one("oskar").await?,
        })
    }
}

/// Imports the demo library unless it is there; answers whether it was not.
async fn load(session: &Session, output: Output) -> Result<(Key, bool)> {
    let fault = |error| Error::internal("could not unpack the demo library", error);
    let unpacked = tempfile::tempdir().map_err(fault)?;
    // The history says where a component came from, by the folder's name.
    let folder = unpacked.path().join("demo");
    for name in DemoFiles::iter() {
        let Some(file) = DemoFiles::get(&name) else { continue };
        let path = folder.join(name.as_ref());
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(fault)?;
        }
        std::fs::write(path, file.data).map_err(fault)?;
    }
    let head: NewLibrary = Folder::open(&folder, Limits::default())
        .and_then(|folder| library_of(&folder))
        .map_err(Error::from)?
        .ok_or_else(|| Error::internal("the demo library has no library.yaml", "damaged build"))?;
    let key = head.key.clone();
    match session.library(&key).await {
        Ok(_) => return Ok((key, false)),
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        Err(_) => {}
    }
    eprintln!("loading the demo library …");
    session.create_library(head).await?;
    let opened = import::listed(move || Folder::open(&folder, Limits::default())).await?;
    let options = ImportOptions::default();
    let report = import::run(session, &key, opened, options, output).await?;
    let translations = report.items.iter().filter(|item| item.language.is_some()).count();
    let components = report.items.len() - translations;
    eprintln!("{components} components and {translations} translations in library `{key}`");
    Ok((key, true))
}

/// The demo user's token. Only digests of tokens are kept in the database, so this one also stands
/// in a file that only its owner may read.
async fn token(session: &Session, data: &Path) -> Result<String> {
    let path = data.join(TOKEN_FILE);
    if let Ok(token) = std::fs::read_to_string(&path) {
        return Ok(token.trim().to_owned());
    }
    let user: Key = USER.parse().map_err(|e| Error::internal("bad user name", e))?;
    let new = NewUser {
        name: user.clone(),
        display_name: Some("Demo user".to_owned()),
        role: Some(Role::Admin),
    };
    match session.add_user(new).await {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::Conflict => {}
        Err(error) => return Err(error),
    }
    let new = NewToken { label: "demo".to_owned(), scopes: None, expires_in_days: None };
    let (_, secret) = session.create_token(&user, new).await?;
    write_secret(&path, &secret)
        .map_err(|error| Error::internal(format!("could not write {}", path.display()), error))?;
    Ok(secret)
}

/// Adds the people to sign in as, unless they are there; answers their password, which also stands
/// in a file that only its owner may read.
async fn people(session: &Session, library: &Key, data: &Path) -> Result<String> {
    let path = data.join(PASSWORD_FILE);
    if let Ok(password) = std::fs::read_to_string(&path) {
        return Ok(password.trim().to_owned());
    }
    let mut random = [0; PASSWORD_BYTES];
    getrandom::fill(&mut random)
        .map_err(|error| Error::internal("could not make a password", error.to_string()))?;
    let password = format!("demo-{}", hex::encode(random));
    for (name, shown, roles) in PEOPLE {
        let user: Key = name.parse().map_err(|e| Error::internal("bad user name", e))?;
        let new =
            NewUser { name: user.clone(), display_name: Some((*shown).to_owned()), role: None };
        match session.add_user(new).await {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::Conflict => {}
            Err(error) => return Err(error),
        }
        for role in *roles {
            let everywhere = matches!(role, Role::Admin | Role::Deployer);
            let library = (!everywhere).then_some(library);
            session.set_role(&user, library, *role, true).await?;
        }
        let new = SetPassword { password: password.clone(), current: None };
        session.set_password(&user, new).await?;
    }
    write_secret(&path, &password)
        .map_err(|error| Error::internal(format!("could not write {}", path.display()), error))?;
    Ok(password)
}

fn write_secret(path: &Path, secret: &str) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)?.write_all(secret.as_bytes())
}
