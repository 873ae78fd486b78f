//! Receivers of datagrams: a syslog by UDP or on this machine, and the journal. A record is a datagram, and the cursor moves after
//! each. They do not answer: a local socket that took a datagram has it, what was sent by UDP may be gone.

use super::chain::Head;
use super::target::{Batch, Failure, Taken, Target};
use super::{Form, journald, syslog};
use crate::trail::Record;
use std::format;
use std::net::{ToSocketAddrs, UdpSocket};
use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::string::String;
use std::vec::Vec;

/// Where datagrams go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// `host:port`.
    Udp(String),
    /// A socket of this machine.
    Unix(PathBuf),
}

#[derive(Debug)]
enum Socket {
    Udp(UdpSocket),
    Unix(UnixDatagram),
}

/// What a datagram looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// RFC 5424.
    Syslog,
    /// The journal's own.
    Journald,
}

/// A receiver of datagrams.
#[derive(Debug)]
pub struct Datagrams {
    address: Address,
    protocol: Protocol,
    form: Form,
    limit: usize,
    socket: Option<Socket>,
}

impl Datagrams {
    /// The receiver at that address, for datagrams of at most `limit` bytes.
    pub fn new(address: Address, protocol: Protocol, form: Form, limit: usize) -> Self {
        Self { address, protocol, form, limit, socket: None }
    }

    fn datagram(&self, record: &Record, head: Option<&Head>) -> Vec<u8> {
        match self.protocol {
            Protocol::Syslog => syslog::message(record, head, self.form, self.limit),
            Protocol::Journald => journald::entry(record, head, self.form),
        }
    }
}

fn open(address: &Address) -> std::io::Result<Socket> {
    match address {
        Address::Unix(path) => {
            let socket = UnixDatagram::unbound()?;
            socket.connect(path)?;
            Ok(Socket::Unix(socket))
        }
        Address::Udp(name) => {
            let to = name.to_socket_addrs()?.next().ok_or_else(|| std::io::Error::other("no such host"))?;
            let socket = UdpSocket::bind(if to.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" })?;
            socket.connect(to)?;
            Ok(Socket::Udp(socket))
        }
    }
}

impl Target for Datagrams {
    fn send(&mut self, batch: &Batch<'_>, sent: &mut dyn FnMut(u64) -> Result<(), String>) -> Result<Taken, Failure> {
        let name = match &self.address {
            Address::Udp(name) => format!("udp://{name}"),
            Address::Unix(path) => format!("{}", path.display()),
        };
        for (number, record) in batch.records.iter().enumerate().skip(batch.sent) {
            let bytes = self.datagram(record, batch.head);
            if self.socket.is_none() {
                let socket = open(&self.address);
                self.socket = Some(socket.map_err(|e| Failure::later(format!("`{name}` cannot be reached: {e}")))?);
            }
            let result = match &self.socket {
                Some(Socket::Udp(socket)) => socket.send(&bytes),
                Some(Socket::Unix(socket)) => socket.send(&bytes),
                None => Err(std::io::Error::other("no socket")),
            };
            if let Err(e) = result {
                // A receiver that was started anew has another socket.
                self.socket = None;
                return Err(Failure::later(format!("`{name}` did not take a record: {e}")));
            }
            sent(number as u64 + 1).map_err(Failure::Ours)?;
        }
        Ok(Taken::default())
    }
}
