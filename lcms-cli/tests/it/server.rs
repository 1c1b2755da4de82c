//! A running server, and the command line beside it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::lcms::{Lcms, fixture};

pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
}

impl Server {
    pub(crate) fn start(lcms: &Lcms) -> Self {
        let mut child = lcms
            .command()
            .args(["serve", "--listen", "127.0.0.1:0"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let line = lines.by_ref().map(Result::unwrap).find(|l| l.contains("http://")).unwrap();
        let address = line.split("http://").nth(1).unwrap().trim().to_owned();
        // Keeps reading, so that the server never waits for its log.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address }
    }

    /// Status and body of a GET.
    fn get(&self, path: &str, token: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: lcms\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        let body = answer.split_once("\r\n\r\n").unwrap().1.to_owned();
        (status, body)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn a_server_starts_on_an_empty_directory() {
    let lcms = Lcms::new();
    let server = Server::start(&lcms);
    assert_eq!(server.get("/healthz", "").0, 200);
    assert_eq!(server.get("/readyz", "").0, 200);
    assert_eq!(server.get("/api/v1/libraries", "nonsense").0, 401);
    let (status, page) = server.get("/", "");
    assert!((200..400).contains(&status), "{status}: {page}");
}

#[test]
fn the_command_line_works_beside_a_running_server_and_what_it_does_is_found() {
    let lcms = Lcms::new();
    let server = Server::start(&lcms);
    lcms.ok(&["user", "add", "anna", "--role", "viewer"]);
    let token = lcms.ok(&["token", "create", "--user", "anna"]);
    let token = token.trim();
    lcms.ok(&["import", &fixture("demo")]);
    let imported = Instant::now();
    loop {
        let (status, found) = server.get("/api/v1/search?q=severity", token);
        assert_eq!(status, 200, "{found}");
        if !found.contains("\"total\":0") {
            break;
        }
        assert!(imported.elapsed() < Duration::from_secs(10), "not found in ten seconds: {found}");
        std::thread::sleep(Duration::from_millis(50));
    }
    let said = lcms.ok(&["search", "severity"]);
    assert!(said.contains("support/severity-levels"), "{said}");
}
