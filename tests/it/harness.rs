//! Starts the real binaries and fails on any log line above `info` that a test did not allow.

use std::{
    collections::BTreeMap,
    env,
    ffi::OsStr,
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, ChildStderr, Command, ExitStatus, Output, Stdio},
    sync::{Arc, Condvar, Mutex},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use guichet_fakesite::{BEHAVIOURS, FormEntry, Script};
use guichet_model::ParamValue;
use serde_json::Value;
use tempfile::TempDir;

/// How long anything may take before the test gives up.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A binary of this workspace, built by the one test command before the tests run.
pub(crate) fn binary(name: &str) -> PathBuf {
    let tests = env::current_exe().unwrap();
    let path = tests.parent().unwrap().parent().unwrap().join(name);
    assert!(
        path.is_file(),
        "{} is missing: run `cargo xtask test`, or `cargo build -p {name}` first",
        path.display()
    );
    path
}

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A command of ours with a quiet environment.
pub(crate) fn guichet() -> Command {
    let mut command = Command::new(binary("guichet"));
    command.env_remove("GUICHET_LOG").env_remove("GUICHET_CONTACT").env_remove("GUICHET_LOG_FORMAT");
    command
}

/// Runs a command of ours to its end.
pub(crate) fn run<A: AsRef<OsStr>>(arguments: &[A], folder: &Path) -> Output {
    guichet().args(arguments).current_dir(folder).output().unwrap()
}

/// What a command printed, for messages.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A `guichet` process that runs until it is stopped.
#[derive(Debug)]
pub(crate) struct Service {
    child: Child,
    lines: Arc<(Mutex<Vec<String>>, Condvar)>,
    reader: Option<JoinHandle<()>>,
    /// Where its pages are.
    pub(crate) address: SocketAddr,
}

impl Service {
    /// Starts it on a port of its own and waits until it serves.
    pub(crate) fn start<A: AsRef<OsStr>>(arguments: &[A], folder: &Path) -> Self {
        let mut child = guichet()
            .args(arguments)
            .args(["--listen", "127.0.0.1:0"])
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = Arc::new((Mutex::new(Vec::new()), Condvar::new()));
        let reader = follow(child.stderr.take().unwrap(), Arc::clone(&lines));
        let mut service =
            Self { child, lines, reader: Some(reader), address: SocketAddr::from(([127, 0, 0, 1], 0)) };
        let line = service.wait_for("serving address=");
        let address = line.rsplit("address=").next().unwrap().split_whitespace().next().unwrap();
        service.address = address.parse().unwrap();
        service
    }

    /// The log so far.
    pub(crate) fn log(&self) -> Vec<String> {
        self.lines.0.lock().unwrap().clone()
    }

    /// Waits for a log line that holds `words`.
    pub(crate) fn wait_for(&self, words: &str) -> String {
        let begun = Instant::now();
        let mut lines = self.lines.0.lock().unwrap();
        loop {
            if let Some(line) = lines.iter().find(|line| line.contains(words)) {
                return line.clone();
            }
            assert!(begun.elapsed() < PATIENCE, "`{words}` did not come; the log:\n{}", lines.join("\n"));
            lines = self.lines.1.wait_timeout(lines, Duration::from_millis(200)).unwrap().0;
        }
    }

    /// Waits until `enough` holds for the log.
    pub(crate) fn wait_until(&self, enough: impl Fn(&[String]) -> bool) {
        let begun = Instant::now();
        let mut lines = self.lines.0.lock().unwrap();
        while !enough(&lines) {
            assert!(begun.elapsed() < PATIENCE, "it did not come to that; the log:\n{}", lines.join("\n"));
            lines = self.lines.1.wait_timeout(lines, Duration::from_millis(200)).unwrap().0;
        }
    }

    /// A page of it: status and body.
    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        get(self.address, &self.address.to_string(), path)
    }

    /// Kills it as a power cut would.
    pub(crate) fn kill(mut self) -> Vec<String> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.reader.take().unwrap().join().unwrap();
        self.log()
    }

    /// Asks it to stop (SIGTERM) and demands a clean end: exit code 0 and no log line above `info` but those that hold
    /// one of `allowed`. Gives the log.
    pub(crate) fn stop(mut self, allowed: &[&str]) -> Vec<String> {
        let status = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
        let status = self.wait();
        let log = self.log();
        assert_clean(&log, allowed);
        assert!(status.success(), "ended with {status}; the log:\n{}", log.join("\n"));
        log
    }

    fn wait(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                self.reader.take().unwrap().join().unwrap();
                return status;
            }
            assert!(begun.elapsed() < PATIENCE, "it does not stop; the log:\n{}", self.log().join("\n"));
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // A failing test must not leave a sampler behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn follow(stderr: ChildStderr, lines: Arc<(Mutex<Vec<String>>, Condvar)>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            lines.0.lock().unwrap().push(line);
            lines.1.notify_all();
        }
    })
}

