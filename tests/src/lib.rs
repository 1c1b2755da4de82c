//! Tests over the whole workspace: `tests/architecture.rs` holds the allowed edges, `browser/` plays
//! packages in a real browser. Flows of the command line stand in `lcms-cli/tests`.
