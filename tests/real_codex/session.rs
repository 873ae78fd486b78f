//! One fresh Codex: its home, its configuration, its workspace, and a run of `codex exec`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::calls::Call;
use crate::client;
use crate::confinement::confined;
use crate::hooks::{Hook, requirements, toml_string, user_config};
use crate::model::{ScriptedModel, Told};
use crate::process::{Finished, run};

/// How long one run of the client may take before the test fails.
const LIMIT: Duration = Duration::from_secs(90);

const MCP_SERVER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/codex/tiny-mcp.mjs");

/// How the hooks are registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Registration {
    /// In the user's configuration, trusted by the user.
    User,
    /// In the user's configuration, not trusted.
    UserUntrusted,
    /// In `/etc/codex/requirements.toml`.
    Managed,
    /// Not by the test: `install` does it.
    Nowhere,
}

/// A scratch directory with everything that one client needs. It is not below `/tmp`: Codex treats a home there differently.
pub(crate) struct Session {
    root: TempDir,
    environment: Vec<(String, String)>,
    /// More arguments for `codex exec`.
    pub(crate) arguments: Vec<&'static str>,
    /// The sandbox of a conversation. In the strictest one, which is the default, every patch has to be asked about.
    pub(crate) sandbox: &'static str,
    /// More text for the user's `config.toml`.
    pub(crate) more_config: String,
    /// More text for `requirements.toml`, where hooks are managed.
    pub(crate) more_requirements: String,
    /// A shell script that root runs in the client's place before the client starts.
    pub(crate) before: String,
    /// The permissions of `requirements.toml`.
    pub(crate) requirements_mode: u32,
}

/// What came of a run of `codex exec`.
pub(crate) struct Outcome {
    pub(crate) told: Told,
    pub(crate) requests: Vec<Value>,
    pub(crate) finished: Finished,
}

impl Session {
    pub(crate) fn new() -> Self {
        let root = tempfile::Builder::new().prefix("codex-").tempdir_in(env!("CARGO_TARGET_TMPDIR"));
        let session = Self {
            root: root.expect("a scratch directory"),
            environment: Vec::new(),
            arguments: Vec::new(),
            sandbox: "read-only",
            more_config: String::new(),
            more_requirements: String::new(),
            before: String::new(),
            requirements_mode: 0o644,
        };
        for name in ["home/.codex", "work", "etc-codex", "mount", "files"] {
            fs::create_dir_all(session.path(name)).expect("a directory of the session");
        }
        let git = Command::new("git").args(["init", "--quiet"]).arg(session.work()).status();
        assert!(git.expect("git starts").success(), "git init failed");
        session
    }

    /// One more variable of the environment that Codex is started in.
    pub(crate) fn set_environment(&mut self, name: &str, value: &str) {
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// Writes `$CODEX_HOME/.env`, which Codex takes into its own environment.
    pub(crate) fn write_dotenv(&self, content: &str) {
        fs::write(self.path("home/.codex/.env"), content).expect(".env");
    }

    /// Makes `shell` the account's, in the account database and in the environment.
    pub(crate) fn set_account_shell(&mut self, shell: &str) {
        self.set_environment("SHELL", shell);
        fs::write(self.path("etc-codex/account-shell"), shell).expect("a file of the session");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// The workspace, a git repository: the directory that the client runs in.
    pub(crate) fn work(&self) -> PathBuf {
        self.path("work")
    }

    /// A file of the test's own, outside the workspace.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path("files").join(name)
    }

    /// Writes a file of the test's own and gives back its path.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.file(name);
        fs::write(&path, content).expect("a file of the test");
        path
    }

    /// Writes an executable file of the test's own and gives back its path.
    pub(crate) fn write_program(&self, name: &str, content: &str) -> PathBuf {
        write_executable(self.file(name), content)
    }

    /// Writes an executable file into the workspace.
    pub(crate) fn write_work_program(&self, name: &str, content: &str) {
        write_executable(self.work().join(name), content);
    }

    /// The home directory of the account.
    pub(crate) fn home(&self) -> PathBuf {
        self.path("home")
    }

    /// The user's `config.toml`.
    pub(crate) fn config(&self) -> PathBuf {
        self.path("home/.codex/config.toml")
    }

