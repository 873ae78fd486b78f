//! The machine that scripts run on, and the same machine as the analyser sees it.

use prexec::world::memory::MemoryWorld;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Where scripts start.
pub(crate) const WORK: &str = "/w/p";
/// `HOME`.
pub(crate) const HOME: &str = "/home/u";

/// Directories whose files are watched, parents first.
pub(crate) const DIRECTORIES: &[&str] = &[
    "/w",
    "/w/p",
    "/w/p/src",
    "/w/p/docs",
    "/w/p/sub",
    "/w/p/sub/deep",
    "/w/p/secrets",
    "/w/p/two words",
    "/home",
    "/home/u",
    "/home/u/.ssh",
    "/tmp",
];

/// Files and what they hold.
pub(crate) const FILES: &[(&str, &str)] = &[
    ("/w/p/README.md", "read me\n"),
    ("/w/p/Makefile", "all:\n"),
    ("/w/p/.env", "SECRET=1\n"),
    ("/w/p/.gitignore", "target\n"),
    ("/w/p/a.txt", "git push\n"),
    ("/w/p/b.txt", "one two\n"),
    ("/w/p/two words/file", "x\n"),
    ("/w/p/lib.sh", "probe sourced \"$@\"\nvar=changed\n"),
    ("/w/p/src/main.rs", "fn main() {}\n"),
    ("/w/p/src/lib.rs", "mod x;\n"),
    ("/w/p/src/.hidden", "h\n"),
    ("/w/p/docs/a.md", "a\n"),
    ("/w/p/docs/b.md", "b\n"),
    ("/w/p/sub/x", "x\n"),
    ("/w/p/sub/a.txt", "sub a\n"),
    ("/w/p/sub/.env", "SUB=1\n"),
    ("/w/p/sub/deep/y", "y\n"),
    ("/w/p/secrets/key.pem", "key\n"),
    ("/home/u/.bashrc", "\n"),
    ("/home/u/.netrc", "machine x\n"),
    ("/home/u/notes.txt", "notes\n"),
    ("/home/u/.ssh/id_rsa", "key\n"),
    ("/tmp/t1", "t\n"),
];

/// A script that is executed by its path.
pub(crate) const EXECUTABLE: (&str, &str) = ("/w/p/build.sh", "#!/bin/sh\nprobe built \"$@\"\n");

/// A symbolic link to a directory, and its target.
pub(crate) const LINK: (&str, &str) = ("/w/p/link", "sub/deep");

/// The names of the program that only says how it was started.
pub(crate) const STUBS: &[&str] = &[
    "probe", "other", "git", "cat", "rm", "cp", "mv", "mkdir", "touch", "tail", "uniq", "grep", "sed", "awk", "cut",
    "tee", "diff", "chmod", "ln", "du", "curl", "wget", "make", "cargo", "npm", "node", "python3", "docker", "ssh",
    "rsync", "tar", "jq", "rg", "date", "sleep", "uname", "whoami", "realpath", "file", "stat", "which", "kubectl",
    "pytest", "go", "gh", "less", "md5sum", "base64",
];

/// The shells, real programs that start others, and those whose output the analysis claims to know.
pub(crate) const REAL: &[&str] = &[
    "bash", "dash", "zsh", "env", "timeout", "nice", "nohup", "xargs", "find", "setsid", "stdbuf", "ls", "basename",
    "dirname", "wc", "seq", "tr", "head", "sort",
];

/// Puts every file back as it was, and takes away what came since. The directories stay, because they are watched.
pub(crate) fn reset() -> std::io::Result<()> {
    for directory in DIRECTORIES {
        for entry in std::fs::read_dir(directory)? {
            let path = entry?.path();
            let name = path.to_str().unwrap_or_default();
            if DIRECTORIES.contains(&name) {
                continue;
            }
            if path.symlink_metadata()?.is_dir() {
                std::fs::remove_dir_all(&path)?;
            } else if !FILES.iter().any(|(known, _)| *known == name) && EXECUTABLE.0 != name && LINK.0 != name {
                std::fs::remove_file(&path)?;
            }
        }
    }
    for (path, text) in FILES.iter().chain([&EXECUTABLE]) {
        std::fs::write(path, text)?;
    }
    if !Path::new(LINK.0).is_symlink() {
        std::os::unix::fs::symlink(LINK.1, LINK.0)?;
    }
    std::fs::set_permissions(EXECUTABLE.0, std::fs::Permissions::from_mode(0o755))
}

/// What the analyser may see.
pub(crate) fn world() -> MemoryWorld {
    let mut world = MemoryWorld::new().session(WORK).home(HOME).account("u", HOME);
    for directory in DIRECTORIES {
        world = world.directory(directory);
    }
    for (path, _) in FILES.iter().chain([&EXECUTABLE]) {
        world = world.file(path);
    }
    world.link(LINK.0, LINK.1)
}

/// The path with the link in it followed.
pub(crate) fn behind_link(path: &[u8]) -> Vec<u8> {
    match path.strip_prefix(LINK.0.as_bytes()) {
        Some(rest) => [WORK.as_bytes(), b"/", LINK.1.as_bytes(), rest].concat(),
        None => path.to_vec(),
    }
}

/// The path of a real program outside.
pub(crate) fn find_program(name: &str) -> Option<std::path::PathBuf> {
    ["/usr/bin", "/bin", "/usr/local/bin"].iter().map(|d| Path::new(d).join(name)).find(|p| p.exists())
}