/// Fails on any line above `info` that holds none of `allowed`.
fn assert_clean(log: &[String], allowed: &[&str]) {
    let bad: Vec<&String> = log
        .iter()
        .filter(|line| line.contains(" WARN ") || line.contains("ERROR ") || line.contains("panicked"))
        .filter(|line| !allowed.iter().any(|words| line.contains(words)))
        .collect();
    assert!(bad.is_empty(), "the log is not clean: {bad:#?}");
}

/// `GET path` with a Host header, over a plain connection: status and body.
pub(crate) fn get(address: SocketAddr, host: &str, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = text(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
    (status, if chunked { unchunk(body) } else { body.to_owned() })
}

fn unchunk(mut body: &str) -> String {
    let mut whole = String::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let size = usize::from_str_radix(size.trim(), 16).unwrap_or(0);
        if size == 0 {
            break;
        }
        whole.push_str(rest.get(..size).unwrap());
        body = rest.get(size + 2..).unwrap_or("");
    }
    whole
}

/// Invented prefectures in a process of their own.
#[derive(Debug)]
pub(crate) struct Fakes {
    child: Child,
    /// Where they are; a host `NAME` is `NAME.localhost` on this port.
    pub(crate) address: SocketAddr,
    start: String,
    speed: f64,
    folder: TempDir,
}

impl Fakes {
    /// Serves a script, its clock running `speed` times as fast from a moment ago on.
    pub(crate) fn start(script: &str, speed: f64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("script.toml");
        fs::write(&path, script).unwrap();
        let start = now();
        let mut child = Command::new(binary("guichet-fakesite"))
            .args(["--speed", &speed.to_string(), "--real-start", &start, "--sim-start", &start, "--script"])
            .arg(&path)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut first = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut first).unwrap();
        // Kept open: the truth is printed at the end.
        std::thread::spawn(move || std::io::copy(&mut stdout, &mut std::io::sink()));
        let listening: Value =
            serde_json::from_str(&first).unwrap_or_else(|_| panic!("no address but: {first}"));
        let address = listening["listening"].as_str().unwrap().parse().unwrap();
        Self { child, address, start, speed, folder }
    }

    /// The `--accelerate` argument that gives a `guichet` process the same clock.
    fn clock(&self) -> String {
        format!("{}={}", self.start, self.speed)
    }

    /// The arguments with which `guichet command` samples these prefectures on their clock.
    pub(crate) fn sampled_by(&self, command: &[&str], data: &Path) -> Vec<String> {
        let clock = self.clock();
        let data = data.to_str().unwrap();
        let common =
            ["--contact", "you@example.org", "--allow-loopback", "--accelerate", &clock, "--data", data];
        command.iter().chain(&common).map(|&argument| argument.to_owned()).collect()
    }

    /// The booking page of a form.
    pub(crate) fn form(&self, host: &str, form: u32) -> String {
        format!("http://{host}.localhost:{}/booking/create/{form}", self.address.port())
    }

    /// Every request that came, in order.
    pub(crate) fn requests(&self) -> Vec<Value> {
        let (status, body) = get(self.address, "control.localhost", "/requests");
        assert_eq!(status, 200);
        body.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// How many requests came that nobody who only reads may make.
    pub(crate) fn violations(&self) -> usize {
        self.requests().iter().filter(|request| !request["violation"].is_null()).count()
    }

    /// The truth between the start and now.
    pub(crate) fn truth(&self) -> Value {
        let (status, body) = get(self.address, "control.localhost", "/truth");
        assert_eq!(status, 200);
        serde_json::from_str(&body).unwrap()
    }

    /// What time it is there.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        let (status, body) = get(self.address, "control.localhost", "/now");
        assert_eq!(status, 200);
        let told: Value = serde_json::from_str(&body).unwrap();
        told["now"].as_str().unwrap().parse().unwrap()
    }

    /// A catalogue whose sites are these: `(site, host, form, procedure, more lines of the target)`.
    pub(crate) fn catalogue(&self, targets: &[(&str, &str, u32, &str, &str)]) -> PathBuf {
        let data = self.folder.path().join("data");
        copy_lists(&data);
        for (site, host, form, procedure, more) in targets {
            add_target(&data, site, procedure, "ez-booking", &self.form(host, *form), more);
        }
        data
    }

    /// A catalogue with one target for each form of a script, on any platform: `92-essai/autre/f<form>`.
    pub(crate) fn catalogue_of(&self, forms: &[FormEntry]) -> PathBuf {
        let data = self.folder.path().join("data");
        copy_lists(&data);
        for form in forms {
            let url = format!("http://{}.localhost:{}{}", form.host, self.address.port(), form.path());
            let params = form.params.iter().map(|(name, value)| match value {
                ParamValue::Text(text) => format!("{name} = {text:?}\n"),
                ParamValue::List(list) => format!("{name} = {list:?}\n"),
            });
            let more = format!("key = \"f{}\"\n{}", form.form, params.collect::<String>());
            add_target(&data, "92-essai", "autre", form.platform, &url, &more);
        }
        data
    }
}

