//! HTTP/1.1 clients on bare sockets.
//!
//! Clients run beside the server on the same cores, so they must cost little: a request is one
//! write, an answer is its head and as many bytes as that announces. They keep their connection.

use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use crate::error::{Error, Result};

/// A client with a connection of its own.
#[derive(Debug)]
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
    /// The headers of every request.
    headers: String,
    request: Vec<u8>,
    line: String,
}

/// What the server answered.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) etag: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl Client {
    /// Connects.
    pub(crate) async fn connect(address: SocketAddr, token: &str) -> Result<Self> {
        let fault = || Error::io(format!("connect to {address}"));
        let stream = TcpStream::connect(address).await.map_err(fault())?;
        stream.set_nodelay(true).map_err(fault())?;
        let headers = format!("Host: {address}\r\nAuthorization: Bearer {token}\r\n");
        let (request, line) = (Vec::new(), String::new());
        Ok(Self { stream: BufReader::with_capacity(16 << 10, stream), headers, request, line })
    }

    /// Reads.
    pub(crate) async fn get(&mut self, path: &str) -> Result<Answer> {
        self.send(&format!("GET {path} HTTP/1.1\r\n{}\r\n", self.headers), &[]).await
    }

    /// Puts JSON over what has that tag.
    pub(crate) async fn put(&mut self, path: &str, tag: &str, json: &[u8]) -> Result<Answer> {
        let head = format!(
            "PUT {path} HTTP/1.1\r\n{}If-Match: {tag}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n",
            self.headers,
            json.len()
        );
        self.send(&head, json).await
    }

    async fn send(&mut self, head: &str, body: &[u8]) -> Result<Answer> {
        self.request.clear();
        self.request.extend_from_slice(head.as_bytes());
        self.request.extend_from_slice(body);
        let sent = self.stream.get_mut().write_all(&self.request).await;
        sent.map_err(Error::io("send a request"))?;
        let (status, length, mut answer) = self.read_head().await?;
        answer.body.resize(length, 0);
        let read = self.stream.read_exact(&mut answer.body).await;
        read.map_err(Error::io("read an answer"))?;
        if (200..300).contains(&status) {
            return Ok(answer);
        }
        let body = String::from_utf8_lossy(&answer.body).chars().take(500).collect();
        Err(Error::Answer { status, body })
    }

    async fn read_head(&mut self) -> Result<(u16, usize, Answer)> {
        let status = self.read_line().await?.split(' ').nth(1).and_then(|code| code.parse().ok());
        let mut length = None;
        let mut answer = Answer::default();
        loop {
            let line = self.read_line().await?;
            let Some((name, value)) = line.split_once(':') else { break };
            let value = value.trim();
            if name.eq_ignore_ascii_case("content-length") {
                length = value.parse().ok();
            } else if name.eq_ignore_ascii_case("etag") {
                answer.etag = Some(value.to_owned());
            }
        }
        match (status, length) {
            (Some(status), Some(length)) => Ok((status, length, answer)),
            _ => Err(Error::Wrong("an answer without status or length".to_owned())),
        }
    }

    /// The next line of a head; empty at its end.
    async fn read_line(&mut self) -> Result<&str> {
        self.line.clear();
        let read = self.stream.read_line(&mut self.line).await;
        match read.map_err(Error::io("read an answer"))? {
            0 => Err(Error::Wrong("the server closed the connection".to_owned())),
            _ => Ok(self.line.trim_end()),
        }
    }
}
