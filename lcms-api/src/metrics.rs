//! Counts and latencies for Prometheus.
//!
//! The recorder belongs to one server instead of the process, so two servers in one process (as
//! in tests) do not count each other's requests.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::http::Method;
use lcms_core::service::IndexStatus;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusRecorder};
use tokio::task::JoinHandle;

/// Upper bounds of the latency histogram, in seconds.
const BUCKETS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];
/// How often recorded latencies are folded into the histogram.
const UPKEEP: Duration = Duration::from_secs(5);

const REQUESTS: &str = "lcms_http_requests_total";
const SECONDS: &str = "lcms_http_request_duration_seconds";
const POSITION: &str = "lcms_index_position";
const LAG: &str = "lcms_index_lag_events";

/// What one server counts.
#[derive(Clone)]
pub(crate) struct Metrics {
    recorder: Arc<PrometheusRecorder>,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let builder = PrometheusBuilder::new();
        // It only refuses an empty list.
        let builder = builder.set_buckets(&BUCKETS).unwrap_or_default();
        let recorder = Arc::new(builder.build_recorder());
        metrics::with_local_recorder(&*recorder, || {
            metrics::describe_counter!(REQUESTS, "Requests answered");
            metrics::describe_histogram!(
                SECONDS,
                metrics::Unit::Seconds,
                "Time until an answer began"
            );
            metrics::describe_gauge!(POSITION, "Last event that the search index contains");
            metrics::describe_gauge!(LAG, "Events that the search index does not contain yet");
        });
        Self { recorder }
    }

    /// Counts an answer. `route` is the pattern, never the path, so that labels stay few.
    pub(crate) fn answered(&self, method: &Method, route: &str, status: u16, took: Duration) {
        let method = method_label(method);
        let route = route.to_owned();
        metrics::with_local_recorder(&*self.recorder, || {
            metrics::histogram!(SECONDS, "method" => method, "route" => route.clone())
                .record(took.as_secs_f64());
            metrics::counter!(
                REQUESTS, "method" => method, "route" => route, "status" => status.to_string()
            )
            .increment(1);
        });
    }

    /// Notes how far the index is.
    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float; events stay below 2^53")]
    pub(crate) fn index(&self, status: IndexStatus) {
        let lag = status.last_event.0.saturating_sub(status.position.0);
        metrics::with_local_recorder(&*self.recorder, || {
            metrics::gauge!(POSITION).set(status.position.0 as f64);
            metrics::gauge!(LAG).set(lag as f64);
        });
    }

    /// Everything in the Prometheus text format.
    pub(crate) fn render(&self) -> String {
        self.recorder.handle().render()
    }

    /// Folds recorded latencies together until the task is aborted; without it they pile up
    /// while nobody asks.
    pub(crate) fn keep_up(&self) -> JoinHandle<()> {
        let handle = self.recorder.handle();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(UPKEEP).await;
                handle.run_upkeep();
            }
        })
    }
}

/// A method's name, if it is one that is served: callers cannot make labels up.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}
