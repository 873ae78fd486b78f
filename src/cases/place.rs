//! The machine of a case, as the file describes it.

use crate::world::memory::MemoryWorld;
use std::{
    borrow::ToOwned,
    format,
    string::{String, ToString},
    vec::Vec,
};

/// The machine of a case, and in which mode the call comes.
#[derive(Clone, Debug)]
pub struct Place {
    /// The call's directory.
    pub cwd: String,
    /// The session's directory.
    pub session: String,
    /// What Codex says about asking a person.
    pub mode: String,
    directories: Vec<String>,
    files: Vec<String>,
    programs: Vec<String>,
    /// Links with their targets as written.
    links: Vec<(String, String)>,
    /// Files with their contents.
    texts: Vec<(String, String)>,
    /// Variables of the environment.
    environment: Vec<(String, String)>,
    /// More repositories, with their remotes.
    repositories: Vec<(String, Vec<String>)>,
}

const PROJECT: &str = "/work/project";
const HOME: &str = "/home/user";

impl Default for Place {
    fn default() -> Self {
        Self {
            cwd: PROJECT.to_string(),
            session: PROJECT.to_string(),
            mode: "default".to_string(),
            directories: Vec::new(),
            files: Vec::new(),
            programs: Vec::new(),
            links: Vec::new(),
            texts: Vec::new(),
            environment: Vec::new(),
            repositories: Vec::new(),
        }
    }
}

impl Place {
    /// Changes what `@KEY VALUE` speaks of.
    pub(super) fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        let absolute = |path: &str| {
            if path.starts_with('/') { Ok(path.to_owned()) } else { Err(format!("`{path}` is not an absolute path")) }
        };
        let two = |what: &str| {
            let parts = value.split_once(' ').map(|(first, rest)| (first, rest.trim()));
            parts.ok_or_else(|| format!("`@{key} {value}` is not whole; write `@{key} {what}`"))
        };
        match key {
            "cwd" => self.cwd = absolute(value)?,
            "session" => {
                self.session = absolute(value)?;
                self.cwd.clone_from(&self.session);
            }
            "mode" => value.clone_into(&mut self.mode),
            "directory" => self.directories.push(absolute(value)?),
            "file" => self.files.push(absolute(value)?),
            "program" => self.programs.push(absolute(value)?),
            "link" => {
                let (path, target) = two("PATH TARGET")?;
                self.links.push((absolute(path)?, target.to_owned()));
            }
            "text" => {
                let (path, text) = two("PATH TEXT")?;
                let text = if text.starts_with('"') {
                    serde_json::from_str(text).map_err(|e| format!("the text of `{path}` is no JSON string: {e}"))?
                } else {
                    text.to_owned()
                };
                self.texts.push((absolute(path)?, text));
            }
            "environment" => {
                let (name, text) = two("NAME VALUE")?;
                self.environment.push((name.to_owned(), text.to_owned()));
            }
            "repository" => {
                let mut words = value.split_whitespace().map(ToOwned::to_owned);
                let root = absolute(&words.next().unwrap_or_default())?;
                self.repositories.push((root, words.collect()));
            }
            _ => {
                return Err(format!(
                    "`@{key}` is not known; there are @policy, @class, @new, @mode, @cwd, @session, @directory, @file, @text, \
                     @program, @link, @environment and @repository"
                ));
            }
        }
        Ok(())
    }

    pub(super) fn machine(&self) -> MemoryWorld {
        let mut world = MemoryWorld::new().session(&self.session).home(HOME).account("user", HOME);
        world = world.repository(PROJECT, &[]);
        for directory in ["/tmp", "/var/tmp", "/dev", "/etc", "/usr/bin"] {
            world = world.directory(directory);
        }
        for (root, remotes) in &self.repositories {
            world = world.repository(root, &remotes.iter().map(String::as_str).collect::<Vec<_>>());
        }
        world = self.directories.iter().fold(world, MemoryWorld::directory);
        world = self.files.iter().fold(world, MemoryWorld::file);
        world = self.programs.iter().fold(world, MemoryWorld::program);
        world = self.texts.iter().fold(world, |world, (path, text)| world.text(path, text));
        world = self.links.iter().fold(world, |world, (path, target)| world.link(path, target));
        self.environment.iter().fold(world, |world, (name, value)| world.environment(name.as_str(), value))
    }
}
