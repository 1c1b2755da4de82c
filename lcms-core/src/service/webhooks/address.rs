//! Where messages may go. A server that sends wherever its users say can be made to ask what only it
//! can reach; so it sends to hosts that its operator named, over TLS, and never to an address of a
//! private network, whatever a name resolves to.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use url::{Host, Url};

use crate::error::{Error, Result};

/// Longest address, in bytes.
const LONGEST: usize = 2000;

/// A host that messages may be sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedHost {
    name: Name,
    port: u16,
    /// On this machine and without TLS, for tests and development.
    loopback: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Name {
    /// This host.
    Is(String),
    /// Every host below this domain.
    Below(String),
}

impl FromStr for AllowedHost {
    type Err = Error;

    /// `hooks.example.org`, `*.example.org`, either with `:PORT`; `http://127.0.0.1:PORT` for a
    /// receiver on this machine.
    fn from_str(text: &str) -> Result<Self> {
        let refuse = || {
            Error::invalid(format!("`{text}` is no host that messages could be sent to")).hint(
                "write `hooks.example.org`, `*.example.org` or `hooks.example.org:8443`; for a \
                 receiver on this machine, `http://127.0.0.1:PORT`",
            )
        };
        let text = text.trim();
        let (loopback, rest) = match text.strip_prefix("http://") {
            Some(rest) => (true, rest.trim_end_matches('/')),
            None => (false, text),
        };
        let (below, rest) = match rest.strip_prefix("*.") {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let scheme = if loopback { "http" } else { "https" };
        let url = Url::parse(&format!("{scheme}://{rest}/")).map_err(|_| refuse())?;
        let plain = url.path() == "/" && url.query().is_none() && url.username().is_empty();
        let host = url.host().ok_or_else(refuse)?.to_owned();
        let port = url.port_or_known_default().ok_or_else(refuse)?;
        let on_this_machine = match &host {
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
            Host::Domain(name) => name == "localhost",
        };
        let is_name = matches!(host, Host::Domain(_));
        if !plain || loopback != on_this_machine || (below && (loopback || !is_name)) {
            return Err(refuse());
        }
        let host = host.to_string();
        let name = if below { Name::Below(host) } else { Name::Is(host) };
        Ok(Self { name, port, loopback })
    }
}

impl fmt::Display for AllowedHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.loopback {
            f.write_str("http://")?;
        }
        match &self.name {
            Name::Is(name) => f.write_str(name)?,
            Name::Below(name) => write!(f, "*.{name}")?,
        }
        match self.port {
            443 if !self.loopback => Ok(()),
            port => write!(f, ":{port}"),
        }
    }
}

impl AllowedHost {
    fn allows(&self, url: &Url) -> bool {
        let scheme = if self.loopback { "http" } else { "https" };
        let named = url.host_str().is_some_and(|host| match &self.name {
            Name::Is(name) => host == name,
            Name::Below(name) => {
                host.strip_suffix(name.as_str()).is_some_and(|rest| rest.ends_with('.'))
            }
        });
        named && url.scheme() == scheme && url.port_or_known_default() == Some(self.port)
    }
}

/// The address that messages are sent to, if this server may.
///
/// # Errors
/// When it is none, not `https`, carries a name and password, or its host is not among `allowed`.
pub(super) fn checked(text: &str, allowed: &[AllowedHost]) -> Result<Url> {
    let url = Url::parse(text.trim())
        .map_err(|error| Error::invalid(format!("`{text}` is no address: {error}")))?;
    if url.as_str().len() > LONGEST {
        return Err(Error::invalid(format!("an address has at most {LONGEST} bytes")));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::invalid("the address of a webhook holds no name and no password")
            .hint("messages are signed: the receiver knows them by their signature"));
    }
    if allowed.iter().any(|host| host.allows(&url)) {
        return Ok(url);
    }
    if url.scheme() != "https" {
        return Err(Error::invalid("a webhook's address begins with `https://`"));
    }
    let hosts: Vec<_> = allowed.iter().map(ToString::to_string).collect();
    let message = match hosts.is_empty() {
        true => "this server sends no webhooks: no host is allowed".to_owned(),
        false => format!("this server sends webhooks to {} only", hosts.join(", ")),
    };
    let host = url.host_str().unwrap_or_default();
    Err(Error::forbidden(message)
        .hint(format!("its operator can start it with `--webhook-host {host}`")))
}

/// Which machines a message may go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Those of the public internet.
    Public,
    /// This one: a receiver that the operator named.
    ThisMachine,
}

impl Reach {
    /// That of a message for that address, which was checked.
    #[must_use]
    pub fn of(url: &Url) -> Self {
        if url.scheme() == "http" { Self::ThisMachine } else { Self::Public }
    }

