//! Starts rooms, and asks them what a script does.

use crate::{room, wire};
use std::io::{BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

/// What one shell did with a script.
#[derive(Clone, Debug, Default)]
pub(crate) struct Observed {
    pub(crate) shell: String,
    /// It was killed because it did not end.
    pub(crate) late: bool,
    pub(crate) started: Vec<Started>,
    /// Absolute paths of files of the work tree that were opened, whoever did it.
    pub(crate) opened: Vec<Vec<u8>>,
}

/// A program that was started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Started {
    /// The path as it was given to `execve`.
    pub(crate) path: Vec<u8>,
    pub(crate) directory: Vec<u8>,
    pub(crate) words: Vec<Vec<u8>>,
}

/// Compiles the stub and the library that forks shells into `directory`.
pub(crate) fn compile_helpers(directory: &Path) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/native");
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let bare = ["-nostartfiles", "-nostdlib", "-static"].map(|a| format!("-Clink-arg={a}"));
    let common = ["--edition=2024", "-O", "-Cpanic=abort"];
    let compile = |name: &str, output: &str, options: &[String]| {
        let mut command = Command::new(&rustc);
        command.args(common).args(options).arg(source.join(name)).arg("-o").arg(directory.join(output));
        let done = command.output().expect("rustc cannot be started");
        assert!(done.status.success(), "{name}: {}", String::from_utf8_lossy(&done.stderr));
    };
    compile("stub.rs", "stub", &[vec!["-Crelocation-model=static".into()], bare.to_vec()].concat());
    compile("fork_server.rs", "fork_server.so", &["--crate-type=cdylib".into()]);
}

/// A room with its scripts' shells.
pub(crate) struct Room {
    process: Child,
    answers: BufReader<ChildStdout>,
    pub(crate) shells: Vec<String>,
    _mount_point: tempfile::TempDir,
}

impl Room {
    /// Starts one, as root in plain namespaces, as anybody else inside a user namespace.
    pub(crate) fn start(helpers: &Path) -> Self {
        let mount_point = tempfile::tempdir().expect("a temporary directory");
        let mut options = vec!["--mount", "--pid", "--net", "--ipc", "--uts", "--fork", "--kill-child=KILL"];
        if !nix::unistd::geteuid().is_root() {
            options.insert(0, "--map-root-user");
        }
        let mut process = Command::new("unshare")
            .args(options)
            .arg(std::env::current_exe().expect("the path of this test"))
            .env(room::ASSIGNMENT, format!("{}:{}", mount_point.path().display(), helpers.display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("`unshare` of util-linux cannot be started");
        let mut answers = BufReader::new(process.stdout.take().expect("it was piped"));
        let shells = wire::receive(&mut answers).expect("no namespaces can be made here (see `man 1 unshare`)");
        let shells = String::from_utf8_lossy(&shells).split(' ').map(String::from).collect();
        Self { process, answers, shells, _mount_point: mount_point }
    }

    /// Runs a script in every shell.
    pub(crate) fn run(&mut self, script: &str) -> Vec<Observed> {
        let stdin = self.process.stdin.as_mut().expect("it was piped");
        wire::send(stdin, script.as_bytes()).and_then(|()| stdin.flush()).expect("the room is gone");
        let mut one = |shell: &String| {
            let mut next = || wire::receive(&mut self.answers).expect("the room is gone");
            let (late, log, opened) = (!next().is_empty(), next(), next());
            let opened = opened.split(|b| *b == 0).filter(|p| !p.is_empty()).map(<[u8]>::to_vec).collect();
            Observed { shell: shell.clone(), late, started: read_log(&log, late), opened }
        };
        self.shells.iter().map(&mut one).collect()
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// The programs that were started. A stub that is killed while it writes, because a script did not end, leaves half an entry: what
/// follows that is not read.
fn read_log(log: &[u8], stopped: bool) -> Vec<Started> {
    let mut fields = log.split(|b| *b == 0).map(<[u8]>::to_vec);
    let mut all = Vec::new();
    while let (Some(count), Some(path), Some(directory)) = (fields.next(), fields.next(), fields.next()) {
        let count: Option<usize> = std::str::from_utf8(&count).ok().and_then(|c| c.parse().ok());
        let words: Option<Vec<_>> = count.and_then(|count| (0..count).map(|_| fields.next()).collect());
        let Some(words) = words else {
            assert!(stopped, "the log has another form: {:?}", String::from_utf8_lossy(log));
            break;
        };
        all.push(Started { path, directory, words });
    }
    all
}
