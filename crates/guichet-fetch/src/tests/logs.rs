//! What is logged, and what never is.

use std::{
    io,
    sync::{Arc, Mutex},
};

use tracing::Level;
use tracing_subscriber::fmt::{MakeWriter, Subscriber};

use super::{
    anywhere, probe_on,
    server::{Server, answer},
};
use crate::Request;

/// Keeps what is logged.
#[derive(Debug, Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

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
async fn a_log_tells_who_was_asked_and_nothing_that_was_said() {
    let log = Log::default();
    let subscriber =
        Subscriber::builder().with_max_level(Level::TRACE).with_ansi(false).with_writer(log.clone());
    let _logging = tracing::subscriber::set_default(subscriber.finish());
    let server = Server::start(|_| {
        answer("200 OK\nSet-Cookie: s=secret-cookie\nServer: secret-header", b"secret-body")
    })
    .await;
    let url = server.url("/page?q=secret-query");
    let mut probe = probe_on(&url).await;
    let form = vec![("field".to_owned(), "secret-field".to_owned())];
    for request in [Request::Get(url.clone()), Request::PostForm(url, form)] {
        let answer = probe.send(request, &anywhere).await.unwrap();
        tracing::info!(?answer, ?probe, "as a careless caller would");
    }
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for told in ["GET", "POST", "a.localhost", "200", "duration_ms"] {
        assert!(text.contains(told), "{told} is missing in {text}");
    }
    assert!(!text.contains("secret"), "{text}");
}