impl Drop for Fakes {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The forms with these ids in the script of behaviours.
pub(crate) fn behaviours(wanted: impl Fn(u32) -> bool) -> Vec<FormEntry> {
    let script = Script::parse(BEHAVIOURS, "behaviours.toml").unwrap();
    script.forms().into_iter().filter(|form| wanted(form.form)).collect()
}

/// Now, as the processes' common clock starts from it.
#[expect(clippy::disallowed_methods, reason = "a test that starts processes is an edge")]
pub(crate) fn now() -> String {
    Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The lists of the real catalogue (departments, procedures, outlines) without its sites.
pub(crate) fn copy_lists(data: &Path) {
    let real = root().join("data");
    for folder in ["sites", "geo", "calendars"] {
        fs::create_dir_all(data.join(folder)).unwrap();
    }
    for file in [
        "metadata.toml",
        "departments.toml",
        "procedures.toml",
        "geo/departements.geojson",
        "geo/prefectures.geojson",
        "calendars/public-holidays.toml",
    ] {
        fs::copy(real.join(file), data.join(file)).unwrap();
    }
}

/// Copies a folder with all that is in it.
pub(crate) fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let copy = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_folder(&path, &copy);
        } else {
            fs::copy(&path, &copy).unwrap();
        }
    }
}

/// Adds a target to a site's file, which is made where there is none.
pub(crate) fn add_target(data: &Path, site: &str, procedure: &str, platform: &str, url: &str, more: &str) {
    let path = data.join("sites").join(format!("{site}.toml"));
    let head = if path.exists() { String::new() } else { site_head(site) };
    let target = format!(
        "\n[[target]]\nprocedure = \"{procedure}\"\nplatform = \"{platform}\"\nurl = \"{url}\"\nstatus = \"active\"\n{more}\n"
    );
    let before = fs::read_to_string(&path).unwrap_or_default();
    fs::write(&path, before + &head + &target).unwrap();
}

/// The head of a site file for an invented site.
pub(crate) fn site_head(site: &str) -> String {
    let department = site.split('-').next().unwrap();
    format!(
        "id = \"{site}\"\nname = \"Préfecture inventée {site}\"\nkind = \"prefecture\"\ndepartment = \"{department}\"\nsource = \"invented for a test\"\n"
    )
}

fn at(request: &Value) -> DateTime<Utc> {
    request["at"].as_str().unwrap().parse().unwrap()
}

/// Every host's requests, in the order in which they came.
fn by_host(fakes: &Fakes) -> BTreeMap<String, Vec<Value>> {
    let mut hosts: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for request in fakes.requests() {
        hosts.entry(request["host"].as_str().unwrap().to_owned()).or_default().push(request);
    }
    hosts
}

/// What every request must keep to.
pub(crate) fn assert_polite(fakes: &Fakes) {
    for (host, requests) in by_host(fakes) {
        assert_eq!(requests[0]["path"], "/robots.txt", "{host}");
        for request in &requests {
            let agent = request["user_agent"].as_str().unwrap();
            assert!(agent.starts_with("GuichetOuvert/") && agent.contains("you@example.org"), "{agent}");
            assert_eq!(request["concurrent"], 0, "{host}: two requests at once");
            assert!(request["violation"].is_null(), "{request}");
        }
        for pair in requests.windows(2) {
            let gap = at(&pair[1]) - at(&pair[0]);
            assert!(gap >= TimeDelta::seconds(2), "{host}: {gap} between {} and {}", pair[0], pair[1]);
        }
        let begins: Vec<_> = requests
            .iter()
            .filter(|request| request["method"] == "GET" && request["path"].as_str().unwrap().ends_with("/0"))
            .collect();
        for pair in begins.windows(2) {
            let gap = at(pair[1]) - at(pair[0]);
            assert!(gap >= TimeDelta::seconds(60), "{host}: {gap} between two probes");
            assert_eq!(pair[1]["cookie_seen"], false, "{host}: a cookie outlived its probe");
        }
    }
}
