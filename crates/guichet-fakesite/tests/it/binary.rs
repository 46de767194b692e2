//! The binary, as another process would use it.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Command, Stdio},
};

use serde_json::Value;

const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/demo.toml");

fn fakesite() -> Command {
    Command::new(env!("CARGO_BIN_EXE_guichet-fakesite"))
}

#[test]
fn it_says_where_it_listens_serves_and_prints_the_truth_when_interrupted() {
    let mut child = fakesite()
        .args(["--script", DEMO, "--speed", "3600", "--json"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
    let ready: Value = serde_json::from_str(&out.next().unwrap().unwrap()).unwrap();

    let mut stream = TcpStream::connect(ready["listening"].as_str().unwrap()).unwrap();
    stream.write_all(b"GET /booking/create/12069 HTTP/1.0\r\nHost: fauxville.localhost\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.0 200") && answer.contains("eZSESSID="), "{answer}");

    let interrupted = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    let truth: Value = serde_json::from_str(&out.next().unwrap().unwrap()).unwrap();
    assert_eq!(truth["from"], "2026-01-05T00:00:00Z");
    assert_eq!(truth["forms"][0]["target"], "92-fauxville/renouvellement");
    assert!(child.wait().unwrap().success());
}

#[test]
fn it_prints_the_truth_of_a_span_without_serving() {
    let span = ["--print-truth", "--from", "2026-01-12T00:00:00Z", "--to", "2026-01-19T00:00:00Z"];
    let output = fakesite().args(["--script", DEMO]).args(span).output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("from 2026-01-12 00:00 to 2026-01-19 00:00 UTC\n"), "{text}");
    assert_eq!(text.lines().count(), 2 + 19, "a line for each desk");
}

#[test]
fn it_refuses_what_it_cannot_do_and_says_why() {
    let said = |args: &[&str]| {
        let output = fakesite().args(args).output().unwrap();
        assert!(!output.status.success(), "{args:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(said(&["--script", "/nowhere.toml"]).contains("cannot read the script /nowhere.toml"));
    assert!(said(&["--script", DEMO, "--listen", "0.0.0.0:0"]).contains("is not a loopback address"));
    assert!(said(&["--script", DEMO, "--speed", "0"]).contains("a speed is a number above 0"));
    let other = said(&["--script", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")]);
    assert!(other.contains("Cargo.toml:") && other.contains("unknown field"), "{other}");
}