    /// Whether it goes to that machine.
    #[must_use]
    pub fn allows(self, machine: IpAddr) -> bool {
        match self {
            Self::Public => is_public(machine),
            Self::ThisMachine => machine.to_canonical().is_loopback(),
        }
    }
}

/// Whether an address is one of the public internet (IANA's registries of special-purpose addresses).
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        || a >= 240
        || (a, b) == (100, b & 0x3F | 64) // shared by providers: 100.64.0.0/10
        || (a, b, c) == (192, 0, 0)
        || (a, b, c) == (192, 88, 99) // relays
        || (a, b & 0xFE) == (198, 18); // benchmarks
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, c, ..] = address.segments();
    let embedded = |high: u16, low: u16| {
        let [w, x] = high.to_be_bytes();
        let [y, z] = low.to_be_bytes();
        Ipv4Addr::new(w, x, y, z)
    };
    match (a, b) {
        // Translated to IPv4 on the way (RFC 6052, RFC 3056).
        (0x64, 0xFF9B) => {
            let [.., high, low] = address.segments();
            c == 0 && is_public_v4(embedded(high, low))
        }
        (0x2002, high) => is_public_v4(embedded(high, c)),
        // Teredo, benchmarks, documentation.
        (0x2001, 0 | 2 | 0xDB8) | (0x3FFF, 0..=0xFFF) => false,
        // Nothing else is handed out.
        _ => a & 0xE000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(texts: &[&str]) -> Vec<AllowedHost> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn only_named_hosts_over_tls_are_sent_to() {
        let allowed =
            hosts(&["hooks.example.org", "*.example.com", "x.org:8443", "http://127.0.0.1:90"]);
        for good in [
            "https://hooks.example.org/a?b=c",
            "https://HOOKS.example.org:443/",
            "https://a.b.example.com/",
            "https://x.org:8443/in",
            "http://127.0.0.1:90/in",
        ] {
            assert!(checked(good, &allowed).is_ok(), "{good}");
        }
        for bad in [
            "http://hooks.example.org/",
            "https://hooks.example.org:8443/",
            "https://hooks.example.org.evil.net/",
            "https://evilexample.com/",
            "https://example.com/",
            "https://x.org/",
            "https://hooks.example.org@evil.net/",
            "https://user:pass@hooks.example.org/",
            "http://127.0.0.1:91/",
            "http://127.0.0.2:90/",
            "https://127.0.0.1:90/",
            "https://10.0.0.1/",
            "file:///etc/passwd",
            "gopher://hooks.example.org/",
            "hooks.example.org",
            "",
        ] {
            assert!(checked(bad, &allowed).is_err(), "{bad}");
        }
        let none = checked("https://a.org/", &[]).unwrap_err();
        assert!(none.to_string().contains("no host is allowed"), "{none}");
        assert!(none.hint_text().is_some_and(|hint| hint.contains("--webhook-host a.org")));
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for bad in [
            "",
            "http://example.org",
            "127.0.0.1",
            "localhost",
            "https://a.org/x",
            "a.org/x",
            "*.",
            "http://10.0.0.1:80",
            "*.127.0.0.1",
            "a@b.org",
            "http://*.localhost",
        ] {
            assert!(bad.parse::<AllowedHost>().is_err(), "{bad}");
        }
        for good in ["a.org", "*.a.org", "a.org:8443", "http://127.0.0.1:3000", "http://[::1]:80"] {
            assert_eq!(good.parse::<AllowedHost>().unwrap().to_string(), good);
        }
    }

    #[test]
    fn no_network_but_the_public_one_is_reached() {
        let https = Reach::of(&Url::parse("https://a.org/").unwrap());
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "100.127.255.254",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "198.18.0.1",
            "192.0.0.8",
            "240.0.0.1",
            "::1",
            "::",
            "::ffff:10.0.0.1",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "64:ff9b::a00:1",
            "64:ff9b:1::808:808",
            "2002:a00:1::1",
            "2001::1",
            "2001:db8::1",
            "fec0::1",
        ] {
            assert!(!https.allows(inside.parse().unwrap()), "{inside}");
        }
        for outside in [
            "93.184.216.34",
            "100.63.0.1",
            "100.128.0.1",
            "172.32.0.1",
            "2606:2800:220:1::1",
            "64:ff9b::808:808",
            "2002:808:808::1",
            "::ffff:8.8.8.8",
        ] {
            assert!(https.allows(outside.parse().unwrap()), "{outside}");
        }
        let http = Reach::of(&Url::parse("http://127.0.0.1/").unwrap());
        assert!(http.allows("127.0.0.1".parse().unwrap()));
        assert!(!http.allows("93.184.216.34".parse().unwrap()));
    }
}
