//! The words of `languages.jsonl` and their bytes in the binary form.

/// Makes the enum with a word and a byte for each variant.
macro_rules! doings {
    ($($(#[$what:meta])* $variant:ident = $word:literal,)*) => {
        /// What a name of a language is, or what calling it does.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Doing { $($(#[$what])* $variant,)* }
        impl Doing {
            const ALL: &'static [Self] = &[$(Self::$variant,)*];
            /// Reads the word of the table.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
            /// The byte of the binary form.
            pub const fn code(self) -> u8 {
                self as u8
            }
            /// Reads the byte of the binary form.
            pub fn from_code(code: u8) -> Option<Self> {
                Self::ALL.get(usize::from(code)).copied()
            }
        }
    };
}

doings! {
    /// No effect, whether it is called or handed on.
    Harmless = "harmless",
    /// May do anything; never worked out, even where the program gives the name another meaning.
    Denied = "denied",
    /// A module whose import has no effect, but which may be taken from the directory in its place.
    Module = "module",
    /// A module that is part of the interpreter: nothing can stand in its place.
    BuiltIn = "built-in",
    /// A module of which some calls are known, but whose import itself is not worked out.
    Foreign = "foreign",
    /// An installed package of which calls are known; it looks for further modules when it is imported.
    Package = "package",
    /// A call of such a package: its argument by place is a file or an address that is read.
    Load = "load",
    /// The same for what is written to.
    Store = "store",
    /// Loads values, which are plain ones where a second argument says so.
    SafeLoad = "safe-load",
    /// A method whose arguments may name any other.
    Named = "named",
    /// A name that the interpreter's modules look for besides those of the standard library.
    Sought = "sought",
    /// `open(PATH, MODE)`.
    Open = "open",
    /// The first argument is a file that is read.
    Read = "read",
    /// The first argument is read with all below it.
    ReadTree = "read-tree",
    /// The first argument is a file that is written.
    Write = "write",
    /// The first argument is a directory below which files are written.
    WriteTree = "write-tree",
    /// The first argument is a file that is read and written.
    ReadWrite = "read-write",
    /// The first argument is deleted or its metadata changes.
    Modify = "modify",
    /// The same with all below it.
    ModifyTree = "modify-tree",
    /// The first argument is read, the second written; both may be directories.
    Copy = "copy",
    /// The first argument is moved to the second.
    Move = "move",
    /// The first argument is text that a shell executes.
    Shell = "shell",
    /// `subprocess.run(LIST_OR_TEXT, shell=...)`.
    Process = "process",
    /// `spawn(PROGRAM, LIST, OPTIONS)`.
    Spawn = "spawn",
    /// `execv(PROGRAM, LIST)`: the list has the program's name first.
    ExecVector = "exec-vector",
    /// `execl(PROGRAM, NAME, ARGUMENT, ...)`.
    ExecList = "exec-list",
    /// `system TEXT` or `system PROGRAM, ARGUMENT, ...`.
    System = "system",
    /// The first argument is a URL that is fetched.
    Fetch = "fetch",
    /// Connects, to a host that is not worked out.
    Connect = "connect",
    /// The first argument is the name of a variable of the environment that is read.
    ReadEnv = "read-env",
    /// All variables of the environment.
    Environment = "environment",
    /// Makes a path of its arguments, of which methods are known as `Path.NAME`.
    Path = "path",
    /// The value is its arguments joined as a path.
    Join = "join",
    /// The value is its argument with `~` replaced.
    ExpandHome = "expand-home",
    /// Gives the paths that it finds.
    Find = "find",
    /// Does nothing besides with one argument by place, and perhaps more with others.
    Single = "single",
    /// Opens the database that the first argument names.
    Database = "database",
    /// A method whose first argument is one statement of SQL.
    Query = "query",
    /// A method whose first argument is a text of several.
    Queries = "queries",
    /// A program that executes the language; the key is `program NAME`.
    Program = "program",
    /// An option of such a program that does not change what the code means; the key is `option NAME`.
    Option = "option",
    /// The same for an option whose argument is checked for plainness (letters, digits and `,:;|_-`).
    PlainOption = "plain-option",
    /// The same for an option that has no argument attached.
    BareOption = "bare-option",
    /// An argument by name, or a property of an options object, that does not change what a call does; the key is `key NAME`.
    Key = "key",
}