    /// What arrived at the MCP server `tiny`, one JSON object per line.
    pub(crate) fn mcp_log(&self) -> String {
        fs::read_to_string(self.file("mcp.log")).unwrap_or_default()
    }

    /// Writes the client's configuration.
    pub(crate) fn configure(&self, model: &ScriptedModel, registration: Registration, hooks: &[Hook]) {
        let config = self.config();
        let mut text = format!(
            r#"model = "gpt-5.5"
model_provider = "scripted"
check_for_update_on_startup = false
[analytics]
enabled = false
[sandbox_workspace_write]
exclude_slash_tmp = true
exclude_tmpdir_env_var = true
[model_providers.scripted]
name = "scripted"
base_url = {}
wire_api = "responses"
supports_websockets = false
env_key = "SCRIPTED_KEY"
request_max_retries = 0
stream_max_retries = 0
[mcp_servers.tiny]
command = "node"
args = [{}, {}]
"#,
            toml_string(&model.base_url()),
            toml_string(MCP_SERVER),
            toml_string(&self.file("mcp.log").to_string_lossy()),
        );
        match registration {
            Registration::User => text += &user_config(hooks, &config, true),
            Registration::UserUntrusted => text += &user_config(hooks, &config, false),
            Registration::Nowhere => {}
            Registration::Managed => {
                let text = requirements(hooks) + &self.more_requirements;
                let path = self.path("etc-codex/requirements.toml");
                fs::write(&path, text).expect("requirements.toml");
                let mode = std::os::unix::fs::PermissionsExt::from_mode(self.requirements_mode);
                fs::set_permissions(&path, mode).expect("the mode of requirements.toml");
            }
        }
        text += &self.more_config;
        fs::write(config, text).expect("config.toml");
    }

    /// The confined client, in the workspace, without its arguments.
    pub(crate) fn client(&self) -> Command {
        let mut command = confined(&self.path("mount"), &self.path("etc-codex"), Path::new("/bin/sh"));
        command.arg("-c").arg(format!("{}\nexec \"$@\"", self.before)).args(["sh", "env"]);
        // Only `env` hands on a name like `BASH_FUNC_exit%%`: the shell that sets the place up drops it.
        command.args(self.environment.iter().map(|(name, value)| format!("{name}={value}")));
        command.arg(client::executable());
        command.current_dir(self.work()).env_clear();
        // The proxy is a port where nothing listens: a request to anywhere but loopback fails at once.
        let proxies = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"];
        command.envs(proxies.map(|name| (name, "http://127.0.0.1:9")));
        command.env("NO_PROXY", "127.0.0.1").env("SCRIPTED_KEY", "unused").env("LANG", "C.UTF-8");
        command.env("PATH", std::env::var_os("PATH").expect("PATH is set"));
        command.env("HOME", self.path("home")).env("CODEX_HOME", self.path("home/.codex"));
        command
    }

    /// Runs `codex exec` on a model that plays `turns`. The client must end by itself, with success.
    pub(crate) fn exec(&self, registration: Registration, hooks: &[Hook], turns: Vec<Vec<Call>>) -> Outcome {
        let expected = turns.len();
        let model = ScriptedModel::start(turns);
        self.configure(&model, registration, hooks);
        self.play(&model, expected)
    }

    /// The same with the configuration as it is.
    pub(crate) fn play(&self, model: &ScriptedModel, expected: usize) -> Outcome {
        let mut command = self.client();
        command.args(["exec", "--json", "--dangerously-bypass-approvals-and-sandbox"]).args(&self.arguments);
        command.arg("go").stdin(Stdio::null());
        let finished = run(&mut command, self.root.path(), LIMIT);
        let outcome = Outcome { told: model.told(), requests: model.requests(), finished };
        let Finished { status, stdout, stderr } = &outcome.finished;
        assert!(status.success(), "codex exec ended with {status}\n{stdout}\n{stderr}");
        assert!(outcome.requests.len() > expected, "the script was not played to its end\n{stdout}\n{stderr}");
        outcome
    }
}

/// Whether `name` exists in `directory`.
pub(crate) fn exists(directory: &Path, name: &str) -> bool {
    directory.join(name).exists()
}

fn write_executable(path: PathBuf, content: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    fs::write(&path, content).expect("a program of the test");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("the program's mode");
    path
}
