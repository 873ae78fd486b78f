//! A place for a client where it sees our `/etc/codex` and leaves no process behind.
//!
//! The client runs in mount and process namespaces of its own. `/etc` is covered by an overlay whose upper layer lives in
//! memory, so that `/etc/codex` is the test's alone and the machine's is neither read nor written. The first process of the
//! namespace takes every other one with it when it ends, so a hook's background child cannot outlive a test.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// `$1` is an empty directory to mount on, `$2` the directory that becomes `/etc/codex`; the rest is the command. It is not
/// exec'ed: the shell stays the first process and reaps what the client orphans.
const SETUP: &str = r#"
set -e
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work"
# Where a machine keeps records is the test's alone, too.
mount -t tmpfs -o mode=755 tmpfs /var/log
mount -t overlay overlay -o "lowerdir=/etc,upperdir=$1/upper,workdir=$1/work" /etc
rm -rf /etc/codex
cp -rp "$2" /etc/codex
if [ -e /etc/codex/account-shell ]; then
    sed -i "s#^\(root:.*:\)[^:]*\$#\1$(cat /etc/codex/account-shell)#" /etc/passwd
    rm /etc/codex/account-shell
fi
shift 2
set +e
"$@"
exit $?
"#;

/// A command that runs `program` confined, with the copy of `etc_codex` as `/etc/codex`. `mount_point` is an empty directory.
pub(crate) fn confined(mount_point: &Path, etc_codex: &Path, program: &Path) -> Command {
    let mut command = Command::new("unshare");
    command.args(namespaces()).args(["/bin/sh", "-c", SETUP, "sh"]).arg(mount_point).arg(etc_codex).arg(program);
    command
}

/// The namespaces that this machine gives us: plain ones for root, inside a user namespace for everybody else.
fn namespaces() -> &'static [&'static str] {
    const PLAIN: &[&str] = &["--mount", "--pid", "--fork", "--kill-child=KILL", "--mount-proc"];
    const MAPPED: &[&str] = &["--map-root-user", "--mount", "--pid", "--fork", "--kill-child=KILL", "--mount-proc"];
    static FOUND: OnceLock<&[&str]> = OnceLock::new();
    FOUND.get_or_init(|| {
        let works = |options: &[&str]| {
            let mut probe = Command::new("unshare");
            let probe = probe.args(options).arg("true").stdin(Stdio::null()).stderr(Stdio::null());
            probe.status().is_ok_and(|status| status.success())
        };
        let usable = [PLAIN, MAPPED].into_iter().find(|options| works(options));
        usable.expect("neither root's nor a user's mount and process namespaces can be made here (see `man 1 unshare`)")
    })
}
