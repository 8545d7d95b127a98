//! The program as a whole: its command line, its exit status, its start and its end.

#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

fn miorai(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_miorai"));
    command.current_dir(folder).env_remove("RUST_LOG").env_remove("MIORAI_CONFIG");
    command
}

fn failed(output: &Output, status: i32, message: &str) {
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{told}");
    assert!(told.contains(message), "{told}");
    assert!(!told.contains("panicked") && !told.contains("stack backtrace"), "{told}");
}

fn one_line(output: &Output) {
    assert_eq!(String::from_utf8_lossy(&output.stderr).lines().count(), 1, "{output:?}");
}

#[test]
fn mistakes_are_told_in_one_line_with_the_status_of_wrong_use() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("miorai.toml"), "[server]\nadress = 1\n").unwrap();
    for args in [&[][..], &["serve"], &["config", "check"], &["config", "print"]] {
        let output = miorai(folder.path()).args(args).output().unwrap();
        failed(&output, 2, "miorai.toml:2: there is no setting 'adress' in [server]; did you mean 'addr'?");
        one_line(&output);
    }
    let empty = tempfile::tempdir().unwrap();
    for (args, message) in [
        (&["--adress"][..], "unexpected argument '--adress' found; a similar argument exists: '--addr'"),
        (&["--addr", "here"], "invalid value 'here' for '--addr <ADDR>': invalid socket address syntax"),
        (&["sreve"], "unrecognized subcommand 'sreve'; a similar subcommand exists: 'serve'"),
        (&["config", "chekc"], "unrecognized subcommand 'chekc'"),
        (&["--addr"], "a value is required for '--addr <ADDR>'"),
    ] {
        let output = miorai(empty.path()).args(args).output().unwrap();
        failed(&output, 2, message);
        one_line(&output);
    }
    let output = miorai(empty.path()).env("RUST_LOG", "info,server=loud=1").output().unwrap();
    failed(&output, 2, "environment variable RUST_LOG: 'info,server=loud=1' is not understood");
    one_line(&output);
    let open = miorai(empty.path()).args(["--addr", "0.0.0.0:0"]).output().unwrap();
    failed(&open, 2, "flag --addr: server.addr: 0.0.0.0:0 can be reached by other machines");
    one_line(&open);
}

#[test]
fn the_configuration_is_checked_and_printed() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("miorai.toml"), "[live]\nmax_clients = 7\n").unwrap();
    let check = miorai(folder.path()).args(["config", "check"]).output().unwrap();
    assert!(check.status.success() && String::from_utf8_lossy(&check.stdout).contains("is right"));
    let print = miorai(folder.path())
        .args(["config", "print", "--addr", "127.0.0.1:9"])
        .env("MIORAI_THRESHOLDS__HOLD", "5s")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&print.stdout);
    for (setting, origin) in [
        ("max_clients = 7 ", "miorai.toml:2"),
        ("addr = \"127.0.0.1:9\" ", "flag --addr"),
        ("hold = \"5s\" ", "environment variable MIORAI_THRESHOLDS__HOLD"),
        ("max_events = 10000 ", "default"),
    ] {
        let line = text.lines().find(|line| line.starts_with(setting)).unwrap_or_else(|| panic!("{setting}: {text}"));
        assert!(line.ends_with(origin), "{line}");
    }
    // What is printed is a configuration again.
    let values: toml::Table = toml::from_str(&text).unwrap();
    assert_eq!(values["live"]["max_clients"].as_integer(), Some(7));
}

#[test]
fn a_port_or_folder_that_is_taken_is_told_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = taken.local_addr().unwrap().to_string();
    let data = folder.path().join("data");
    let output = miorai(folder.path()).args(["--addr", &addr]).arg("--data-dir").arg(&data).output().unwrap();
    failed(&output, 1, "another program listens there");
    one_line(&output);

    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let output = miorai(folder.path())
        .args(["--addr", "127.0.0.1:0"])
        .arg("--data-dir")
        .arg(file.join("data"))
        .output()
        .unwrap();
    failed(&output, 1, "cannot use the data folder");
    one_line(&output);
}

/// A server that runs, and the line that it greets with.
fn started(folder: &Path) -> (Child, String) {
    start(&mut miorai(folder))
}

fn start(command: &mut Command) -> (Child, String) {
    let mut child = command
        .args(["--addr", "127.0.0.1:0", "--data-dir", "data"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (child, line)
}

#[test]
fn it_greets_with_its_address_and_ends_soon_when_it_is_told_to() {
    let folder = tempfile::tempdir().unwrap();
    let (mut child, greeting) = started(folder.path());
    assert!(greeting.starts_with("Miorai is at http://127.0.0.1:"), "{greeting}");
    let second = miorai(folder.path()).args(["--addr", "127.0.0.1:0", "--data-dir", "data"]).output().unwrap();
    failed(&second, 1, "in use by another miorai");
    let begun = Instant::now();
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(0));
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
}

#[test]
fn the_allocator_is_told_to_hold_little_unless_it_was_told_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = miorai(folder.path());
    command.env_remove("MALLOC_ARENA_MAX").env("MALLOC_TRIM_THRESHOLD_", "262144");
    let (mut child, _) = start(&mut command);
    let of_process = |what: &str| {
        let bytes = std::fs::read(format!("/proc/{}/{what}", child.id())).unwrap();
        bytes.split(|byte| *byte == 0).map(|part| String::from_utf8_lossy(part).into_owned()).collect::<Vec<_>>()
    };
    let (environment, arguments) = (of_process("environ"), of_process("cmdline"));
    child.kill().unwrap();
    child.wait().unwrap();
    for setting in ["MALLOC_ARENA_MAX=1", "MALLOC_TRIM_THRESHOLD_=262144"] {
        assert_eq!(environment.iter().filter(|entry| *entry == setting).count(), 1, "{setting}");
    }
    assert_eq!(arguments[..5], [env!("CARGO_BIN_EXE_miorai"), "--addr", "127.0.0.1:0", "--data-dir", "data"]);
}
