//! The words of the tables and their codes in the binary form. Shared by the build step, the encoder and the reader, so that
//! a word cannot mean two things.

/// Makes an enum whose variants have a word (in the JSON lines) and a byte (in the binary form).
macro_rules! vocabulary {
    ($(#[$about:meta])* $name:ident { $($(#[$what:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$what])* $variant,)* }
        impl $name {
            /// Every variant, in the order of the codes.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];
            /// The word of the tables.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
            /// Reads the word of the tables.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
            /// The code in the binary form.
            pub const fn code(self) -> u8 {
                self as u8
            }
            /// Reads the code of the binary form.
            pub fn from_code(code: u8) -> Option<Self> {
                Self::ALL.get(usize::from(code)).copied()
            }
        }
    };
}

vocabulary! {
    /// What a word is to the program that gets it: an option's value or an operand.
    Role {
        /// No argument at all (options only).
        Flag = "flag",
        /// Text that touches nothing.
        Value = "value",
        /// A search pattern; touches nothing.
        Pattern = "pattern",
        /// A path whose name or metadata is looked at; reading those is no effect.
        Stat = "stat",
        /// A directory that is listed; listing is no effect.
        List = "list",
        /// A file that is read.
        Read = "read",
        /// A file or directory that is read with all below it.
        ReadTree = "read-tree",
        /// A file that is written.
        Write = "write",
        /// A directory below which files are written.
        WriteDir = "write-dir",
        /// A file that is read and written.
        ReadWrite = "read-write",
        /// A file that is changed where it stands, or whose metadata changes.
        Modify = "modify",
        /// `@FILE`, `NAME@FILE` and `NAME=@FILE` (also `<`) read a file; other text is only text.
        ReadIfAt = "read-if-at",
        /// Text with a path somewhere after `=`, `:`, `@` or `,`.
        KeyPath = "key-path",
        /// A file that names more files.
        ListFile = "list-file",
        /// Code that is loaded from a path.
        LoadCode = "load-code",
        /// A file that is executed as code.
        Script = "script",
        /// The name of a module that is executed.
        Module = "module",
        /// Literal code in a language that is not analysed.
        Code = "code",
        /// A sed script.
        Sed = "sed",
        /// An awk program.
        Awk = "awk",
        /// A jq filter.
        Jq = "jq",
        /// Text that a shell executes.
        ShellString = "shell-string",
        /// A program, possibly with arguments, to which more arguments are appended.
        ExecProgram = "exec-program",
        /// A program with its arguments that filters standard input.
        FilterProgram = "filter-program",
        /// A URL, or a host with or without port and path.
        Net = "net",
        /// The host name of a connection; no local path.
        Host = "host",
        /// The name of a git remote, a URL, `HOST:PATH` or a local repository.
        GitRemote = "git-remote",
        /// A git revision, `REV:PATH` or a path.
        RevPath = "rev-path",
        /// `HOST:PATH`, or a local path that is read.
        RemoteRead = "remote-read",
        /// `HOST:PATH`, or a local path that is written.
        RemoteWrite = "remote-write",
        /// The directory that relative paths are meant in.
        Chdir = "chdir",
        /// A directory that becomes the root of the file system.
        NewRoot = "new-root",
        /// `NAME=VALUE` for the environment.
        Assign = "assign",
        /// The name of an environment variable that is printed or sent.
        ReadEnv = "read-env",
        /// The name of a shell variable that is written.
        Variable = "variable",
        /// `KEY=VALUE` of git's configuration.
        GitConfig = "git-config",
        /// `KEY=VALUE` of ssh's configuration.
        SshOption = "ssh-option",
        /// A checkpoint action of tar.
        TarAction = "tar-action",
        /// A tar archive: read or written by the mode, remote as `HOST:FILE`.
        Archive = "archive",
        /// Text that is split into words in front of the rest of argv (`env -S`).
        EnvSplit = "env-split",
        /// This word and the rest up to `;` are a command (`fd -x`).
        Rest = "rest",
        /// An HTTP method.
        Method = "method",
        /// Meaning not known: its value could do anything.
        Unreviewed = "unreviewed",
        /// A file or directory that gets another name, under which it may be read.
        Move = "move",
        /// What a link leads to: it may be read through the link, and is meant from the link's directory if that is symbolic.
        LinkTarget = "link-target",
        /// A revision, `REV:PATH`, or behind `--` a path of files that stand there.
        Tracked = "tracked",
        /// A file that is read, or a pattern of files that the program expands itself; `!PATTERN` leaves some out.
        ReadGlob = "read-glob",
        /// A file that is read; `@FILE` names a file that holds more words.
        ReadListAt = "read-list-at",
        /// What is put behind the names of operands to make other names (`sed -i.bak`).
        Suffix = "suffix",
        /// The beginning of names of files that are written.
        NamePrefix = "name-prefix",
        /// A file that is written, in whose name the program puts numbers for `%p` and `%n`, and any text for another sign (valgrind).
        NameTemplate = "name-template",
        /// A file that is replaced by one with an ending more or less.
        Compressed = "compressed",
        /// A pathspec of files that git takes into its index.
        Staged = "staged",
        /// A pathspec of files that git tracks and takes into a commit.
        Committed = "committed",
        /// A revision, `REV:PATH` or a path of tracked files whose content is shown.
        Shown = "shown",
        /// The same, with all that was tracked before.
        History = "history",
        /// An archive that is read and unpacked here.
        Unpacked = "unpacked",
        /// A directory in which a file with a name of the program's own choice is made.
        TempDir = "temp-dir",
        /// The name of a file that is made; each `X` at its end is some character.
        TempName = "temp-name",
        /// A filter rule of rsync, which may name a file of more rules.
        MergeRule = "merge-rule",
        /// A pattern that can hold commands (`(?C"...")`).
        Pcre = "pcre",
        /// Text, or `file://` and a file that is read.
        FileUrl = "file-url",
        /// `NAME=VALUE` of a makefile, or a target.
        MakeVariable = "make-variable",
        /// `KEY` or `KEY=VALUE` among the program's own settings (`rustc -C`).
        Setting = "setting",
        /// A file or directory that is deleted: of a symbolic link the link, never what it leads to.
        Remove = "remove",
        /// What `remove` says, or a pattern of such files that the program expands itself.
        RemoveGlob = "remove-glob",
        /// A file or directory whose code the program is there to run: what may be executed there is judged, not the program.
        CodePath = "code-path",
        /// A directory below which a build writes what it makes of its sources, under their names; parameters may stand before it,
        /// with a colon between.
        OutDir = "out-dir",
        /// A value to one shell, a shell variable that is written to another (`read -n`, `-t` and `-p` in zsh).
        PerhapsVariable = "perhaps-variable",
        /// A file that is read; beside a directory it is compared with the file of its name in there.
        Compared = "compared",
        /// Patterns of names, in as many words as there are up to the next option or a lone `@`; touches nothing.
        Patterns = "patterns",
        /// A picture that is read: a file, or one that the program makes itself (`xc:red`).
        ImageRead = "image-read",
        /// A picture that is written.
        ImageWrite = "image-write",
        /// A picture that is changed in place.
        ImageChange = "image-change",
        /// Text, or `@FILE`.
        ImageText = "image-text",
        /// A colour, or a picture to paint with.
        ImageColor = "image-color",
        /// `KEY=VALUE` for a format of pictures, or the name of something that a picture has.
        ImageSetting = "image-setting",
        /// The format, and so the ending, that pictures get (`mogrify -format`).
        ImageEnding = "image-ending",
        /// What is drawn onto a picture.
        Drawing = "drawing",
        /// A film or a sound that is read: a file, or something behind the name of a protocol.
        MediaRead = "media-read",
        /// The same, written.
        MediaWrite = "media-write",
        /// A graph of filters for films and sounds.
        MediaFilter = "media-filter",
        /// The format or device that a film is read from or written to.
        MediaFormat = "media-format",
        /// A file that is read; what is made of it stands beside it, under names that begin as its own does.
        Beside = "beside",
        /// A page that is shown: a URL, a file, or a host where there is no such file.
        Page = "page",
    }
}

impl Role {
    /// Whether a word in this role can do no more than name files that are looked at, read or written.
    pub const fn is_about_files(self) -> bool {
        matches!(self, Self::Flag | Self::Value | Self::Pattern | Self::Patterns | Self::Stat | Self::List)
            || self.reads_files()
            || self.writes_files()
    }

    /// Whether a word in this role may name files that are read.
    pub const fn reads_files(self) -> bool {
        matches!(
            self,
            Self::Read
                | Self::Compared
                | Self::ReadTree
                | Self::ReadWrite
                | Self::ListFile
                | Self::Compressed
                | Self::Move
                | Self::LinkTarget
        )
    }

    /// Whether a word in this role may name files that are written.
    pub const fn writes_files(self) -> bool {
        matches!(
            self,
            Self::Write
                | Self::WriteDir
                | Self::ReadWrite
                | Self::Modify
                | Self::Remove
                | Self::Compressed
                | Self::Suffix
                | Self::Move
                | Self::LinkTarget
        )
    }

    /// Whether a word in this role decides which host is touched, so that a word of which nothing is known is unknown, whatever
    /// allows the command. A path of which nothing is known is an effect by itself, which is unknown in the same way.
    pub const fn decides_what_is_touched(self) -> bool {
        matches!(self, Self::Net | Self::Host | Self::GitRemote | Self::RemoteRead | Self::RemoteWrite)
    }
}

vocabulary! {
    /// How a program reads its options.
    Style {
        /// `-abc`, `-ofile`, `--name=value`, abbreviated long options.
        Gnu = "gnu",
        /// Long options begin with one dash (`-name`, `-name=value`); no clusters. Two dashes work as well.
        Long = "long",
        /// There are no options: every word is an operand.
        Words = "words",
        /// `KEY=VALUE` operands (dd); the keys are named as options.
        Keys = "keys",
        /// As `gnu`, and the first word may be a cluster without dash (tar, ar, ps).
        Bundle = "bundle",
    }
}

vocabulary! {
    /// What of argv a program runs.
    Runs {
        /// Nothing.
        Nothing = "nothing",
        /// The rest of argv is a command.
        Argv = "argv",
        /// The operands, joined, are a script for this very shell (`eval`).
        ShellWords = "shell-words",
        /// The operands, joined, are a script for a new shell (`watch`).
        ShellString = "shell-string",
        /// Each operand is a script for a new shell (`hyperfine`).
        ShellEach = "shell-each",
        /// A shell: `-c` text, a script file, or standard input.
        Shell = "shell",
        /// An interpreter: a code option, a script file, or standard input.
        Interpreter = "interpreter",
        /// A script that this very shell reads from a file (`.`).
        Source = "source",
        /// The rest of argv and more words from elsewhere.
        Xargs = "xargs",
        /// A template for a shell (`parallel`).
        Parallel = "parallel",
        /// `-exec` and the like inside an expression.
        Find = "find",
        /// Runs on another host: the words are not of this machine.
        Remote = "remote",
        /// `su`: a user, then the arguments of a shell.
        Su = "su",
        /// `flock`: a lock, then a command or `-c` text.
        Flock = "flock",
        /// The first operand names the program to be (`busybox`).
        Multicall = "multicall",
        /// The same, and patterns of files in the rest are expanded by the program itself.
        MulticallGlob = "multicall-glob",
        /// First operand: shell text that is kept for later (`trap`).
        Trap = "trap",
        /// A reason, `--`, and a script for a new shell (`prexec run`).
        Gate = "gate",
        /// Code of the project or of a package: build files, tests, hooks.
        Project = "project",
        /// The rest of argv is a command that may come from the project or from a package (`npx`, `uv run`).
        ProjectArgv = "project-argv",
        /// The same, and what stands in `node_modules/.bin` here or above is run before anything is looked for elsewhere (`npx`).
        InstalledArgv = "installed-argv",
        /// A program that people work in; it reads commands from the terminal.
        Editor = "editor",
        /// Shows text; at a terminal it can be told to run something.
        Pager = "pager",
        /// Reads commands from the terminal or standard input unless it gets operands or a code option.
        Repl = "repl",
        /// Opens a shell: without a command it would be interactive.
        Session = "session",
        /// The rest of argv is a command that may run several times, or beside what follows (`entr`, `systemd-run`).
        ArgvAgain = "argv-again",
    }
}

impl Runs {
    /// Whether what such a program runs runs once, before whatever follows.
    pub const fn is_once(self) -> bool {
        use Runs as R;
        matches!(
            self,
            R::Nothing
                | R::Argv
                | R::ShellWords
                | R::Shell
                | R::Source
                | R::Su
                | R::Flock
                | R::Multicall
                | R::Trap
                | R::Gate
        )
    }
}

vocabulary! {
    /// What a wrapper does when no command follows.
    NoCommand {
        /// Nothing that counts.
        Nothing = "nothing",
        /// Prints the environment.
        PrintEnv = "print-env",
        /// Starts a shell.
        Shell = "shell",
    }
}

vocabulary! {
    /// Builtins of bash that change the state of the shell.
    Builtin {
        /// Nothing beyond its row.
        Plain = "plain",
        /// Changes the directory.
        Cd = "cd",
        /// Changes the directory and its stack.
        Pushd = "pushd",
        /// Back to a directory of the stack.
        Popd = "popd",
        /// `NAME`, `NAME=VALUE` for the shell.
        Declare = "declare",
        /// `NAME`, `NAME=VALUE` for the shell and all it starts.
        Export = "export",
        /// Forgets names.
        Unset = "unset",
        /// Options and positional parameters.
        Set = "set",
        /// How the shell reads and expands.
        ShellOptions = "shell-options",
        /// Another name for a command.
        Alias = "alias",
        /// Arithmetic.
        Let = "let",
        /// Conditions.
        Test = "test",
        /// Ends the shell or a function.
        Exit = "exit",
        /// No builtin of bash: `git config`, which reads or changes what git will run.
        GitConfig = "git-config",
    }
}

vocabulary! {
    /// How an environment variable is judged when a script sets it.
    VariableRole {
        /// Cannot make a program do something else that counts.
        Inert = "inert",
        /// Makes programs load or run code, or changes which program a name means.
        Executing = "executing",
        /// What it does is not known, and even a number or a boolean word may name a file or switch something on.
        Switch = "switch",
        /// Names a file or directories (with `:` between) that code is loaded from.
        Code = "code",
    }
}

/// Bits of an option: what it does to the rest of the command.
pub mod traits {
    /// The first operand (pattern, script, mode) does not exist.
    pub const DROPS_FIRST: u32 = 1;
    /// Directories are taken with all below them.
    pub const RECURSIVE: u32 = 1 << 1;
    /// Operands that are read are written as well.
    pub const WRITES: u32 = 1 << 2;
    /// The last operand is a source like the others.
    pub const TARGET: u32 = 1 << 3;
    /// No command is run (`command -v`).
    pub const NO_RUN: u32 = 1 << 4;
    /// The HTTP method becomes POST.
    pub const POSTS: u32 = 1 << 5;
    /// The HTTP method becomes HEAD.
    pub const HEADS: u32 = 1 << 6;
    /// The HTTP method becomes PUT.
    pub const PUTS: u32 = 1 << 7;
    /// The program only prints about itself, whatever else is written (`--version`).
    pub const ABOUT: u32 = 1 << 8;
    /// No code is run from operands or standard input (`bash -n`), or the program does not wait for any.
    pub const INTERACTIVE: u32 = 1 << 9;
    /// Nothing is written (`tar -t`).
    pub const READS_ONLY: u32 = 1 << 10;
    /// Operands are written, not read (`install -d`, `tar -x`).
    pub const EXTRACTS: u32 = 1 << 11;
    /// Code or commands come from standard input (`bash -s`).
    pub const STDIN_CODE: u32 = 1 << 12;
    /// Every word after it (and its argument) is an operand (`python -c`).
    pub const ENDS: u32 = 1 << 13;
    /// More names of files are read from standard input (`cpio -o`, `git cat-file --batch`).
    pub const NAMES_ON_STDIN: u32 = 1 << 14;
    /// Files are named or tested, not read (`rg --files`).
    pub const LISTS: u32 = 1 << 15;
    /// Files whose names begin with a dot are taken as well (`rg --hidden`).
    pub const HIDDEN: u32 = 1 << 16;
    /// Every file below the directory may change (`git reset --hard`).
    pub const WRITES_TREE: u32 = 1 << 17;
    /// Nothing but what operands name changes (`git switch -c`).
    pub const SPARES_TREE: u32 = 1 << 18;
    /// The host that was named may send the program on to any other (`curl -L`).
    pub const FOLLOWS: u32 = 1 << 19;
    /// What an archive holds comes to stand here, links as well.
    pub const UNPACKS: u32 = 1 << 20;
    /// The bits that say which names its argument keeps a recursive reader from: one of the next four values.
    pub const FILTER: u32 = 7 << 21;
    /// Files with the name are passed over.
    pub const NO_FILE: u32 = 1 << 21;
    /// Directories with the name are.
    pub const NO_DIRECTORY: u32 = 2 << 21;
    /// Only files with the name are read.
    pub const ONLY_FILE: u32 = 4 << 21;
    /// What is passed over may be read all the same.
    pub const UNFILTERED: u32 = 7 << 21;
}

/// Bits of a program.
pub mod flags {
    /// Options end at the first operand.
    pub const STOPS: u16 = 1;
    /// `-5` is a number.
    pub const NUMERIC: u16 = 1 << 1;
    /// Words that begin with `+` are options, named so in the table.
    pub const PLUS: u16 = 1 << 2;
    /// The first operand is a subcommand with its own row.
    pub const SUBCOMMANDS: u16 = 1 << 3;
    /// No operand or option has any effect.
    pub const INERT: u16 = 1 << 4;
    /// Directories are always taken with all below them.
    pub const RECURSIVE: u16 = 1 << 5;
    /// `NAME=VALUE` words come before the command.
    pub const ASSIGNMENTS: u16 = 1 << 6;
    /// Options that the row does not name do nothing beyond what the program does anyway.
    pub const OPEN: u16 = 1 << 7;
    /// No option has an effect or a bearing on what operands mean (worked out by the encoder).
    pub const PASSIVE: u16 = 1 << 8;
    /// A row of a program that starts others.
    pub const WRAPPER: u16 = 1 << 9;
    /// May change any file below the current directory, beside what its row says (`git merge`).
    pub const WRITES_TREE: u16 = 1 << 10;
    /// `NAME=VALUE` operands are assignments inside the program, not files (awk).
    pub const OPERAND_VALUES: u16 = 1 << 11;
    /// Known to reach the network, where the row cannot say which host.
    pub const NETWORK: u16 = 1 << 12;
    /// Files and directories whose names begin with a dot are passed over (`rg`).
    pub const SKIPS_HIDDEN: u16 = 1 << 13;
    /// The directory of version control (`.git`) is none of the files that change (`git merge`).
    pub const SPARES_REPOSITORY: u16 = 1 << 14;
    /// The host that was named may send it on to any other.
    pub const REDIRECTED: u16 = 1 << 15;
}
