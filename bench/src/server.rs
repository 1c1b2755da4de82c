//! Work whose CPU time or memory is measured on its own, in a process of its own: this program,
//! started again.
//!
//! The server says on its first line where it listens. Then it answers each line it is sent with
//! its counters, until its input ends.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use lcms_core::model::ReleaseId;
use lcms_core::service::{Lcms, Settings};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};

use crate::corpus::Random;
use crate::error::{Error, Result};
use crate::material::PIECE;
use crate::measure;
use crate::scenarios::{imports, package};

/// Names the kinds of work on the command line.
const SERVE: &str = "child-serve";
const UPLOAD: &str = "child-upload";
const PUBLISH: &str = "child-publish";
const IMPORT: &str = "child-import";

#[derive(Debug, Serialize, Deserialize)]
struct Listening {
    address: SocketAddr,
}

/// What a server has done so far.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Counters {
    /// Commands the writer has run.
    pub(crate) commands: u64,
    /// Transactions it has committed; each is a disk flush.
    pub(crate) transactions: u64,
    /// CPU time of the process.
    pub(crate) cpu: Duration,
}

#[derive(Debug, Serialize, Deserialize)]
struct Peak {
    peak_memory: u64,
}

/// A server in another process; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts a server on a data directory. `program` is the binary of this crate.
    pub(crate) fn start(program: &Path, data: &Path) -> Result<Self> {
        let fault = || Error::io(format!("start {}", program.display()));
        let mut child = Command::new(program)
            .args([SERVE.as_ref(), data.as_os_str()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(fault())?;
        let input = child.stdin.take();
        let output = child.stdout.take().ok_or_else(|| Error::wrong("a server without output"))?;
        let mut output = BufReader::new(output);
        let Listening { address } = read_line(&mut output)?;
        Ok(Self { child, input, output, address })
    }

    /// What it has done so far.
    pub(crate) fn counters(&mut self) -> Result<Counters> {
        let input = self.input.as_mut().ok_or_else(|| Error::wrong("a server without input"))?;
        input.write_all(b"counters\n").map_err(Error::io("ask the server"))?;
        read_line(&mut self.output)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.input.take()); // the end of its input tells it to stop
        drop(self.child.wait());
    }
}

fn read_line<T: DeserializeOwned>(from: &mut impl std::io::BufRead) -> Result<T> {
    let mut line = String::new();
    from.read_line(&mut line).map_err(Error::io("read what a child process says"))?;
    serde_json::from_str(&line)
        .map_err(|error| Error::Wrong(format!("a child process said `{}`: {error}", line.trim())))
}

fn say<T: Serialize>(what: &T) -> Result<()> {
    let line = serde_json::to_string(what).map_err(Error::wrong)?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).map_err(Error::io("answer"))
}

/// The child's side of a server: serves a data directory until its input ends.
///
/// # Errors
/// When the directory cannot be opened or the socket fails.
pub async fn serve(data: &Path) -> Result<()> {
    let lcms = Lcms::open(Settings::in_folder(data)).await?;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(Error::io("listen"))?;
    let address = listener.local_addr().map_err(Error::io("listen"))?;
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(lcms_api::serve(lcms.clone(), listener, async {
        drop(stopped.await); // either way it shall stop
    }));
    say(&Listening { address })?;
    let (asked, mut questions) = mpsc::channel(1);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            if line.is_err() || asked.blocking_send(()).is_err() {
                break;
            }
        }
    });
    while questions.recv().await.is_some() {
        let counts = lcms.writer_counts();
        say(&Counters {
            commands: counts.commands,
            transactions: counts.transactions,
            cpu: measure::own_cpu()?,
        })?;
    }
    drop(stop);
    serving.await.map_err(Error::wrong)?.map_err(Error::io("serve"))
}

/// Uploads so many bytes of noise in another process; answers the most memory it held.
pub(crate) fn memory_of_upload(program: &Path, data: &Path, bytes: u64) -> Result<u64> {
    memory_of(program, &[UPLOAD.as_ref(), data.as_os_str(), bytes.to_string().as_ref()])
}

/// Publishes a release to a file in another process; answers the most memory it held.
pub(crate) fn memory_of_publishing(
    program: &Path,
    data: &Path,
    release: ReleaseId,
    file: &Path,
) -> Result<u64> {
    let release = release.to_string();
    memory_of(program, &[PUBLISH.as_ref(), data.as_os_str(), release.as_ref(), file.as_os_str()])
}

/// Imports a package in another process; answers the most memory it held.
pub(crate) fn memory_of_import(program: &Path, data: &Path, package: &Path) -> Result<u64> {
    memory_of(program, &[IMPORT.as_ref(), data.as_os_str(), package.as_os_str()])
}

fn memory_of(program: &Path, arguments: &[&OsStr]) -> Result<u64> {
    let output = Command::new(program)
        .args(arguments)
        .stderr(Stdio::inherit())
        .output()
        .map_err(Error::io(format!("start {}", program.display())))?;
    let Peak { peak_memory } = read_line(&mut output.stdout.as_slice())?;
    Ok(peak_memory)
}

/// The child's side of publishing.
///
/// # Errors
/// When the release cannot be published.
pub async fn publish(data: &Path, release: ReleaseId, file: &Path) -> Result<()> {
    let lcms = Lcms::open(Settings::in_folder(data)).await?;
    package::publish(&lcms, release, file).await?;
    say(&Peak { peak_memory: measure::peak_memory()? })
}

/// The child's side of an import.
///
/// # Errors
/// When the package cannot be imported.
pub async fn import(data: &Path, package: &Path) -> Result<()> {
    imports::import_into(data, package).await?;
    say(&Peak { peak_memory: measure::peak_memory()? })
}

/// The child's side of an upload.
///
/// # Errors
/// When the upload fails.
pub async fn upload(data: &Path, bytes: u64) -> Result<()> {
    let lcms = Lcms::open(Settings::in_folder(data)).await?;
    let mut upload = lcms.operator_without_checks().upload("video/mp4")?;
    // One piece that changes a little: what is measured shall not be memory of this side.
    let mut random = Random::new(1);
    let mut piece: Vec<u8> = (0..PIECE / 8).flat_map(|_| random.next().to_le_bytes()).collect();
    let mut left = bytes;
    while left > 0 {
        piece[..8].copy_from_slice(&left.to_le_bytes());
        let length = usize::try_from(left).map_or(PIECE, |left| left.min(PIECE));
        upload.write(&piece[..length]).await?;
        left -= length as u64;
    }
    upload.finish(None).await?;
    say(&Peak { peak_memory: measure::peak_memory()? })
}
