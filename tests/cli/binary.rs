//! The real binary, run as a shell would run it.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a run of the binary came to.
#[derive(Debug)]
pub struct Ran {
    /// The exit status.
    pub status: i32,
    /// What it wrote to standard output.
    pub out: String,
    /// What it wrote to standard error.
    pub err: String,
}

/// A command to be run in a folder, in an environment that asks for nothing, and far from the user's own files.
pub fn command(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>, folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pagewalk"));
    command.args(arguments).current_dir(folder);
    command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").env("TERM", "xterm-256color");
    let nowhere = Path::new(env!("CARGO_TARGET_TMPDIR")).join("nobody-lives-here");
    command.env("XDG_CONFIG_HOME", &nowhere).env("XDG_STATE_HOME", &nowhere);
    command
}

/// Runs the binary in the package's folder, with nothing on standard input.
pub fn run(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Ran {
    fed(arguments, "")
}

/// Runs the binary in a folder.
pub fn run_in(folder: &Path, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Ran {
    finish(command(arguments, folder), b"")
}

/// Runs the binary in a folder where a file has room for so many blocks, each of 512 or 1,024 bytes: to write more fails, as on
/// a full disk.
#[cfg(unix)]
pub fn limited(blocks: usize, arguments: &[&str], folder: &Path) -> Ran {
    let mut shell = Command::new("sh");
    // Without the trap, the first byte too many would end the program.
    shell.args(["-c", &format!("trap '' XFSZ && ulimit -f {blocks} && exec \"$0\" \"$@\"")]);
    shell.arg(env!("CARGO_BIN_EXE_pagewalk")).args(arguments).current_dir(folder);
    finish(shell, b"")
}

/// Runs the binary with this on standard input.
pub fn fed(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>, input: impl AsRef<[u8]>) -> Ran {
    finish(command(arguments, Path::new(env!("CARGO_MANIFEST_DIR"))), input.as_ref())
}

/// Runs a command with this on standard input.
pub fn finish(mut command: Command, input: &[u8]) -> Ran {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        // Who does not read all of it closes the pipe: that is no failure of the test's.
        scope.spawn(move || drop(stdin.write_all(input)));
        child.wait_with_output().unwrap()
    });
    Ran {
        status: output.status.code().expect("it was not ended by a signal"),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// An empty folder of a test's own.
pub fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// A built-in's text with something else in a place.
pub fn edited(name: &str, from: &str, to: &str) -> String {
    let text = pagewalk::scenario::library::Builtin::find(name).unwrap().text;
    assert!(text.contains(from), "{name} has no {from}");
    text.replace(from, to)
}
