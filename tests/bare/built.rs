//! The executable without a C library, and how both executables are run. A Cargo of its own builds it, with features of its own, into
//! a directory of its own; or `PREXEC_BARE_HOOK` says where it is.

use std::ffi::OsString;
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use tempfile::TempDir;

/// The executable without a C library.
pub(crate) fn bare() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        if let Some(told) = std::env::var_os("PREXEC_BARE_HOOK") {
            let path = PathBuf::from(told);
            assert!(path.is_absolute() && path.is_file(), "PREXEC_BARE_HOOK names no file: {}", path.display());
            return path;
        }
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bare");
        let done = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--profile=hook", "--no-default-features", "--bin=prexec-hook", "--target-dir"])
            .arg(&target)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status()
            .expect("cargo starts");
        assert!(done.success(), "`prexec-hook` cannot be built without a C library");
        target.join("hook/prexec-hook")
    })
}

/// A directory in which the two executables stand side by side, as they are installed.
pub(crate) struct Installed(TempDir);

impl Installed {
    pub(crate) fn new() -> Self {
        let place = Self::alone();
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_prexec"), place.path().join("prexec")).expect("a link");
        place
    }

    /// The one without a C library, with nobody beside it to whom it could hand over.
    pub(crate) fn alone() -> Self {
        let place = Self(tempfile::tempdir().expect("a directory"));
        std::fs::copy(bare(), place.hook()).expect("a copy");
        place
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn hook(&self) -> PathBuf {
        self.path().join("prexec-hook")
    }

    /// The two ways to start a hook with the same options: without a C library, and with everything.
    pub(crate) fn both<A: Into<OsString> + Clone>(&self, options: &[A]) -> [Command; 2] {
        let mut alone = Command::new(self.hook());
        alone.args(options.iter().cloned().map(Into::into));
        let mut whole = Command::new(env!("CARGO_BIN_EXE_prexec"));
        whole.arg("hook").args(options.iter().cloned().map(Into::into));
        [alone, whole]
    }
}

/// What came of a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) status: (Option<i32>, Option<i32>),
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs a command to its end, with `stdin` on its standard input; it need not read it.
pub(crate) fn end(command: &mut Command, stdin: &[u8]) -> Ended {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut pipe = child.stdin.take().expect("a pipe");
    let output = std::thread::scope(|scope| {
        scope.spawn(move || pipe.write_all(stdin));
        child.wait_with_output().expect("it ends")
    });
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    let status = (output.status.code(), output.status.signal());
    Ended { status, stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// The same, again where the limit on time ended it: evaluating Starlark without optimisation takes long on a busy machine.
pub(crate) fn decided(command: &mut Command, stdin: &[u8]) -> Ended {
    for _ in 0..10 {
        let ended = end(command, stdin);
        if !ended.stderr.contains("no decision within") {
            return ended;
        }
    }
    end(command, stdin)
}

/// Runs it with system calls counted, where `strace` is there; gives each line of its protocol.
pub(crate) fn traced(command: &Command, stdin: &[u8]) -> Option<(Ended, Vec<String>)> {
    let directory = tempfile::tempdir().expect("a directory");
    let protocol = directory.path().join("protocol");
    let mut trace = Command::new("strace");
    trace.arg("-qq").arg("-o").arg(&protocol).arg("--").arg(command.get_program()).args(command.get_args());
    if let Some(place) = command.get_current_dir() {
        trace.current_dir(place);
    }
    Command::new("strace").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().ok()?;
    let ended = end(&mut trace, stdin);
    let lines = std::fs::read_to_string(&protocol).expect("a protocol").lines().map(String::from).collect();
    Some((ended, lines))
}
