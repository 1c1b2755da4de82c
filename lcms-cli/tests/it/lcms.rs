//! Runs the binary over a data directory of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

pub(crate) struct Lcms {
    folder: TempDir,
    database: Option<String>,
}

impl Lcms {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), database: None }
    }

    /// The same over a fresh database of the PostgreSQL server that LCMS_TEST_POSTGRES names.
    pub(crate) fn on_postgres() -> Self {
        let server = std::env::var("LCMS_TEST_POSTGRES").unwrap_or_else(|_| {
            panic!("LCMS_TEST_POSTGRES must name a PostgreSQL server: run through `make test`")
        });
        let name = format!("lcms_cli_{}", uuid::Uuid::now_v7().simple());
        let status = Command::new("psql")
            .args([server.as_str(), "-q", "-c", &format!("CREATE DATABASE {name}")])
            .status()
            .unwrap();
        assert!(status.success());
        let (base, _) = server.rsplit_once('/').unwrap();
        Self { folder: tempfile::tempdir().unwrap(), database: Some(format!("{base}/{name}")) }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lcms"));
        command.env_remove("LCMS_DATABASE").env("LCMS_DATA", self.data());
        if let Some(database) = &self.database {
            command.env("LCMS_DATABASE", database);
        }
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command().args(args).output().unwrap()
    }

    /// Standard output of a command that must succeed.
    pub(crate) fn ok(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The same as JSON.
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let mut args = args.to_vec();
        args.push("--json");
        serde_json::from_str(&self.ok(&args)).unwrap()
    }

    /// Standard error of a command that must be refused.
    pub(crate) fn refused(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        String::from_utf8(output.stderr).unwrap()
    }
}

pub(crate) fn fixture(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures").join(name);
    folder.canonicalize().unwrap().to_str().unwrap().to_owned()
}

pub(crate) fn sha256(path: &Path) -> String {
    let digest = Sha256::digest(std::fs::read(path).unwrap());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
