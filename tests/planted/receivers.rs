//! Receivers of what `audit export --to` sends: they keep every byte.

use std::net::UdpSocket;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// What came so far, and whether more will.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>, Arc<AtomicBool>);

impl Kept {
    fn add(&self, bytes: &[u8]) {
        let mut all = self.0.lock().unwrap();
        all.extend_from_slice(bytes);
        all.push(b'\n');
    }
}

/// A receiver with its address.
pub(crate) struct Receiver {
    pub(crate) to: String,
    kept: Kept,
    thread: JoinHandle<()>,
}

impl Receiver {
    /// Everything that came.
    pub(crate) fn end(self) -> Vec<u8> {
        self.kept.1.store(true, Ordering::SeqCst);
        self.thread.join().unwrap();
        Arc::try_unwrap(self.kept.0).unwrap().into_inner().unwrap()
    }

    /// By HTTP: requests with their headers.
    pub(crate) fn http(scheme: &str) -> Self {
        let server = tiny_http::Server::http("127.0.0.1:0").unwrap();
        let to = format!("{scheme}=http://{}", server.server_addr().to_ip().unwrap());
        Self::start(to, move |kept| {
            loop {
                match server.recv_timeout(Duration::from_millis(50)).unwrap() {
                    Some(mut request) => {
                        let mut body = Vec::new();
                        request.as_reader().read_to_end(&mut body).unwrap();
                        kept.add(request.url().as_bytes());
                        request.headers().iter().for_each(|header| kept.add(header.to_string().as_bytes()));
                        kept.add(&body);
                        request.respond(tiny_http::Response::from_string("{}")).unwrap();
                    }
                    None if kept.1.load(Ordering::SeqCst) => return,
                    None => {}
                }
            }
        })
    }

    /// By datagrams.
    pub(crate) fn syslog() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        let to = format!("syslog=udp://{}", socket.local_addr().unwrap());
        Self::start(to, move |kept| datagrams(kept, |buffer| socket.recv(buffer)))
    }

    /// As the journal does.
    pub(crate) fn journal(place: &Path) -> Self {
        let path = place.join("journal");
        let socket = UnixDatagram::bind(&path).unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        Self::start(format!("journald={}", path.display()), move |kept| {
            datagrams(kept, |buffer| socket.recv(buffer));
        })
    }

    fn start(to: String, receive: impl FnOnce(&Kept) + Send + 'static) -> Self {
        let kept = Kept::default();
        let own = kept.clone();
        let thread = thread::spawn(move || receive(&own));
        Self { to, kept, thread }
    }
}

fn datagrams(kept: &Kept, mut next: impl FnMut(&mut [u8]) -> std::io::Result<usize>) {
    let mut buffer = vec![0; 1 << 18];
    loop {
        match next(&mut buffer) {
            Ok(length) => kept.add(&buffer[..length]),
            Err(_) if kept.1.load(Ordering::SeqCst) => return,
            Err(_) => {}
        }
    }
}
