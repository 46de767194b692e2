//! A page that its reader no longer knows, over restarts.

use std::{
    io,
    sync::{Arc, Mutex},
};

use tracing::Level;
use tracing_subscriber::fmt::{MakeWriter, Subscriber};

use super::site::Site;

/// Keeps what is logged.
#[derive(Debug, Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// What was logged since the last time.
    fn take(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().split_off(0)).unwrap()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn the_third_strange_page_in_a_row_is_told_and_a_known_one_ends_it() {
    let log = Log::default();
    let subscriber =
        Subscriber::builder().with_max_level(Level::WARN).with_ansi(false).with_writer(log.clone());
    let _logging = tracing::subscriber::set_default(subscriber.finish());
    let site = Site::open().await;
    let target = site.target("92-nanterre/asile", "/");
    site.observe(&target, "full").await;
    let since = site.observe(&target, "nonsense").await.observed_at;
    site.observe(&target, "odd").await;
    site.observe(&target, "busy").await;
    assert_eq!(log.take(), "");
    let third = site.observe(&target, "secret").await;
    let drift = site.state(&target).drift.unwrap();
    assert_eq!((drift.times, drift.since, drift.last_at), (3, since, third.observed_at));
    assert_eq!(drift.page_sha256, third.probe.unwrap().evidence_sha256);

    let line = log.take();
    for told in [
        "WARN",
        "target.id=92-nanterre/asile",
        "platform=one-word/5",
        "times=3",
        r#"there="""#,
        r#"missing="a challenge"#,
        r#"the word \"wall\"; the word \"full\"; the word \"gone\""#,
        "page=2bb80d53",
        r#"instead="the page was not recognised: no word that is known""#,
    ] {
        assert!(line.contains(told), "{told} is missing in {line}");
    }
    assert_eq!(line.lines().count(), 1, "{line}");
    assert!(!line.contains("secret"), "{line}");

    site.observe(&target, "other nonsense").await;
    assert_eq!((site.state(&target).drift.unwrap().times, log.take()), (4, String::new()));
    site.observe(&target, "gone").await;
    assert_eq!(site.state(&target).drift, None);
    site.observe(&target, "nonsense").await;
    assert_eq!((site.state(&target).drift.unwrap().times, log.take()), (1, String::new()));
    site.observe(&target, "full").await;
    assert_eq!(site.state(&target).drift, None);
}
